//! Request bodies: how large they may be, what they must be, and that they end.
//!
//! It knows JSON, not what a body means; the engine reads that.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use planloom_core::check::{Problem, Problems, quote};
use planloom_core::fields::wrong_type;
use planloom_core::json;
use planloom_core::limits::BODY_BYTES;
use serde_json::{Map, Value};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::failure::Failure;

/// Bytes of a refused body that are read and thrown away, so that the client gets to read the answer: one that
/// still writes when the connection closes may only see that it closed.
const DISCARDED_BYTES: usize = 4 * BODY_BYTES;
/// How long that may take.
const DISCARDING: Duration = Duration::from_secs(5);

/// A body that must be there.
#[derive(Debug)]
pub(crate) struct Json(pub(crate) Value);

/// A body that may be left out, or be `null`, which means `{}`.
#[derive(Debug)]
pub(crate) struct OptionalJson(pub(crate) Value);

/// No body, or `{}`.
#[derive(Debug)]
pub(crate) struct NoBody;

impl<S: Send + Sync> FromRequest<S> for Json {
    type Rejection = Failure;

    async fn from_request(request: Request, _state: &S) -> Result<Json, Failure> {
        match read(request).await? {
            Some(value) => Ok(Json(value)),
            None => json::parse(b"").map(Json).map_err(|error| Failure::invalid_json(&error)),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for OptionalJson {
    type Rejection = Failure;

    async fn from_request(request: Request, _state: &S) -> Result<OptionalJson, Failure> {
        let given = read(request).await?.filter(|body| !body.is_null());
        Ok(OptionalJson(given.unwrap_or_else(|| Value::Object(Map::new()))))
    }
}

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = Failure;

    async fn from_request(request: Request, _state: &S) -> Result<NoBody, Failure> {
        let Some(value) = read(request).await? else { return Ok(NoBody) };
        let mut problems = Problems::default();
        match &value {
            Value::Object(fields) => {
                for name in fields.keys() {
                    let message = format!("There is no field {}; this request takes no body.", quote(name));
                    problems.push(Problem::invalid(name.as_str(), "unknownField", message));
                }
            }
            other => problems.push(wrong_type("", "left out, or an empty object", other)),
        }
        if problems.has_errors() { Err(Failure::of_problems(problems.into_sorted())) } else { Ok(NoBody) }
    }
}

/// Reads a body as JSON; `None` when it is empty.
async fn read(request: Request) -> Result<Option<Value>, Failure> {
    let (parts, body) = request.into_parts();
    let bytes = read_bytes(&parts.headers, body).await?;
    if bytes.is_empty() {
        return Ok(None);
    }
    require_json(&parts.headers)?;
    json::parse(&bytes).map(Some).map_err(|error| Failure::invalid_json(&error))
}

async fn read_bytes(headers: &HeaderMap, body: Body) -> Result<Bytes, Failure> {
    let announced = body.size_hint().lower();
    if announced > BODY_BYTES as u64 {
        // Who asks first has sent nothing yet.
        if !headers.contains_key(header::EXPECT) {
            discard(body.into_data_stream()).await;
        }
        return Err(too_large());
    }
    let mut stream = body.into_data_stream();
    let mut bytes = BytesMut::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(broken)?;
        if bytes.len() + chunk.len() > BODY_BYTES {
            discard(stream).await;
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

/// Reads what the client still sends, up to a limit, and forgets it.
pub(crate) async fn discard(mut stream: BodyDataStream) {
    let reading = async {
        let mut left = DISCARDED_BYTES;
        while let Some(Ok(chunk)) = stream.next().await {
            match left.checked_sub(chunk.len()) {
                Some(rest) => left = rest,
                None => break,
            }
        }
    };
    // Whether it came to an end makes no difference to the answer.
    let _ = tokio::time::timeout(DISCARDING, reading).await;
}

fn too_large() -> Failure {
    let message = format!("The body is larger than {} MiB. Send less at a time.", BODY_BYTES >> 20);
    Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message)
}

fn broken(error: axum::Error) -> Failure {
    let error = error.into_inner();
    let stalled = error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut);
    if stalled {
        let message = "The body did not arrive in time. Send it without long pauses.";
        return Failure::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message);
    }
    Failure::invalid("", "complete", "The body ended before it was complete. Send it again.")
}

/// `application/json`, in UTF-8, not compressed.
fn require_json(headers: &HeaderMap) -> Result<(), Failure> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (first, second) = (types.next(), types.next());
    let found = first.map(|value| value.to_str().unwrap_or("something unreadable"));
    let plain = headers.get_all(header::CONTENT_ENCODING).iter().all(|value| value.as_bytes() == b"identity");
    let message = match found {
        _ if !plain => "The body is compressed. Send it as it is, without Content-Encoding.".to_owned(),
        Some(found) if second.is_none() && is_json(found) => return Ok(()),
        Some(found) => {
            format!("The body is {}. Send JSON, with the header `Content-Type: application/json`.", quote(found))
        }
        None => "The body has no type. Send JSON, with the header `Content-Type: application/json`.".to_owned(),
    };
    Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message))
}

fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
                let value = value.trim().trim_matches('"');
                value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8")
            }
            Some(_) => true,
            None => parameter.is_empty(),
        })
}

