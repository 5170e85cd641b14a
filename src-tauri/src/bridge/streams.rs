//! The event streams that the page has open: each a task that hands on what the router's answer brings. All end when
//! the page is loaded anew or its window closes. What is in them is not looked at.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Request;
use futures_util::StreamExt;
use tauri::ipc::{Channel, InvokeResponseBody};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::Head;

/// Pieces that have come already go to the page as one message.
const PIECES_AT_ONCE: usize = 256;
/// Between two messages. The page draws no more often, and each message costs it and the window's thread a turn: what
/// a thousand steps at once have to say comes in a hundred messages, not in thousands.
const BETWEEN_MESSAGES: Duration = Duration::from_millis(8);
/// Up to this size a text is quicker as part of a script than fetched by the page.
const DIRECT_BYTES: usize = 8_000;

/// The streams at work.
#[derive(Clone, Default)]
pub struct Streams {
    open: Arc<Mutex<Open>>,
}

#[derive(Default)]
struct Open {
    by_id: HashMap<u32, Running>,
    /// Tells a stream from a later one under the same id.
    next_serial: u64,
}

struct Running {
    serial: u64,
    ending: CancellationToken,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.ending.cancel();
    }
}

impl Streams {
    /// Begins to hand on what the router answers; a stream that has this id already ends.
    pub fn start(&self, id: u32, router: Router, request: Request<Body>, channel: Channel) {
        let ending = CancellationToken::new();
        let serial = self.add(id, ending.clone());
        let streams = self.clone();
        tauri::async_runtime::spawn(async move {
            hand_on(router, request, &ending, |message| channel.send(message).is_ok()).await;
            streams.forget(id, serial);
        });
    }

    pub fn end(&self, id: u32) {
        drop(self.lock().by_id.remove(&id));
    }

    pub fn end_all(&self) {
        let streams = std::mem::take(&mut self.lock().by_id).len();
        tracing::debug!(streams, "the page is gone, and with it its streams");
    }

    fn add(&self, id: u32, ending: CancellationToken) -> u64 {
        let mut open = self.lock();
        let serial = open.next_serial;
        open.next_serial += 1;
        open.by_id.insert(id, Running { serial, ending });
        serial
    }

    fn forget(&self, id: u32, serial: u64) {
        let mut open = self.lock();
        if open.by_id.get(&id).is_some_and(|running| running.serial == serial) {
            open.by_id.remove(&id);
        }
    }

    /// Nothing panics while it holds the lock, so what it guards is whole even if a lock says otherwise.
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends head, pieces and end, until the body ends, the stream is ended, or `send` says that nobody is there.
///
/// The body is asked for its next piece and nothing else: it keeps its place while we wait, and it is dropped as a
/// whole, so a subscription is never left half-way through catching up.
async fn hand_on(
    router: Router,
    request: Request<Body>,
    ending: &CancellationToken,
    mut send: impl FnMut(InvokeResponseBody) -> bool,
) {
    let answering = async {
        match router.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    };
    let Some(response) = ending.run_until_cancelled(answering).await else { return };
    let (parts, body) = response.into_parts();
    let mut is_heard = send(InvokeResponseBody::Json(as_json(&String::from_utf8_lossy(&Head::of(&parts).line()))));
    let mut pieces = body.into_data_stream().ready_chunks(PIECES_AT_ONCE);
    let mut next_at = Instant::now();
    while is_heard {
        let next = async {
            sleep_until(next_at).await;
            pieces.next().await
        };
        match ending.run_until_cancelled(next).await {
            // The router's bodies cannot fail; one that did has said all that it had to say.
            Some(Some(pieces)) => {
                let pieces: Vec<Bytes> = pieces.into_iter().map_while(Result::ok).filter(|p| !p.is_empty()).collect();
                if !pieces.is_empty() {
                    is_heard = send(message(pieces.concat()));
                    next_at = Instant::now() + BETWEEN_MESSAGES;
                }
            }
            Some(None) => {
                send(InvokeResponseBody::Json(as_json("")));
                return;
            }
            None => return,
        }
    }
}

/// A short text goes as a JSON string, anything else as bytes.
fn message(piece: Vec<u8>) -> InvokeResponseBody {
    match String::from_utf8(piece) {
        Ok(text) if text.len() < DIRECT_BYTES => InvokeResponseBody::Json(as_json(&text)),
        Ok(text) => InvokeResponseBody::Raw(text.into_bytes()),
        Err(error) => InvokeResponseBody::Raw(error.into_bytes()),
    }
}

fn as_json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::routing::get;
    use futures_util::stream;
    use tokio::sync::mpsc;

