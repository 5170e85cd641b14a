//! `planloom serve` in a browser: the page beside the API, the link that opens it, and the session that it works with.

use std::path::Path;
use std::process::Stdio;

use planloom_tests::{Answer, PATIENCE, Program, answer, command, run, skip};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

/// The program, with what it says on standard output until a line that ends what we want to read.
struct Serving {
    child: Child,
    said: Vec<String>,
}

impl Serving {
    /// `serve --port 0` with more arguments and another environment, until it has said a line with `last` in it.
    async fn start(data: &Path, arguments: &[&str], environment: &[(&str, &str)], last: &str) -> Serving {
        let mut command = command(data);
        command.args(["serve", "--port", "0"]).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"] {
            command.env_remove(name);
        }
        let mut child = command.envs(environment.iter().copied()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let reading = async {
            let mut said = Vec::new();
            while let Some(line) = lines.next_line().await.expect("text") {
                let is_last = line.contains(last);
                said.push(line);
                if is_last {
                    return said;
                }
            }
            panic!("it never said `{last}`: {said:?}");
        };
        let said = tokio::time::timeout(PATIENCE, reading).await.expect("it says so");
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Serving { child, said }
    }

    fn line(&self, part: &str) -> Option<&str> {
        self.said.iter().map(String::as_str).find(|line| line.contains(part))
    }

    /// Where the API is, without `/api`.
    fn url(&self) -> String {
        let line = self.line("listens on").expect("it says where");
        line[line.find("http://").expect("an address")..].trim_end_matches("/api").to_owned()
    }
}

/// Whether the program under test was built with the page; without it there is nothing to look at here.
async fn has_page(name: &str) -> bool {
    let program = Program::start().await;
    let index = answer(program.http.get(&program.url)).await;
    if index.status == 200 {
        return true;
    }
    index.refused(404, "ROUTE_NOT_FOUND");
    assert!(index.json["error"]["message"].as_str().is_some_and(|message| message.contains("`cargo xtask run`")));
    skip(name, "the page is not built; `cargo xtask run` builds it");
    false
}

async fn post(url: &str, path: &str, key: Option<&str>, body: &Value) -> Answer {
    let mut request = Client::new().post(format!("{url}/api{path}")).json(body);
    if let Some(key) = key {
        request = request.bearer_auth(key);
    }
    answer(request).await
}

async fn get(url: &str, path: &str, key: &str) -> Answer {
    answer(Client::new().get(format!("{url}/api{path}")).bearer_auth(key)).await
}

#[tokio::test]
async fn the_page_is_there_for_everybody_and_the_api_is_not() {
    if !has_page("the page and its files").await {
        return;
    }
    let program = Program::start().await;
    let get = async |path: &str| answer(program.http.get(format!("{}{path}", program.url))).await;
    let index = get("/").await;
    assert!(index.text.to_ascii_lowercase().starts_with("<!doctype html>"), "{}", index.text);
    assert_eq!(index.headers["content-type"], "text/html; charset=utf-8");
    let policy = index.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'") && !policy.contains("http"));
    assert_eq!(get("/executions/dt_exec_1").await.text, index.text, "an address within the page");
    // What the page names is there, and never changes under its name.
    let named: Vec<&str> = index.text.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert!(!named.is_empty(), "{}", index.text);
    for path in named {
        let file = get(path).await;
        assert_eq!((file.status.as_u16(), &file.headers["x-content-type-options"]), (200, &"nosniff".parse().unwrap()));
        assert_eq!(file.headers["cache-control"], "public, max-age=31536000, immutable", "{path}");
    }
    for outside in ["/..%2f..%2fCargo.toml", "/assets/..%2f..%2fpackage.json", "/package.json", "/.env"] {
        get(outside).await.refused(404, "ROUTE_NOT_FOUND");
    }
    get("/api/plans").await.refused(401, "AUTH_REQUIRED");
    let foreign = answer(program.http.get(&program.url).header("host", "evil.example")).await;
    foreign.refused(403, "FORBIDDEN_HOST");
}

