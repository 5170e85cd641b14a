//! The page that the listener serves beside the API, the sessions that it works with, and the listener on and off.

mod common;

use std::borrow::Cow;
use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::Api;
use common::wire::{Answer, ask, bearer, host, listen, options, raw};
use hmac::{Hmac, KeyInit, Mac};
use planloom_server::{Keys, Limits, Page, ServeOptions, Served, follow_settings, serve};
use serde_json::{Value, json};
use sha2::Sha256;

const INDEX: &str = "<!doctype html><title>Planloom</title>";
/// Long enough to be worth compressing.
const SCRIPT: &str = include_str!("page.rs");

fn file(path: &str) -> Option<Cow<'static, [u8]>> {
    let content: &'static [u8] = match path {
        "index.html" => INDEX.as_bytes(),
        "assets/index-B1x.js" => SCRIPT.as_bytes(),
        "assets/index-B1x.css" | "favicon.svg" | "assets/data.json" | "assets/x.js.map" | "assets/elk.wasm" => b"small",
        "assets/inter-x.woff2" | "icon.png" => &[0xff; 4_096],
        _ => return None,
    };
    Some(Cow::Borrowed(content))
}

async fn with_page(api: &Api) -> Served {
    let options = ServeOptions { page: Page::new(file), ..options(api, Limits::default()) };
    serve(options, 0).await.expect("a listener")
}

