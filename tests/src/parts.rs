//! The real parts, where `cargo xtask test` says they are, and what a test puts between the program and a provider.
//!
//! Asserts nothing. A part that is not there gives `None`, after it was said which check is skipped for it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::{PATIENCE, Program, skip};

/// The key of the model server.
pub const MODEL_KEY: &str = "sk-local";

fn part(test: &str, variable: &str, what: &str) -> Option<String> {
    let found = std::env::var(variable).ok().filter(|value| !value.is_empty());
    if found.is_none() {
        skip(test, &format!("{what} is not there; `cargo xtask test` sets {variable}"));
    }
    found
}

/// The address of the mock of both wires.
pub fn mock(test: &str) -> Option<String> {
    part(test, "PLANLOOM_TEST_MOCK_URL", "the mock of the providers")
}

/// The address of the model server.
pub fn model(test: &str) -> Option<String> {
    part(test, "PLANLOOM_TEST_MODEL_URL", "the model server")
}

/// Python with schemathesis and the vendors' SDKs.
pub fn python(test: &str) -> Option<PathBuf> {
    part(test, "PLANLOOM_TEST_PYTHON", "Python with schemathesis and the SDKs").map(PathBuf::from)
}

/// Whether a keychain can be started.
pub fn keyring(test: &str) -> Option<()> {
    part(test, "PLANLOOM_TEST_KEYRING", "gnome-keyring with dbus-run-session").map(drop)
}

/// A key that nobody else has, today or in another run.
pub fn unique_key(name: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970").as_nanos();
    format!("sk-{name}-{}-{now}", std::process::id())
}

/// The two wire formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Anthropic,
    OpenAi,
}

impl Wire {
    /// The bundled provider that speaks it.
    pub fn provider(self) -> &'static str {
        match self {
            Wire::Anthropic => "anthropic",
            Wire::OpenAi => "openai",
        }
    }

    /// The provider's base URL on a server that speaks both.
    pub fn base_url(self, server: &str) -> String {
        match self {
            Wire::Anthropic => server.to_owned(),
            Wire::OpenAi => format!("{server}/v1"),
        }
    }

    /// A program whose provider of this wire is `server`, by its environment.
    pub async fn program(self, server: &str, key: &str) -> Program {
        let base_url = self.base_url(server);
        let (url_variable, key_variable) = match self {
            Wire::Anthropic => ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"),
            Wire::OpenAi => ("OPENAI_BASE_URL", "OPENAI_API_KEY"),
        };
        Program::start_with(&[(url_variable, &base_url), (key_variable, key)]).await
    }
}

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// `Null` where the body is no JSON.
    pub body: Value,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}

/// What an echo answers: status, content type, body.
pub type Reply = (u16, &'static str, String);

/// A server that writes down what it is asked and answers what the test wants.
pub struct Echo {
    pub url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Echo {
    pub async fn start(reply: fn(&Request) -> Reply) -> Echo {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let noted = requests.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(echo(stream, reply, noted.clone()));
            }
        });
        Echo { url, requests }
    }

    /// Everything that it was asked so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("nobody panics with it").clone()
    }
}

/// One request a connection, which is then closed.
async fn echo(mut stream: TcpStream, reply: fn(&Request) -> Reply, noted: Arc<Mutex<Vec<Request>>>) -> Option<()> {
    let request = read_request(&mut stream).await?;
    let (status, content_type, body) = reply(&request);
    noted.lock().expect("nobody panics with it").push(request);
    let head = format!(
        "HTTP/1.1 {status} Said\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(body.as_bytes()).await.ok()
}

async fn read_request(stream: &mut TcpStream) -> Option<Request> {
    const HEAD_END: &[u8] = b"\r\n\r\n";
    let mut bytes = Vec::new();
    let head_bytes = loop {
        if let Some(at) = bytes.windows(HEAD_END.len()).position(|window| window == HEAD_END) {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_bytes]).into_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_lowercase(), value.trim().to_owned()))
    };
    let mut request = Request { method, path, headers: lines.filter_map(header).collect(), body: Value::Null };
    let body_bytes: usize = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let body_at = head_bytes + HEAD_END.len();
    while bytes.len() < body_at + body_bytes {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    request.body = serde_json::from_slice(&bytes[body_at..body_at + body_bytes]).unwrap_or_default();
    Some(request)
}

/// A plain relay in front of a server, which notes when a caller hangs up before the server is done.
pub struct Relay {
    pub url: String,
    hung_up: Arc<Mutex<Vec<String>>>,
    changed: Arc<Notify>,
}

impl Relay {
    pub async fn start(server: &str) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let server = server.trim_start_matches("http://").to_owned();
        let (hung_up, changed) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<Notify>::default());
        let (noted, notify) = (hung_up.clone(), changed.clone());
        tokio::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                let (server, noted, notify) = (server.clone(), noted.clone(), notify.clone());
                tokio::spawn(async move {
                    if let Some(answer) = relay(caller, &server).await {
                        noted.lock().expect("nobody panics with it").push(answer);
                        notify.notify_one();
                    }
                });
            }
        });
        Relay { url, hung_up, changed }
    }

    /// Waits until a caller hangs up; gives what it had been sent on that connection until then.
    pub async fn hung_up(&self) -> String {
        let waiting = async {
            loop {
                if let Some(answer) = self.hung_up.lock().expect("nobody panics with it").pop() {
                    return answer;
                }
                self.changed.notified().await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the caller hangs up")
    }
}

/// What the caller had been sent when it hung up; `None` where the server ended first.
async fn relay(mut caller: TcpStream, server: &str) -> Option<String> {
    let mut server = TcpStream::connect(server).await.ok()?;
    let mut sent = Vec::new();
    let (mut up, mut down) = ([0; 8192], [0; 8192]);
    loop {
        tokio::select! {
            read = caller.read(&mut up) => match read {
                Ok(length @ 1..) => server.write_all(&up[..length]).await.ok()?,
                Ok(0) | Err(_) => return Some(String::from_utf8_lossy(&sent).into_owned()),
            },
            read = server.read(&mut down) => match read {
                Ok(length @ 1..) => {
                    sent.extend_from_slice(&down[..length]);
                    if caller.write_all(&down[..length]).await.is_err() {
                        return Some(String::from_utf8_lossy(&sent).into_owned());
                    }
                }
                Ok(0) | Err(_) => return None,
            },
        }
    }
}

/// The text that a running execution's step writes, followed until it is as wanted or the execution ends.
pub async fn text_so_far(program: &Program, execution: &str, wanted: impl Fn(&str) -> bool) -> String {
    let mut text = String::new();
    let Ok(mut events) = program.events(execution, None).await else { return text };
    while !wanted(&text) {
        match events.next().await {
            Some(event) if event.name == "text" => text.push_str(event.data["text"].as_str().unwrap_or_default()),
            Some(_) => {}
            None => break,
        }
    }
    text
}