/// How long a listener waits for a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// For the next bytes.
    pub(crate) pause: Duration,
    /// For all of it.
    pub(crate) whole: Duration,
}

/// A body that fails when it does not arrive in time.
#[derive(Debug)]
pub(crate) struct TimedBody<B> {
    inner: B,
    patience: Patience,
    deadline: Instant,
    /// Armed only while nothing is there to read.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<B> TimedBody<B> {
    pub(crate) fn new(inner: B, patience: Patience) -> TimedBody<B> {
        TimedBody { inner, patience, deadline: Instant::now() + patience.whole, waiting: None }
    }
}

impl<B> HttpBody for TimedBody<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<axum::BoxError>,
{
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(cx) {
            this.waiting = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let until = this.deadline.min(Instant::now() + this.patience.pause);
        let waiting = this.waiting.get_or_insert_with(|| Box::pin(sleep_until(until)));
        waiting.as_mut().poll(cx).map(|()| Some(Err(io::Error::from(io::ErrorKind::TimedOut).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refusal(content_type: Option<&str>, body: impl Into<Body>) -> Failure {
        let mut request = Request::post("/");
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        Json::from_request(request.body(body.into()).unwrap(), &()).await.expect_err("refused")
    }

    #[tokio::test]
    async fn json_in_utf_8_is_read() {
        for content_type in
            ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""]
        {
            let request =
                Request::post("/").header(header::CONTENT_TYPE, content_type).body(Body::from("[1.0]")).unwrap();
            let Json(value) = Json::from_request(request, &()).await.expect(content_type);
            assert_eq!(value.to_string(), "[1.0]");
        }
    }

    #[tokio::test]
    async fn other_types_are_415() {
        let other = ["text/plain", "application/json; charset=latin1", "application/jsonx", "application/ld+json", ""];
        for content_type in other.map(Some).into_iter().chain([None]) {
            let failure = refusal(content_type, "{}").await;
            assert_eq!(failure.code, "UNSUPPORTED_MEDIA_TYPE", "{content_type:?}");
            assert_eq!(failure.status, 415);
        }
    }

    #[tokio::test]
    async fn wrong_json_names_its_place() {
        let failure = refusal(Some("application/json"), "{\n  \"a\": x\n}").await;
        assert_eq!((failure.status.as_u16(), failure.code), (400, "INVALID_JSON"));
        assert_eq!(failure.details.line, Some(2));
        assert!(failure.details.column.is_some());
        assert_eq!(refusal(None, "").await.code, "INVALID_JSON");
        let deep = "[".repeat(10_000);
        assert!(refusal(Some("application/json"), deep).await.message.contains("128 levels"));
        assert_eq!(refusal(Some("application/json"), &b"\"\xff\""[..]).await.code, "INVALID_JSON");
    }

    #[tokio::test]
    async fn a_byte_too_many_is_413_with_and_without_a_length() {
        let large = Bytes::from(vec![b' '; BODY_BYTES + 1]);
        assert_eq!(refusal(Some("application/json"), large.clone()).await.code, "PAYLOAD_TOO_LARGE");
        let chunks: Vec<Result<Bytes, io::Error>> =
            (0..large.len()).step_by(1 << 20).map(|at| Ok(large.slice(at..large.len().min(at + (1 << 20))))).collect();
        let chunked = Body::from_stream(futures_util::stream::iter(chunks));
        let failure = refusal(Some("application/json"), chunked).await;
        assert_eq!((failure.status.as_u16(), failure.code), (413, "PAYLOAD_TOO_LARGE"));
    }

    #[tokio::test]
    async fn a_body_that_does_not_arrive_is_408() {
        let patience = Patience { pause: Duration::from_millis(5), whole: Duration::from_secs(5) };
        let never = TimedBody::new(Body::from_stream(futures_util::stream::pending::<io::Result<Bytes>>()), patience);
        let failure = refusal(Some("application/json"), Body::new(never)).await;
        assert_eq!((failure.status.as_u16(), failure.code), (408, "REQUEST_TIMEOUT"));
    }

    #[tokio::test]
    async fn a_body_that_drips_for_ever_is_408() {
        let patience = Patience { pause: Duration::from_secs(5), whole: Duration::from_millis(20) };
        let drops = futures_util::stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(3)).await;
            Some((io::Result::Ok(Bytes::from_static(b" ")), ()))
        });
        let failure =
            refusal(Some("application/json"), Body::new(TimedBody::new(Body::from_stream(drops), patience))).await;
        assert_eq!(failure.code, "REQUEST_TIMEOUT");
    }

    #[tokio::test]
    async fn a_request_without_a_body_takes_none() {
        let request = |body: &'static str| {
            Request::post("/").header(header::CONTENT_TYPE, "application/json").body(Body::from(body)).unwrap()
        };
        assert!(NoBody::from_request(request(""), &()).await.is_ok());
        assert!(NoBody::from_request(request("{}"), &()).await.is_ok());
        let failure = NoBody::from_request(request("{\"retry\":true}"), &()).await.expect_err("refused");
        assert_eq!((failure.code, failure.details.field.as_deref()), ("VALIDATION_ERROR", Some("retry")));
        assert!(NoBody::from_request(request("[]"), &()).await.is_err());
    }
}