    use super::*;

    /// A router with a stream of these pieces, which then ends or waits for ever.
    fn router(pieces: Vec<&'static [u8]>, ends: bool) -> Router {
        let body = move || {
            let pieces =
                stream::iter(pieces.clone().into_iter().map(|piece| Ok::<_, Infallible>(Bytes::from_static(piece))));
            let rest = if ends { stream::empty().boxed() } else { stream::pending().boxed() };
            Body::from_stream(pieces.chain(rest))
        };
        Router::new().route("/api/events", get(async move || body()))
    }

    fn events() -> Request<Body> {
        Request::get("/api/events").body(Body::empty()).expect("a request")
    }

    fn written(message: &InvokeResponseBody) -> String {
        match message {
            InvokeResponseBody::Json(json) => serde_json::from_str(json).expect("a text"),
            InvokeResponseBody::Raw(bytes) => format!("{} bytes", bytes.len()),
        }
    }

    async fn messages(router: Router) -> Vec<String> {
        let mut messages = Vec::new();
        let send = |message: InvokeResponseBody| {
            messages.push(written(&message));
            true
        };
        hand_on(router, events(), &CancellationToken::new(), send).await;
        messages
    }

    #[tokio::test]
    async fn head_pieces_and_end_come_in_order() {
        let messages = messages(router(vec![b"data: 1\n\n", b"", b"data: \xc3\xa4\n\n"], true)).await;
        assert_eq!(messages, ["{\"status\":200,\"headers\":[]}\n", "data: 1\n\ndata: ä\n\n", ""]);
    }

    #[tokio::test]
    async fn what_is_long_or_no_text_goes_as_bytes() {
        static LONG: [u8; DIRECT_BYTES] = [b'x'; DIRECT_BYTES];
        assert_eq!(messages(router(vec![&LONG], true)).await[1], "8000 bytes");
        assert_eq!(messages(router(vec![b"\xff\xfe"], true)).await[1], "2 bytes");
    }

    #[tokio::test]
    async fn many_pieces_make_few_messages() {
        let messages = messages(router(vec![b"data: 1\n\n"; PIECES_AT_ONCE * 2], true)).await;
        // The head, two messages, the end.
        assert_eq!(messages.len(), 4);
        assert_eq!(messages[1].matches("data: ").count(), PIECES_AT_ONCE);
    }

    #[tokio::test]
    async fn a_refusal_is_handed_on_as_an_answer() {
        let messages = messages(Router::new()).await;
        assert!(messages[0].starts_with("{\"status\":404"), "{messages:?}");
        assert_eq!(messages.last().map(String::as_str), Some(""));
    }

    #[tokio::test]
    async fn nobody_listening_ends_it() {
        hand_on(router(vec![b"1"], false), events(), &CancellationToken::new(), |_| false).await;
    }

    #[tokio::test]
    async fn ending_by_id_ends_that_one_and_no_later_one() {
        let streams = Streams::default();
        let (first, second) = (CancellationToken::new(), CancellationToken::new());
        let serial = streams.add(7, first.clone());
        streams.add(7, second.clone());
        assert!(first.is_cancelled() && !second.is_cancelled());
        // The first one's task ends after the second one began.
        streams.forget(7, serial);
        assert!(!second.is_cancelled());
        streams.end(8);
        assert!(!second.is_cancelled());
        streams.end(7);
        assert!(second.is_cancelled());
    }

    #[tokio::test]
    async fn a_stream_without_end_ends_when_it_is_told() {
        let (streams, ending) = (Streams::default(), CancellationToken::new());
        streams.add(1, ending.clone());
        let (sender, mut seen) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            hand_on(router(vec![b"1"], false), events(), &ending, |message| sender.send(written(&message)).is_ok())
                .await;
        });
        assert!(seen.recv().await.is_some_and(|head| head.starts_with('{')));
        assert_eq!(seen.recv().await.as_deref(), Some("1"));
        streams.end_all();
        task.await.expect("it ends");
        assert_eq!(seen.recv().await, None);
    }
}
