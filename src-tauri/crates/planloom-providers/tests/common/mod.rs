//! A scripted server on loopback: what it sends is given byte for byte, and what it gets is kept.
//!
//! Also the few lines that every test of an adapter needs.
#![allow(dead_code, reason = "each test file uses its own part of this")]

use planloom_core::failure::FailureCode;
use planloom_providers::{
    Answer, AnthropicConfig, AnthropicVersion, Call, CallError, OpenAiConfig, Provider, ProviderConfig, Secret,
};
use serde_json::Value;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

pub const KEY: &str = "sk-canary-7f3a9";

/// One thing that the server does with a connection.
#[derive(Clone, Debug)]
pub enum Act {
    Send(Vec<u8>),
    /// Sends this again and again until the client closes.
    Endless(Vec<u8>),
    /// Sends nothing more and waits until the client closes.
    Hold,
    /// Closes in an orderly way.
    Close,
}

#[derive(Clone, Debug)]
pub struct Request {
    pub head: String,
    pub body: Vec<u8>,
}

impl Request {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (own, value) = line.split_once(':')?;
            own.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

#[derive(Debug, Default)]
pub struct Seen {
    pub requests: Mutex<Vec<Request>>,
    pub connections: AtomicUsize,
    /// Notified when a client closes a connection that the server still held.
    pub closed: Notify,
    /// Notified when everything before a `Hold` has been sent.
    pub held: Notify,
}

pub struct Server {
    pub url: String,
    pub seen: Arc<Seen>,
}

impl Server {
    /// Answers the first request with the first script and so on; the last one is repeated.
    pub async fn start(scripts: Vec<Vec<Act>>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Seen::default());
        let (scripts, kept) = (Arc::new(scripts), seen.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                kept.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(connection(stream, scripts.clone(), kept.clone()));
            }
        });
        Server { url, seen }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.seen.requests.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }
}

async fn connection(mut stream: TcpStream, scripts: Arc<Vec<Vec<Act>>>, seen: Arc<Seen>) {
    while let Some(request) = read_request(&mut stream).await {
        let index = {
            let mut requests = seen.requests.lock().unwrap();
            requests.push(request);
            (requests.len() - 1).min(scripts.len() - 1)
        };
        for act in &scripts[index] {
            match act {
                Act::Send(bytes) => {
                    if stream.write_all(bytes).await.is_err() {
                        return;
                    }
                }
                Act::Endless(bytes) => {
                    while stream.write_all(bytes).await.is_ok() {}
                    seen.closed.notify_one();
                    return;
                }
                Act::Hold => {
                    seen.held.notify_one();
                    let mut byte = [0];
                    while matches!(stream.read(&mut byte).await, Ok(1)) {}
                    seen.closed.notify_one();
                    return;
                }
                Act::Close => {
                    let _ = stream.shutdown().await;
                    return;
                }
            }
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
    };
    let mut request = Request { head: String::from_utf8(bytes[..end].to_vec()).unwrap(), body: bytes[end..].to_vec() };
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    while request.body.len() < length {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => request.body.extend_from_slice(&buffer[..read]),
        }
    }
    Some(request)
}

/// A complete response with a length, after which the connection is kept.
pub fn response(status: &str, headers: &[(&str, &str)], body: &str) -> Vec<Act> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let text = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len());
    vec![Act::Send(text.into_bytes())]
}

pub fn json_response(status: &str, body: &str) -> Vec<Act> {
    response(status, &[("content-type", "application/json")], body)
}

/// The head of an event stream that ends with its connection.
pub fn stream_head() -> Act {
    Act::Send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nrequest-id: req_1\r\nconnection: close\r\n\r\n".to_vec())
}

/// A whole event stream, then an orderly close.
pub fn stream(body: &str) -> Vec<Act> {
    vec![stream_head(), Act::Send(body.as_bytes().to_vec()), Act::Close]
}

/// Events as Anthropic frames them.
pub fn anthropic_events(events: &[Value]) -> String {
    events.iter().map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap())).collect()
}

/// Chunks as OpenAI frames them, without the `[DONE]`.
pub fn openai_chunks(chunks: &[Value]) -> String {
    chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect()
}

pub fn call() -> Call {
    Call {
        task_id: "dt_task_1".to_owned(),
        attempt: 1,
        model_id: "model-1".to_owned(),
        prompt: "What is a contract?".to_owned(),
        max_tokens: 64,
        ..Call::default()
    }
}

/// A stall short enough for a test that waits for one; a test that does not must not have it.
pub const STALL: Duration = Duration::from_millis(60);
pub const NO_STALL: Duration = Duration::from_secs(60);

pub fn anthropic_with(url: &str, version: &str, stall: Duration) -> Arc<dyn Provider> {
    let version = AnthropicVersion::parse(version).unwrap();
    let config = AnthropicConfig { base_url: url.to_owned(), version, api_key: Some(Secret::new(KEY)), stall };
    ProviderConfig::Anthropic(config).build().unwrap()
}

pub fn anthropic(url: &str) -> Arc<dyn Provider> {
    anthropic_with(url, "2026-10-21", NO_STALL)
}

pub fn openai_with(url: &str, change: impl FnOnce(&mut OpenAiConfig)) -> Arc<dyn Provider> {
    let mut config =
        OpenAiConfig { base_url: format!("{url}/v1"), api_key: Some(Secret::new(KEY)), ..OpenAiConfig::default() };
    change(&mut config);
    ProviderConfig::OpenAi(config).build().unwrap()
}

pub fn openai(url: &str) -> Arc<dyn Provider> {
    openai_with(url, |_| {})
}

/// Makes the call and holds what was streamed against what was answered.
pub async fn run(provider: &dyn Provider, call: &Call) -> Result<Answer, CallError> {
    let mut streamed = String::new();
    let mut sink = |piece: &str| streamed.push_str(piece);
    let result = provider.call(call, &mut sink).await;
    if let Ok(answer) = &result {
        assert_eq!(streamed, answer.text);
    }
    result
}

/// Code, retryable, status, and a part of the message.
pub fn assert_failure(error: &CallError, code: FailureCode, retryable: bool, status: Option<u16>, part: &str) {
    assert_eq!((error.code, error.retryable, error.status), (code, retryable, status), "{error:?}");
    assert!(error.message.contains(part), "{error:?} should contain {part:?}");
}
