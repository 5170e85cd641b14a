//! A Server-Sent Events stream, event by event. It knows the format, not what an event means.

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub name: String,
    pub id: Option<String>,
    pub data: String,
}

/// The events of one answer.
pub struct Events {
    body: BodyDataStream,
    blocks: Blocks,
}

impl Events {
    pub fn new(body: Body) -> Events {
        Events { body: body.into_data_stream(), blocks: Blocks::default() }
    }

    /// The next event; `None` when the stream ended or broke, which is the same to somebody who can come again.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some(block) = self.blocks.next() {
                if let Some(event) = parse(&block) {
                    return Some(event);
                }
            }
            match self.body.next().await {
                Some(Ok(bytes)) => self.blocks.push(&bytes),
                Some(Err(_)) | None => return None,
            }
        }
    }
}

/// Cuts bytes at empty lines, however they come in.
#[derive(Debug, Default)]
struct Blocks {
    bytes: Vec<u8>,
    /// Up to here there is no empty line.
    searched: usize,
}

impl Blocks {
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn next(&mut self) -> Option<String> {
        let found = self.bytes[self.searched..].windows(2).position(|pair| pair == b"\n\n");
        let Some(found) = found else {
            self.searched = self.bytes.len().saturating_sub(1);
            return None;
        };
        let end = self.searched + found;
        let block = String::from_utf8_lossy(&self.bytes[..end]).into_owned();
        self.bytes.drain(..end + 2);
        self.searched = 0;
        Some(block)
    }
}

/// `None` for a comment.
fn parse(block: &str) -> Option<Event> {
    let mut event = Event { name: "message".to_owned(), id: None, data: String::new() };
    let mut has_data = false;
    for line in block.lines() {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => event.name = value.to_owned(),
            "id" => event.id = Some(value.to_owned()),
            "data" => {
                if has_data {
                    event.data.push('\n');
                }
                event.data.push_str(value);
                has_data = true;
            }
            // A comment, or a field that the format allows and we do not use.
            _ => {}
        }
    }
    has_data.then_some(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str =
        ": still here\n\nid: 7\nevent: task\ndata: {\"a\":\"ä\"}\n\nevent: text\ndata: a\ndata: b\n\nevent: end\n";

    fn read(pieces: &[&[u8]]) -> Vec<Event> {
        let mut blocks = Blocks::default();
        let mut events = Vec::new();
        for piece in pieces {
            blocks.push(piece);
            while let Some(block) = blocks.next() {
                events.extend(parse(&block));
            }
        }
        events
    }

    #[test]
    fn events_are_the_same_however_the_bytes_are_cut() {
        let whole = read(&[STREAM.as_bytes()]);
        let names: Vec<(&str, Option<&str>, &str)> =
            whole.iter().map(|event| (event.name.as_str(), event.id.as_deref(), event.data.as_str())).collect();
        assert_eq!(names, [("task", Some("7"), "{\"a\":\"ä\"}"), ("text", None, "a\nb")]);
        for cut in 0..STREAM.len() {
            let (before, after) = STREAM.as_bytes().split_at(cut);
            assert_eq!(read(&[before, after]), whole, "cut at {cut}");
        }
        let single: Vec<&[u8]> = STREAM.as_bytes().chunks(1).collect();
        assert_eq!(read(&single), whole);
    }
}
