//! Driving the real program: started on a data folder of its own, asked over HTTP, watched over events, killed.
//!
//! Nothing here asserts; tests do. Nothing sleeps: a change is waited for on the event stream.

pub mod events;
pub mod parts;
pub mod samples;
pub mod wire;
pub mod witness;

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// No single wait of a test is longer; a machine under load is slow.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// The program under test: `PLANLOOM_BIN`, else the debug build beside the tests.
pub fn binary() -> PathBuf {
    if let Some(given) = std::env::var_os("PLANLOOM_BIN") {
        return PathBuf::from(given);
    }
    let tests = std::env::current_exe().expect("a test has a path");
    let folder = tests.ancestors().find(|folder| folder.join("planloom").is_file());
    folder.expect("`cargo build -p planloom-cli` comes before the tests").join("planloom")
}

/// Says in plain sight that a check cannot run here; it counts as skipped.
pub fn skip(name: &str, why: &str) {
    use std::io::Write;
    let line = format!("skipped: {name}: {why}\n");
    eprint!("{line}");
    if let Some(path) = std::env::var_os("PLANLOOM_TEST_SKIPS") {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the list of skipped checks can be written");
    }
}

/// A command of the program on `data`, ready for arguments.
pub fn command(data: &Path) -> Command {
    let mut command = Command::new(binary());
    command.env("PLANLOOM_DATA", data).env("PLANLOOM_KEYCHAIN", "off").kill_on_drop(true);
    for name in ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL"] {
        command.env_remove(name);
    }
    command
}

/// Runs a command of the program to its end.
pub async fn run(data: &Path, arguments: &[&str]) -> Output {
    let output = command(data).args(arguments).stdin(Stdio::null()).output();
    tokio::time::timeout(PATIENCE, output).await.expect("the command ends").expect("the command starts")
}

/// `planloom serve`, running.
pub struct Program {
    child: Child,
    pub url: String,
    pub key: String,
    pub data: PathBuf,
    pub http: Client,
    said: Arc<Mutex<String>>,
    folder: Option<tempfile::TempDir>,
}

/// An answer of the API.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// `Null` where the body is no JSON.
    pub json: Value,
    pub text: String,
}

impl Answer {
    /// `data` of a success.
    pub fn data(&self) -> &Value {
        assert_eq!(self.json["success"], true, "{:#}", self.json);
        &self.json["data"]
    }

    /// The code of a failure.
    pub fn code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or_default()
    }
}

impl Program {
    /// On a new folder.
    pub async fn start() -> Program {
        Program::start_with(&[]).await
    }

    /// On a new folder, with more in its environment.
    pub async fn start_with(environment: &[(&str, &str)]) -> Program {
        let folder = tempfile::tempdir().expect("a folder");
        let mut program = Program::start_at(&folder.path().join("data"), environment).await;
        program.folder = Some(folder);
        program
    }

    /// On a folder that is there.
    pub async fn start_at(data: &Path, environment: &[(&str, &str)]) -> Program {
        Program::try_start_at(data, environment).await.unwrap_or_else(|said| panic!("it did not start: {said}"))
    }

    /// The error is what it said on its way out.
    pub async fn try_start_at(data: &Path, environment: &[(&str, &str)]) -> Result<Program, String> {
        let mut child = command(data)
            .args(["serve", "--port", "0", "--no-example"])
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let address = async {
            while let Some(line) = lines.next_line().await.expect("text") {
                if let Some(at) = line.find("http://") {
                    let url: String = line[at..].chars().take_while(|letter| !letter.is_whitespace()).collect();
                    return Some(url.trim_end_matches('/').trim_end_matches("/api").to_owned());
                }
            }
            None
        };
        let Some(url) = tokio::time::timeout(PATIENCE, address).await.expect("it says where it is") else {
            let output = child.wait_with_output().await.expect("it ended");
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        };
        // Nobody reads what it says from here on; the pipes are drained so that it never waits for a reader.
        let mut errors = BufReader::new(child.stderr.take().expect("piped")).lines();
        let said = Arc::<Mutex<String>>::default();
        let heard = said.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = errors.next_line().await {
                heard.lock().expect("nobody panics with it").extend([&line, "\n"]);
                eprintln!("{line}");
            }
        });
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let key = std::fs::read_to_string(data.join("api-key")).expect("the key").trim().to_owned();
        Ok(Program { child, url, key, data: data.to_owned(), http: Client::new(), said, folder: None })
    }

    /// A request with the key; `path` begins behind `/api`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/api{path}", self.url)).bearer_auth(&self.key)
    }

    pub async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        answer(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        answer(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        answer(self.request(Method::PATCH, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        answer(self.request(Method::DELETE, path)).await
    }

    /// Publishes a plan and says its id.
    pub async fn plan(&self, plan: Value) -> String {
        let answer = self.post("/plans", plan).await;
        answer.data()["id"].as_str().expect("an id").to_owned()
    }

    /// Starts an execution and says its id.
    pub async fn execute(&self, plan: &str, body: Value) -> String {
        let answer = self.post(&format!("/plans/{plan}/execute"), body).await;
        answer.data()["id"].as_str().expect("an id").to_owned()
    }

    pub async fn execution(&self, id: &str) -> Value {
        self.get(&format!("/plans/executions/{id}")).await.data().clone()
    }

    /// Waits on the event stream until the execution is as wanted.
    pub async fn until(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let waiting = async {
            loop {
                let events = self.request(Method::GET, &format!("/plans/executions/{id}/events"));
                let mut events = events.send().await.expect("the stream opens");
                let now = self.execution(id).await;
                if wanted(&now) {
                    return now;
                }
                while events.chunk().await.expect("the stream goes on").is_some() {
                    let now = self.execution(id).await;
                    if wanted(&now) {
                        return now;
                    }
                }
                let now = self.execution(id).await;
                assert!(wanted(&now) || !has_ended(&now), "it ended otherwise: {now:#}");
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("it becomes as wanted")
    }

    /// Waits for the end.
    pub async fn until_ended(&self, id: &str) -> Value {
        self.until(id, has_ended).await
    }

    /// What it has said on standard error so far.
    pub fn said(&self) -> String {
        self.said.lock().expect("nobody panics with it").clone()
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Kill -9. The data folder stays as it was at that moment.
    pub async fn kill(mut self) -> Option<tempfile::TempDir> {
        self.child.kill().await.expect("it can be killed");
        self.folder.take()
    }

    /// Asks it to end, as a person's system does, and waits.
    pub async fn stop(mut self) -> (ExitStatus, Option<tempfile::TempDir>) {
        let pid = self.pid().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status().await.expect("kill is there");
        assert!(asked.success(), "the process was there");
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("it ends");
        (ended.expect("a status"), self.folder.take())
    }
}

fn has_ended(execution: &Value) -> bool {
    ["completed", "failed", "cancelled"].iter().any(|word| execution["status"] == *word)
}

/// Sends a request and reads all of its answer.
pub async fn answer(request: RequestBuilder) -> Answer {
    let response = request.timeout(PATIENCE).send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.expect("a whole answer");
    let json = serde_json::from_str(&text).unwrap_or_default();
    Answer { status, headers, json, text }
}
