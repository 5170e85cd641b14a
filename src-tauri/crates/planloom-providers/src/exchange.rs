//! One answer from first byte to verdict: bytes from the endpoint through the event parser into a `Reading`.
//!
//! Must not know a wire format, and holds no more of an answer than its text and one unfinished event.

use crate::call::{Answer, Call, CallError, TextSink};
use crate::endpoint::Endpoint;
use crate::reading::{self, Flow, Reading, Wire};
use crate::sse::{Event, Parser};
use planloom_core::failure::FailureCode;
use planloom_core::limits;
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use std::time::Duration;

/// One event may be the whole answer, with its escapes and what is around it.
const EVENT_BYTES: usize = limits::OUTPUT_BYTES + (1 << 20);
/// How long a whole answer waits for what the provider sends after it.
const AFTER_STOP: Duration = Duration::from_secs(10);
/// Bytes of a strange body that are looked at.
const STRANGE_BYTES: usize = 4 * 1024;

/// Reads the answer to `call` from a response of status 200–299.
pub(crate) async fn read_answer(
    endpoint: &Endpoint,
    wire: Wire,
    mut response: Response,
    call: &Call,
    text: TextSink<'_>,
) -> Result<Answer, CallError> {
    let request_id = endpoint.request_id(&response);
    let mut reading = Reading::new(wire, call, endpoint.secret().cloned());
    let cut = match content_type(&response).as_str() {
        // Some small servers name no type; what they send decides.
        "text/event-stream" | "" => read_stream(endpoint, &mut response, &mut reading, text).await?,
        "application/json" => {
            let body = endpoint.read(&mut response, EVENT_BYTES).await?;
            let status = response.status().as_u16();
            let json: Value =
                serde_json::from_slice(&body).map_err(|_| endpoint.strange(status, response.headers(), &body))?;
            if crate::openai::fold::is_error(&json) {
                return Err(reading.error(&json));
            }
            reading.whole(&json, text)?;
            None
        }
        _ => return Err(strange(endpoint, response).await),
    };
    let mut answer = reading.finish(cut)?;
    answer.request_id = request_id;
    Ok(answer)
}

/// Reads events until the stream says that it is done. What broke it off early is the value, not the error,
/// because an answer may be whole by then.
async fn read_stream(
    endpoint: &Endpoint,
    response: &mut Response,
    reading: &mut Reading,
    text: TextSink<'_>,
) -> Result<Option<CallError>, CallError> {
    let mut parser = Parser::new(EVENT_BYTES);
    let mut events: Vec<Event> = Vec::new();
    let mut head = Vec::new();
    let mut within = None;
    loop {
        let bytes = match endpoint.chunk(response, within).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) if reading.events() == 0 && !head.is_empty() => {
                return Err(endpoint.strange(response.status().as_u16(), response.headers(), &head));
            }
            Ok(None) => return Ok(None),
            Err(cut) => return Ok(Some(cut)),
        };
        if reading.events() == 0 && head.len() < STRANGE_BYTES {
            head.extend_from_slice(&bytes[..bytes.len().min(STRANGE_BYTES - head.len())]);
        }
        let parsed = parser.push(&bytes, &mut events);
        for event in events.drain(..) {
            if reading.event(&event, text)? == Flow::End {
                endpoint.drain(response).await;
                return Ok(None);
            }
        }
        // After the stop reason only a count of tokens is missing, which is not worth a long wait.
        let silence = if reading.has_stopped() { endpoint.stall().min(AFTER_STOP) } else { endpoint.stall() };
        within = Some(silence);
        if parsed.is_err() {
            let mut error = reading::too_large();
            error.usage = reading.usage();
            return Err(error);
        }
    }
}

fn content_type(response: &Response) -> String {
    let value = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

async fn strange(endpoint: &Endpoint, mut response: Response) -> CallError {
    let mut head = Vec::new();
    while head.len() < STRANGE_BYTES {
        match endpoint.chunk(&mut response, Some(endpoint.stall())).await {
            Ok(Some(bytes)) => head.extend_from_slice(&bytes[..bytes.len().min(STRANGE_BYTES - head.len())]),
            Ok(None) => break,
            Err(cut) if head.is_empty() && cut.code != FailureCode::Stalled => return cut,
            Err(_) => break,
        }
    }
    endpoint.strange(response.status().as_u16(), response.headers(), &head)
}
