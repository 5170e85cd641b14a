//! The listener, asked by bytes on a connection.

use std::net::SocketAddr;

use planloom_server::{Limits, Page, ServeOptions, Served, serve};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Api;

pub fn options(api: &Api, limits: Limits) -> ServeOptions {
    ServeOptions {
        router: api.router.clone(),
        handle: api.handle.clone(),
        keys: api.keys.clone(),
        data: api.data.clone(),
        page: Page::none(),
        state: api.listener.clone(),
        limits,
    }
}

pub async fn listen(api: &Api, limits: Limits) -> Served {
    serve(options(api, limits), 0).await.expect("a listener")
}

/// An answer, as it came over the wire.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// In small letters.
    pub head: String,
    pub body: Vec<u8>,
    /// Null when it is no JSON.
    pub json: Value,
}

impl Answer {
    /// A header, in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub fn fails(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.json["error"]["code"].as_str()), (status, Some(code)), "{self:?}");
        let id = self.json["meta"]["requestId"].as_str().expect("an id");
        assert!(self.head.contains(&format!("x-request-id: {id}")), "{}", self.head);
        assert!(self.head.contains("cache-control: no-store"));
        assert!(!self.head.contains("access-control"), "no CORS unasked");
    }
}

/// Sends bytes as they are and reads to the end of the connection.
pub async fn raw(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request).await.expect("it is taken");
    read(&mut stream).await
}

pub async fn read(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("an answer");
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
    let body = bytes.split_off(end);
    let head = String::from_utf8(bytes).expect("a head is ASCII");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Answer { status, head: head.to_lowercase(), body, json }
}

/// One request; `head` are the header lines beside `Connection`.
pub async fn ask(served: &Served, line: &str, head: &[String]) -> Answer {
    let lines: String = head.iter().map(|line| format!("{line}\r\n")).collect();
    raw(served.addresses()[0], format!("{line} HTTP/1.1\r\nConnection: close\r\n{lines}\r\n").as_bytes()).await
}

pub fn host() -> String {
    "Host: localhost".to_owned()
}

pub fn bearer(key: &str) -> String {
    format!("Authorization: Bearer {key}")
}
