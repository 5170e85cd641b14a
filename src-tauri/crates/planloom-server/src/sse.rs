//! Server-Sent Events: frames of the engine as a response that does not end before they do.
//!
//! It changes nothing in a frame but what the caller may not see, and folds nothing: each frame is the new view.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use planloom_core::check::quote;
use planloom_engine::views::{Frame, FrameKind};
use planloom_engine::{Handle, Subscription};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::caller::Visit;
use crate::drafts::without_drafts;
use crate::envelope::Answer;
use crate::failure::Failure;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Between two comments, which tell both sides that the other is still there.
const COMMENT: Duration = Duration::from_secs(15);

/// What is watched.
#[derive(Clone, Debug)]
pub(crate) enum Watched {
    /// One execution, to its end.
    Execution,
    /// Everything that passes the filter.
    All(Filter),
}

/// Which frames of all are wanted; an empty list wants every one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) execution_ids: Vec<String>,
    pub(crate) kinds: Vec<String>,
}

impl Filter {
    fn wants(&self, frame: &Frame) -> bool {
        match frame.kind {
            FrameKind::Lagged => true,
            FrameKind::Snapshot
            | FrameKind::Execution
            | FrameKind::Task
            | FrameKind::Approval
            | FrameKind::Text
            | FrameKind::End => {
                let kind = self.kinds.is_empty() || self.kinds.iter().any(|kind| kind == frame.kind.as_str());
                let execution =
                    self.execution_ids.is_empty() || self.execution_ids.iter().any(|id| **id == *frame.execution_id);
                kind && execution
            }
        }
    }
}

/// The `Last-Event-ID` header.
pub(crate) fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, Failure> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    match text.parse() {
        Ok(id) if id >= 0 => Ok(Some(id)),
        Ok(_) | Err(_) => {
            let message =
                format!("`Last-Event-ID` is {}; it must be the `id` of an event of this stream.", quote(text));
            Err(Failure::invalid("Last-Event-ID", "pattern", message))
        }
    }
}

/// The events of one execution; 204 for whoever has seen its end.
pub(crate) async fn execution_events(handle: &Handle, id: &str, seen: Option<i64>, visit: Visit) -> Answer {
    let subscription = handle.subscribe(id, seen).await?;
    if subscription.is_over() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(respond(Events::new(subscription, Watched::Execution, visit)))
}

/// The events of everything.
pub(crate) fn all_events(handle: &Handle, filter: Filter, visit: Visit) -> Response {
    respond(Events::new(handle.subscribe_all(), Watched::All(filter), visit))
}

fn respond(events: Events) -> Response {
    let chunks = stream::unfold(events, |mut events| async move {
        events.next().await.map(|chunk| (Ok::<_, Infallible>(chunk), events))
    });
    let mut response = Response::new(Body::from_stream(chunks));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // A proxy that collects answers would hold events back.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

struct Events {
    /// A stream, so that waiting for the next frame goes on where it was after a comment in between.
    frames: BoxStream<'static, Frame>,
    watched: Watched,
    visit: Visit,
    comments: Interval,
}

impl Events {
    fn new(subscription: Subscription, watched: Watched, visit: Visit) -> Events {
        let frames = stream::unfold(subscription, |mut subscription| async move {
            subscription.next().await.map(|frame| (frame, subscription))
        });
        let mut comments = interval_at(Instant::now() + COMMENT, COMMENT);
        comments.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Events { frames: frames.boxed(), watched, visit, comments }
    }

    /// The next piece of the stream; `None` when the frames end or the door closes.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let frame = tokio::select! {
                biased;
                () = self.visit.closing.cancelled() => return None,
                frame = self.frames.next() => frame?,
                _ = self.comments.tick() => return Some(Bytes::from_static(b": still here\n\n")),
            };
            if self.wants(&frame) {
                return Some(self.written(&frame));
            }
        }
    }

    fn wants(&self, frame: &Frame) -> bool {
        match &self.watched {
            Watched::Execution => true,
            Watched::All(filter) => filter.wants(frame),
        }
    }

    fn written(&self, frame: &Frame) -> Bytes {
        // Only the stream of one execution can be resumed, so only there an id means something.
        let seq = match self.watched {
            Watched::Execution => frame.seq,
            Watched::All(_) => None,
        };
        let shown = if self.visit.caller.may_review() { None } else { without_drafts(&frame.data) };
        write_event(frame.kind.as_str(), seq, shown.as_deref().unwrap_or(&frame.data))
    }
}

fn write_event(name: &str, seq: Option<i64>, data: &str) -> Bytes {
    let mut event = String::with_capacity(data.len() + 48);
    if let Some(seq) = seq {
        event.push_str(&format!("id: {seq}\n"));
    }
    event.push_str("event: ");
    event.push_str(name);
    for line in data.split(['\n', '\r']) {
        event.push_str("\ndata: ");
        event.push_str(line);
    }
    event.push_str("\n\n");
    event.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_written_in_lines() {
        let durable = write_event("task", Some(7), "{\"a\":1}");
        assert_eq!(durable, "id: 7\nevent: task\ndata: {\"a\":1}\n\n");
        assert_eq!(write_event("text", None, "a\nb"), "event: text\ndata: a\ndata: b\n\n");
    }

    #[test]
    fn a_last_event_id_is_a_number() {
        let read = |value: &str| {
            let headers = HeaderMap::from_iter([(LAST_EVENT_ID, HeaderValue::from_str(value).unwrap())]);
            last_event_id(&headers)
        };
        assert_eq!(read("12").unwrap(), Some(12));
        for wrong in ["", "-1", "x", "1.5"] {
            assert_eq!(read(wrong).expect_err(wrong).status, 400);
        }
        assert_eq!(last_event_id(&HeaderMap::new()).unwrap(), None);
    }
}
