//! The event stream of one execution, read event by event. It folds nothing and asserts nothing.

use reqwest::{Method, Response, StatusCode};
use serde_json::Value;

use crate::{PATIENCE, Program};

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    pub id: Option<i64>,
    pub name: String,
    pub data: Value,
}

/// A stream that is open.
#[derive(Debug)]
pub struct Events {
    response: Response,
    read: Vec<u8>,
}

impl Events {
    /// The next event; `None` when the stream ends.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.read.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.read.drain(..end + 2).collect();
                match event(std::str::from_utf8(&block).expect("the stream is UTF-8")) {
                    Some(event) => return Some(event),
                    // A comment.
                    None => continue,
                }
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await.expect("something comes");
            self.read.extend_from_slice(&chunk.expect("the stream goes on")?);
        }
    }

    /// Everything up to the first event that is as wanted, which is the last one.
    pub async fn until(&mut self, wanted: impl Fn(&Event) -> bool) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            let found = wanted(&event);
            events.push(event);
            if found {
                return events;
            }
        }
        panic!("the stream ended without it: {events:#?}")
    }

    /// Everything to the end.
    pub async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

fn event(block: &str) -> Option<Event> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
    Some(Event {
        id: field("id: ").map(|id| id.parse().expect("an id is a number")),
        name: field("event: ")?.to_owned(),
        data: serde_json::from_str(field("data: ")?).expect("data is JSON"),
    })
}

impl Program {
    /// Opens the stream of an execution; the status alone when there is none.
    pub async fn events(&self, id: &str, last_event_id: Option<i64>) -> Result<Events, StatusCode> {
        let mut request = self.request(Method::GET, &format!("/plans/executions/{id}/events"));
        if let Some(last) = last_event_id {
            request = request.header("last-event-id", last.to_string());
        }
        let response = request.send().await.expect("an answer");
        if response.status() == StatusCode::OK {
            Ok(Events { response, read: Vec::new() })
        } else {
            Err(response.status())
        }
    }
}