#[tokio::test]
async fn a_link_is_printed_where_no_browser_can_be_started() {
    if !has_page("the printed link").await {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut serving = Serving::start(&folder.path().join("data"), &["--open"], &[], "#k=").await;
    let url = serving.url();
    assert_eq!(serving.line("  page ").map(|line| line.trim_start_matches("  page").trim()), Some(&*format!("{url}/")));
    assert!(serving.line("works once, within 5 minutes").is_some(), "{:?}", serving.said);
    let link = serving.said.last().expect("the link").trim();
    let code = link.strip_prefix(&format!("{url}/#k=")).expect("our own address");
    let begun = post(&url, "/session", None, &json!({"code": code})).await;
    let key = begun.data()["key"].as_str().expect("a key").to_owned();
    assert_eq!(get(&url, "/settings", &key).await.status, 200);
    post(&url, "/session", None, &json!({"code": code})).await.refused(401, "AUTH_INVALID_API_KEY");
    serving.child.kill().await.expect("it ends");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_browser_is_started_with_a_code_and_never_with_the_key() {
    use std::os::unix::fs::PermissionsExt;
    if !has_page("the link in the browser").await {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (data, opened) = (folder.path().join("data"), folder.path().join("opened"));
    let opener = folder.path().join("xdg-open");
    let script = format!("#!/bin/sh\nprintf '%s\\n' \"$@\" > '{}'\n", opened.display());
    std::fs::write(&opener, script).expect("written");
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).expect("ours");
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap_or_default());
    let environment = [("PATH", path.as_str()), ("DISPLAY", ":99")];
    let mut serving = Serving::start(&data, &["--open"], &environment, "opens in the browser").await;
    let told = std::fs::read_to_string(&opened).expect("it was started");
    let main = std::fs::read_to_string(data.join("api-key")).expect("a key");
    assert!(!told.contains(main.trim()), "{told}");
    let code = told.trim().strip_prefix(&format!("{}/#k=", serving.url())).expect("our own address").to_owned();
    post(&serving.url(), "/session", None, &json!({"code": code})).await.data();
    assert!(serving.said.iter().all(|line| !line.contains(&code)), "what is in use needs not be shown");
    serving.child.kill().await.expect("it ends");

    // One that cannot is no reason to end.
    std::fs::write(&opener, "#!/bin/sh\nexit 3\n").expect("written");
    let only_ours = [("PATH", folder.path().to_str().expect("text")), ("DISPLAY", ":99")];
    let mut serving = Serving::start(&data, &["--open"], &only_ours, "#k=").await;
    assert!(serving.line("No browser could be started").is_some(), "{:?}", serving.said);
    serving.child.kill().await.expect("it ends");
}

#[tokio::test]
async fn a_session_outlives_the_program_but_not_the_main_key() {
    let program = Program::start().await;
    let begun = program.post("/session", json!({})).await;
    let key = begun.data()["key"].as_str().expect("a key").to_owned();
    assert!(key.starts_with("dtk_session_"));
    assert_eq!(get(&program.url, "/settings", &key).await.status, 200);
    let data = program.data.clone();
    let _folder = program.kill().await;
    let program = Program::start_at(&data, &[("PLANLOOM_LOG", "trace")]).await;
    assert_eq!(get(&program.url, "/settings", &key).await.status, 200, "a restart ends no session");
    let renewed = post(&program.url, "/settings/keys/main/renew", Some(&key), &json!({})).await;
    let renewed = renewed.data()["key"].as_str().expect("a key").to_owned();
    get(&program.url, "/settings", &key).await.refused(401, "AUTH_INVALID_API_KEY");
    assert_eq!(get(&program.url, "/settings", &renewed).await.status, 200);
    assert!(!program.said().contains(&key), "a key is never logged");
    for entry in std::fs::read_dir(&data).expect("the folder") {
        let path = entry.expect("an entry").path();
        let kept = if path.is_file() { std::fs::read(&path).expect("a file") } else { Vec::new() };
        assert!(!kept.windows(key.len()).any(|window| window == key.as_bytes()), "nor stored: {}", path.display());
    }
}

#[tokio::test]
async fn the_listener_says_where_it_is() {
    let program = Program::start().await;
    let state = program.get("/settings/listener").await;
    assert_eq!(*state.data(), json!({"enabled": false, "listening": true, "url": format!("{}/api", program.url)}));
    // `planloom serve` listens whatever the settings say.
    program.patch("/settings", json!({"listener": {"enabled": true, "port": 1}})).await.data();
    assert_eq!(program.get("/settings/listener").await.data()["url"], format!("{}/api", program.url));
    let request = program.http.request(Method::GET, format!("{}/api/settings/listener", program.url));
    answer(request).await.refused(401, "AUTH_REQUIRED");
}

#[tokio::test]
async fn a_new_database_begins_with_an_example() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let names = async || {
        let listed = run(&data, &["list", "--json"]).await;
        let plans: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
        plans.as_array().expect("plans").iter().map(|plan| plan["name"].clone()).collect::<Vec<_>>()
    };
    for _ in 0..2 {
        let mut serving = Serving::start(&data, &[], &[], "api-info").await;
        assert_eq!(names().await, ["contract-review"]);
        serving.child.kill().await.expect("it ends");
    }
    let program = Program::start().await;
    assert_eq!(program.get("/plans").await.json["pagination"]["total"], 0, "not with --no-example");
}
