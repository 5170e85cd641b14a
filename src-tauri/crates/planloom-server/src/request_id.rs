//! The outermost layer of the router: gives every answer its `X-Request-Id`, writes the bodies of failures
//! (only here is the id known), and turns a panic into an answer.
//!
//! It neither reads requests nor changes what a handler answered.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tower::{Layer, Service};
use uuid::Uuid;

use crate::failure::Failure;

pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A fresh id: `req_` and 32 hexadecimal digits that sort by time.
fn fresh() -> String {
    format!("req_{}", Uuid::now_v7().simple())
}

/// Makes a response complete: the body of a failure, the id, and that nobody may keep a copy.
pub(crate) fn complete(mut response: Response) -> Response {
    let request_id = fresh();
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        if failure.status.is_server_error() {
            tracing::error!(request_id, code = failure.code, "{}", failure.message);
        }
        *response.body_mut() = Body::from(failure.into_body(&request_id));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let mut response = with_id(response, request_id);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Gives an answer that may be kept its id, and nothing else.
pub(crate) fn number(response: Response) -> Response {
    with_id(response, fresh())
}

fn with_id(mut response: Response, id: String) -> Response {
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response
}

/// The layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestIds;

impl<S> Layer<S> for RequestIds {
    type Service = Numbered<S>;

    fn layer(&self, inner: S) -> Numbered<S> {
        Numbered { inner }
    }
}

/// A service whose answers are complete.
#[derive(Clone, Debug)]
pub(crate) struct Numbered<S> {
    inner: S,
}

impl<S> Service<Request> for Numbered<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // A handler owns what it works on, so nothing half changed outlives its panic.
        let future = AssertUnwindSafe(self.inner.call(request)).catch_unwind();
        Box::pin(async move {
            let response = match future.await {
                Ok(Ok(response)) => response,
                Ok(Err(never)) => match never {},
                Err(_panic) => {
                    Failure::internal("Something went wrong inside Planloom. Its log tells more.").into_response()
                }
            };
            Ok(complete(response))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::routing::get;
    use tower::ServiceExt;

    #[tokio::test]
    async fn a_panic_is_an_answer() {
        let broken = || async {
            let numbers: Vec<u8> = Vec::new();
            numbers[0].to_string()
        };
        let router = Router::new().route("/", get(broken)).layer(RequestIds);
        let response = router.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 500);
        let id = response.headers()[X_REQUEST_ID].to_str().unwrap().to_owned();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&body["error"]["code"], &body["meta"]["requestId"]), (&"INTERNAL".into(), &id.into()));
    }
}
