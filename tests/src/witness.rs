//! A model server that counts: it speaks Chat Completions, streams, and remembers every prompt it was called with.
//!
//! What the program says about its calls can be held against what arrived here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::Program;

/// The server. It lives as long as the test's runtime.
#[derive(Debug)]
pub struct Witness {
    pub url: String,
    heard: Arc<Heard>,
}

#[derive(Debug)]
struct Heard {
    calls: Mutex<HashMap<String, usize>>,
    total: watch::Sender<usize>,
    /// Answers leave only while it is open.
    gate: watch::Sender<bool>,
    delay: Duration,
    /// Characters of every answer beyond its first line.
    padding: usize,
}

impl Witness {
    /// Starts the server; every answer takes `delay` and is at least `padding` characters long.
    pub async fn start(delay: Duration, padding: usize) -> Witness {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let (total, gate) = (watch::Sender::new(0), watch::Sender::new(true));
        let heard = Arc::new(Heard { calls: Mutex::default(), total, gate, delay, padding });
        let server = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let heard = Arc::clone(&server);
                // A caller that was killed is nothing to report.
                tokio::spawn(async move { heard.serve(stream).await });
            }
        });
        Witness { url, heard }
    }

    /// How often a prompt arrived.
    pub fn calls(&self, prompt: &str) -> usize {
        self.heard.calls.lock().expect("no test panics here").get(prompt).copied().unwrap_or(0)
    }

    /// How often any prompt arrived.
    pub fn total(&self) -> usize {
        *self.heard.total.borrow()
    }

    /// Waits until so many calls have arrived in all.
    pub async fn until_total(&self, calls: usize) {
        let mut total = self.heard.total.subscribe();
        let waiting = total.wait_for(|now| *now >= calls);
        tokio::time::timeout(crate::PATIENCE, waiting).await.expect("the calls come").expect("it lives");
    }

    /// Holds answers back, or lets them go.
    pub fn open(&self, open: bool) {
        self.heard.gate.send_replace(open);
    }

    /// Makes `program` call this server under the alias `witness`, `limit` calls at a time.
    pub async fn employ(&self, program: &Program, limit: u32) {
        let settings = json!({
            "providers": {"witness": {"kind": "openai", "baseUrl": self.url, "limit": limit}},
            "aliases": {"witness": {"provider": "witness", "modelId": "witness-1"}},
            "queues": {"default": {"limit": limit}},
        });
        program.patch("/settings", settings).await.data();
    }
}

impl Heard {
    async fn serve(&self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        loop {
            let Some((path, body)) = request(&mut stream).await else { return };
            let answered = if path.ends_with("/chat/completions") {
                self.complete(&body, stream.get_mut()).await
            } else {
                let models = json!({"object": "list", "data": [{"id": "witness-1", "object": "model"}]}).to_string();
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                    models.len()
                );
                stream.get_mut().write_all((head + &models).as_bytes()).await
            };
            if answered.is_err() {
                return;
            }
        }
    }

    async fn complete(&self, body: &Value, stream: &mut TcpStream) -> std::io::Result<()> {
        let messages = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let prompt = messages.last().and_then(|message| message["content"].as_str()).unwrap_or_default().to_owned();
        *self.calls.lock().expect("no test panics here").entry(prompt.clone()).or_default() += 1;
        self.total.send_modify(|total| *total += 1);
        tokio::time::sleep(self.delay).await;
        let mut gate = self.gate.subscribe();
        let _ = gate.wait_for(|open| *open).await;
        let mut text = format!("answer to <{}>", prompt.lines().next().unwrap_or_default());
        let missing = self.padding.saturating_sub(text.len());
        text.extend(std::iter::repeat_n('.', missing));
        let chunk = |delta: Value, reason: Value| json!({"id": "w", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]});
        let pieces = [
            chunk(json!({"role": "assistant", "content": text}), Value::Null),
            chunk(json!({}), "stop".into()),
            json!({"id": "w", "object": "chat.completion.chunk", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}}),
        ];
        let mut answer = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n".to_owned();
        for piece in pieces {
            answer.push_str(&format!("data: {piece}\n\n"));
        }
        answer.push_str("data: [DONE]\n\n");
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await?;
        Err(std::io::ErrorKind::ConnectionAborted.into())
    }
}

/// The path and the JSON body of a request; `None` at the connection's end.
async fn request(stream: &mut BufReader<TcpStream>) -> Option<(String, Value)> {
    let (mut path, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        match (&path, line.split_once(':')) {
            (None, _) => path = line.split(' ').nth(1).map(str::to_owned),
            (Some(_), Some((name, value))) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().ok()?
            }
            (Some(_), _) => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((path?, serde_json::from_slice(&body).unwrap_or_default()))
}