async fn get(served: &Served, path: &str) -> Answer {
    ask(served, &format!("GET {path}"), &[host()]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_needs_no_key() {
    let api = Api::open().await;
    let served = with_page(&api).await;
    assert_eq!(format!("{}/api", served.page_url()), served.url());
    for address in ["/", "/plans", "/executions/dt_exec_1", "/index.html", "/?x=1.js", "/plans/a.b/edit", "//plans"] {
        let index = get(&served, address).await;
        assert_eq!((index.status, index.body.as_slice()), (200, INDEX.as_bytes()), "{address}");
        assert_eq!(index.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(index.header("cache-control"), Some("no-cache"));
    }
    for (path, kind) in [
        ("/assets/index-B1x.js", "text/javascript; charset=utf-8"),
        ("/assets/index-B1x.css", "text/css; charset=utf-8"),
        ("/assets/inter-x.woff2", "font/woff2"),
        ("/assets/data.json", "application/json"),
        ("/assets/x.js.map", "application/json"),
        ("/assets/elk.wasm", "application/wasm"),
        ("/favicon.svg", "image/svg+xml"),
        ("/icon.png", "image/png"),
    ] {
        let file = get(&served, path).await;
        assert_eq!((file.status, file.header("content-type")), (200, Some(kind)), "{path}");
        let keep = if path.starts_with("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        assert_eq!(file.header("cache-control"), Some(keep), "{path}");
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(file.header("referrer-policy"), Some("no-referrer"));
        assert!(file.header("x-request-id").is_some_and(|id| id.starts_with("req_")));
        let policy = file.header("content-security-policy").expect("a policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "worker-src 'self' blob:",
            "style-src 'self' 'unsafe-inline'",
            "font-src 'self'",
            "img-src 'self' data: blob:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.split("; ").any(|given| given == part), "{part} in {policy}");
        }
        assert!(!file.head.contains("access-control") && !file.head.contains("set-cookie"));
    }
    // The API is where it was, and wants its key.
    get(&served, "/api/plans").await.fails(401, "AUTH_REQUIRED");
    get(&served, "/api").await.fails(401, "AUTH_REQUIRED");
    ask(&served, "POST /plans", &[host(), "Content-Length: 0".to_owned()]).await.fails(401, "AUTH_REQUIRED");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_files_of_the_page_under_its_own_name() {
    let api = Api::open().await;
    let served = with_page(&api).await;
    for outside in [
        "/missing.js",
        "/assets/missing.css",
        "/..",
        "/../Cargo.toml",
        "/..%2fCargo.toml",
        "/assets/..%2f..%2fx.txt",
        "/assets/../../../etc/hosts.txt",
        "/.env",
        "/..\\x.txt",
        "/%2e%2e/x.txt",
        "//etc/x.txt",
        "/api-key.",
    ] {
        get(&served, outside).await.fails(404, "ROUTE_NOT_FOUND");
    }
    for path in ["/", "/assets/index-B1x.js", "/missing.js"] {
        let line = format!("GET {path}");
        for foreign in ["evil.example", "localhost.evil.example", "0.0.0.0"] {
            ask(&served, &line, &[format!("Host: {foreign}")]).await.fails(403, "FORBIDDEN_HOST");
        }
        let origin = "Origin: http://evil.example".to_owned();
        ask(&served, &line, &[host(), origin]).await.fails(403, "FORBIDDEN_ORIGIN");
    }
    let bare = listen(&api, Limits::default()).await;
    let told = get(&bare, "/").await;
    told.fails(404, "ROUTE_NOT_FOUND");
    assert!(told.json["error"]["message"].as_str().is_some_and(|message| message.contains("`cargo xtask run`")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_sent_as_small_and_as_seldom_as_possible() {
    let api = Api::open().await;
    let served = with_page(&api).await;
    let (line, gzip) = ("GET /assets/index-B1x.js", "Accept-Encoding: gzip, br".to_owned());
    let plain = ask(&served, line, &[host()]).await;
    assert_eq!((plain.body.as_slice(), plain.header("content-encoding")), (SCRIPT.as_bytes(), None));
    assert_eq!(plain.header("vary"), Some("accept-encoding"));
    for _ in 0..2 {
        let small = ask(&served, line, &[host(), gzip.clone()]).await;
        assert_eq!(small.header("content-encoding"), Some("gzip"));
        assert_eq!(small.header("content-length"), Some(small.body.len().to_string().as_str()));
        assert!(small.body.len() < plain.body.len() / 2);
        let mut text = String::new();
        flate2::read::GzDecoder::new(small.body.as_slice()).read_to_string(&mut text).expect("gzip");
        assert_eq!(text, SCRIPT);
        assert_ne!(small.header("etag"), plain.header("etag"));
    }
    for already in ["/assets/inter-x.woff2", "/"] {
        let whole = ask(&served, &format!("GET {already}"), &[host(), gzip.clone()]).await;
        assert_eq!(whole.header("content-encoding"), None, "{already}");
    }
    for (path, length) in [("/", INDEX.len()), ("/assets/index-B1x.js", SCRIPT.len())] {
        let head = ask(&served, &format!("HEAD {path}"), &[host()]).await;
        assert_eq!((head.status, head.body.len()), (200, 0));
        assert_eq!(head.header("content-length"), Some(length.to_string().as_str()));
        let tag = head.header("etag").expect("a tag");
        for known in [tag.to_owned(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            let same = ask(&served, &format!("GET {path}"), &[host(), format!("If-None-Match: {known}")]).await;
            assert_eq!((same.status, same.body.len(), same.header("etag")), (304, 0, Some(tag)), "{known}");
            assert!(same.header("cache-control").is_some() && same.header("content-security-policy").is_some());
        }
        let other = ask(&served, &format!("GET {path}"), &[host(), "If-None-Match: \"x\"".to_owned()]).await;
        assert_eq!(other.status, 200);
    }
}

/// `POST /api/session` with this body and these headers.
async fn begin(served: &Served, body: &str, headers: &[String]) -> Answer {
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let request = format!(
        "POST /api/session HTTP/1.1\r\n{}\r\nConnection: close\r\nContent-Type: application/json\r\n{headers}\
         Content-Length: {}\r\n\r\n{body}",
        host(),
        body.len()
    );
    raw(served.addresses()[0], request.as_bytes()).await
}

fn key_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json["data"]["key"].as_str().expect("a key").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_begins_one_session() {
    let api = Api::open().await;
    let served = with_page(&api).await;
    let code = api.keys.make_code();
    let body = json!({"code": code}).to_string();
    let begun = begin(&served, &body, &[]).await;
    let key = key_of(&begun);
    assert!(key.starts_with("dtk_session_") && begun.head.contains("cache-control: no-store"));
    let expires = begun.json["data"]["expiresAt"].as_str().expect("a time");
    let in_seven_days = chrono::Utc::now() + chrono::TimeDelta::days(7);
    let expires = chrono::DateTime::parse_from_rfc3339(expires).expect("a time");
    assert!((in_seven_days - expires.to_utc()).abs() < chrono::TimeDelta::minutes(5));
    for (method, path) in [("GET", "/api/plans"), ("GET", "/api/settings"), ("GET", "/api/settings/keys/main")] {
        let answer = ask(&served, &format!("{method} {path}"), &[host(), bearer(&key)]).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    for wrong in [body, json!({"code": "x"}).to_string(), json!({"code": code[1..]}).to_string()] {
        let refused = begin(&served, &wrong, &[]).await;
        refused.fails(401, "AUTH_INVALID_API_KEY");
        assert!(refused.json["error"]["message"].as_str().is_some_and(|said| said.contains("planloom serve --open")));
        assert!(!refused.json.to_string().contains(&code[1..]), "a code is not told again");
    }
    for (form, status) in [("{\"code\": 1}", 400), ("{\"code\": \"\"}", 400), ("{\"kode\": \"x\"}", 400), ("[]", 400)] {
        assert_eq!(begin(&served, form, &[]).await.status, status, "{form}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_key_begins_sessions_and_ends_them() {
    let api = Api::open().await;
    let served = with_page(&api).await;
    begin(&served, "{}", &[]).await.fails(401, "AUTH_REQUIRED");
    begin(&served, "{}", &[bearer("dtk_local_x")]).await.fails(401, "AUTH_INVALID_API_KEY");
    let made = api.post("/api/settings/keys", json!({"name": "all", "scopes": ["read", "run", "review"]})).await.data();
    let less = bearer(made["key"].as_str().expect("a key"));
    begin(&served, "{}", &[less]).await.fails(403, "AUTH_INSUFFICIENT_PERMISSIONS");
    let first = key_of(&begin(&served, "{}", &[bearer(&api.keys.main())]).await);
    // Nobody has to begin anew in the middle of work.
    let second = key_of(&begin(&served, "", &[bearer(&first)]).await);
    assert_ne!(first, second);
    // Who is in already, by another door, may have one as well.
    let third = api.post("/api/session", json!({})).await.data()["key"].as_str().expect("a key").to_owned();
    let asks = async |served: &Served, key: &str| ask(served, "GET /api/settings", &[host(), bearer(key)]).await;
    for key in [&first, &second, &third] {
        assert_eq!(asks(&served, key).await.status, 200);
    }

    // Another process on the same folder knows them too.
    let keys = Keys::open(&api.data).expect("keys");
    let restarted = serve(ServeOptions { keys, ..options(&api, Limits::default()) }, 0).await.expect("a listener");
    assert_eq!(asks(&restarted, &first).await.status, 200);

    let mut changed = first.clone().into_bytes();
    let last = changed.len() - 10;
    changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).expect("ASCII");
    for wrong in ["dtk_session_", "dtk_session_x", &first[..first.len() - 4], &changed] {
        asks(&served, wrong).await.fails(401, "AUTH_INVALID_API_KEY");
    }
    let waiting = json!({"code": api.keys.make_code()}).to_string();
    api.keys.renew().expect("a new key");
    for key in [&first, &second, &third] {
        asks(&served, key).await.fails(401, "AUTH_INVALID_API_KEY");
    }
    begin(&served, &waiting, &[]).await.fails(401, "AUTH_INVALID_API_KEY");
    let fresh = key_of(&begin(&served, "{}", &[bearer(&api.keys.main())]).await);
    assert_eq!(asks(&served, &fresh).await.status, 200);
}

/// A session key as it is documented, that ends at this second.
fn session_until(main_key: &str, expires_at_s: i64) -> String {
    let mut bytes = [expires_at_s.to_be_bytes().as_slice(), &[7; 16]].concat();
    let mut signing = Hmac::<Sha256>::new_from_slice(main_key.as_bytes()).expect("any length");
    signing.update(&bytes);
    bytes.extend_from_slice(&signing.finalize().into_bytes());
    format!("dtk_session_{}", URL_SAFE_NO_PAD.encode(bytes))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_over_says_so() {
    let api = Api::open().await;
    let served = with_page(&api).await;
    let now_s = chrono::Utc::now().timestamp();
    let good = session_until(&api.keys.main(), now_s + 600);
    assert_eq!(ask(&served, "GET /api/plans", &[host(), bearer(&good)]).await.status, 200);
    for over in [now_s - 1, 0, i64::MIN] {
        let refused = ask(&served, "GET /api/plans", &[host(), bearer(&session_until(&api.keys.main(), over))]).await;
        refused.fails(401, "AUTH_INVALID_API_KEY");
        assert!(refused.json["error"]["message"].as_str().is_some_and(|said| said.contains("expired")));
        assert_eq!(refused.json["error"]["details"]["rule"], "expired");
    }
    let foreign = session_until("dtk_local_another", now_s + 600);
    ask(&served, "GET /api/plans", &[host(), bearer(&foreign)]).await.fails(401, "AUTH_INVALID_API_KEY");
}

async fn listener(api: &Api) -> Value {
    api.get("/api/settings/listener").await.data()
}

async fn change(api: &Api, listener: Value) {
    api.with_body("PATCH", "/api/settings", &[], json!({"listener": listener})).await.data();
}

async fn answers(url: &str) -> bool {
    let address = url.trim_start_matches("http://").trim_end_matches("/api").to_owned();
    tokio::net::TcpStream::connect(address).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_listener_is_as_the_settings_say() {
    let api = Api::open().await;
    assert_eq!(listener(&api).await, json!({"enabled": false, "listening": false}));
    let switch = follow_settings(options(&api, Limits::default()));
    assert_eq!(listener(&api).await, json!({"enabled": false, "listening": false}));

    change(&api, json!({"enabled": true, "port": 0})).await;
    let first = listener(&api).await;
    let url = first["url"].as_str().expect("an address").to_owned();
    assert_eq!(first, json!({"enabled": true, "listening": true, "url": url}));
    assert!(answers(&url).await);
    // What has nothing to do with it leaves it as it is.
    change(&api, json!({"allowedOrigins": ["http://localhost:3000"]})).await;
    assert_eq!(listener(&api).await["url"], *url);

    // A port that is taken is a state, and the next change another try.
    let other = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = other.local_addr().expect("an address").port();
    change(&api, json!({"port": port})).await;
    let taken = listener(&api).await;
    assert_eq!((&taken["enabled"], &taken["listening"], taken.get("url")), (&json!(true), &json!(false), None));
    let problem = taken["problem"].as_str().expect("a problem");
    assert!(problem.contains(&port.to_string()) && problem.contains("taken"), "{problem}");
    assert!(!answers(&url).await);
    drop(other);
    change(&api, json!({"enabled": true})).await;
    let moved = format!("http://127.0.0.1:{port}/api");
    assert_eq!(listener(&api).await, json!({"enabled": true, "listening": true, "url": moved}));
    assert_eq!(api.listener.url().as_deref(), Some(moved.as_str()));
    assert!(answers(&moved).await);

    change(&api, json!({"enabled": false})).await;
    assert_eq!(listener(&api).await, json!({"enabled": false, "listening": false}));
    assert!(!answers(&moved).await && !api.data.path().join("listener.json").exists());

    change(&api, json!({"enabled": true, "port": 0})).await;
    let last = listener(&api).await["url"].as_str().expect("an address").to_owned();
    switch.shut_down().await;
    assert!(!answers(&last).await && api.listener.url().is_none());
    assert_eq!(listener(&api).await, json!({"enabled": true, "listening": false}), "nobody follows any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_may_be_asked_to_close_itself() {
    let api = Api::open().await;
    change(&api, json!({"enabled": true, "port": 0})).await;
    let switch = follow_settings(options(&api, Limits::default()));
    let url = listener(&api).await["url"].as_str().expect("an address").to_owned();
    let address = url.trim_start_matches("http://").trim_end_matches("/api").parse().expect("an address");
    let body = json!({"listener": {"enabled": false}}).to_string();
    let request = format!(
        "PATCH /api/settings HTTP/1.1\r\n{}\r\n{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        host(),
        bearer(&api.keys.main()),
        body.len()
    );
    let answer = raw(address, request.as_bytes()).await;
    assert_eq!((answer.status, &answer.json["data"]["listener"]["enabled"]), (200, &json!(false)));
    assert_eq!(listener(&api).await, json!({"enabled": false, "listening": false}));
    assert!(!answers(&url).await);
    switch.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_listens_in_any_case_says_where() {
    let api = Api::open().await;
    let served = listen(&api, Limits::default()).await;
    assert_eq!(listener(&api).await, json!({"enabled": false, "listening": true, "url": served.url()}));
    served.shut_down().await;
    assert_eq!(listener(&api).await, json!({"enabled": false, "listening": false}));
}
