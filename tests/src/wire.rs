//! Bytes over TCP, for what no HTTP client would send.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{PATIENCE, Program};

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: serde_json::Value,
}

impl Reply {
    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }
}

/// Opens a connection to the listener.
pub async fn connect(program: &Program) -> TcpStream {
    TcpStream::connect(program.url.trim_start_matches("http://")).await.expect("it listens")
}

/// Reads all that comes until the other side closes.
pub async fn read_all(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let reading = async {
        let mut piece = [0; 4096];
        // A reset is an end too.
        while let Ok(count) = stream.read(&mut piece).await {
            if count == 0 {
                break;
            }
            bytes.extend_from_slice(&piece[..count]);
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.expect("the other side closes");
    bytes
}

/// Sends one request as it is (it should say `Connection: close`) and reads the answer.
pub async fn exchange(program: &Program, request: &[u8]) -> Reply {
    let mut stream = connect(program).await;
    stream.write_all(request).await.expect("it reads");
    reply(&read_all(&mut stream).await)
}

/// Reads an answer.
pub fn reply(bytes: &[u8]) -> Reply {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let from = body.find('{').unwrap_or(0);
    let to = body.rfind('}').map_or(0, |at| at + 1);
    let body = body.get(from..to).and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
    Reply { status, head: head.to_owned(), body }
}
