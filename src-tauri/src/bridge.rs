//! The window's way to the API: the router in process, with no port and no key. Two commands: `api` for one answer,
//! `subscribe` for a stream of events. Neither knows what a path means.

mod streams;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Method, Request, Response, Uri, header, response};
use serde::Serialize;
use tauri::ipc::{self, JavaScriptChannelId};
use tauri::{State, Webview};
use tower::ServiceExt;

use crate::error::Error;
use streams::Streams;

/// Header fields as the page gives and takes them: a list, because a name may be there twice.
type Headers = Vec<(String, String)>;

/// The router, and the streams that the page has open.
pub struct Bridge {
    router: Router,
    streams: Streams,
}

/// What stands before the body of an answer.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Head {
    status: u16,
    headers: Headers,
}

/// One request, one answer: the head as a line of JSON, then the body as it is.
#[tauri::command]
pub async fn api(
    bridge: State<'_, Bridge>,
    method: String,
    path: String,
    headers: Headers,
    body: Option<String>,
) -> Result<ipc::Response, Error> {
    bridge.answer(&method, &path, headers, body.unwrap_or_default()).await.map(ipc::Response::new)
}

/// Opens a stream of events under an id that the page chose; without a path, ends it. The channel gets the head as a
/// line of JSON, then the body piece by piece, and an empty message when it has come to its end.
///
/// Not async, so that opening and ending are carried out in the order in which the page asked for them.
#[tauri::command]
pub fn subscribe(
    webview: Webview,
    bridge: State<'_, Bridge>,
    id: u32,
    path: Option<String>,
    headers: Headers,
    channel: Option<JavaScriptChannelId>,
) -> Result<(), Error> {
    let (Some(path), Some(channel)) = (path, channel) else {
        bridge.streams.end(id);
        return Ok(());
    };
    let request = request("GET", &path, headers, String::new())?;
    bridge.streams.start(id, bridge.router.clone(), request, channel.channel_on(webview));
    Ok(())
}

impl Bridge {
    pub fn new(router: Router) -> Bridge {
        Bridge { router, streams: Streams::default() }
    }

    /// The page that had them open is gone.
    pub fn end_streams(&self) {
        self.streams.end_all();
    }

    /// How many executions run now.
    pub async fn running_executions(&self) -> Result<u64, Error> {
        let path = "/api/plans/executions?status=running&limit=1";
        let answer = self.respond("GET", path, Headers::new(), String::new()).await?;
        let list: serde_json::Value = serde_json::from_slice(&read(path, answer).await?).unwrap_or_default();
        list["pagination"]["total"].as_u64().ok_or_else(|| Error::BrokenOff(path.to_owned()))
    }

    async fn answer(&self, method: &str, path: &str, headers: Headers, body: String) -> Result<Vec<u8>, Error> {
        let response = self.respond(method, path, headers, body).await?;
        if is_stream(&response) {
            return Err(Error::Stream(path.to_owned()));
        }
        let (parts, body) = response.into_parts();
        let body = read(path, Response::new(body)).await?;
        let mut answer = Head::of(&parts).line();
        answer.reserve_exact(body.len());
        answer.extend_from_slice(&body);
        Ok(answer)
    }

    async fn respond(&self, method: &str, path: &str, headers: Headers, body: String) -> Result<Response<Body>, Error> {
        let request = request(method, path, headers, body)?;
        let handling = self.router.clone().oneshot(request);
        // In a task of its own, so that a fault in a handler is an answer as well.
        match tokio::spawn(handling).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(never)) => match never {},
            Err(_) => Err(Error::BrokenOff(path.to_owned())),
        }
    }
}

async fn read(path: &str, response: Response<Body>) -> Result<Bytes, Error> {
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
    body.map_err(|_| Error::BrokenOff(path.to_owned()))
}

/// The caller is not named: without one, a request comes from the window.
fn request(method: &str, path: &str, headers: Headers, body: String) -> Result<Request<Body>, Error> {
    if !path.starts_with("/api/") {
        return Err(Error::OutsideApi(path.to_owned()));
    }
    let refused = || Error::NoRequest(format!("{method} {path}"));
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| refused())?;
    let mut request = Request::new(Body::from(body));
    *request.uri_mut() = path.parse::<Uri>().map_err(|_| refused())?;
    *request.method_mut() = method;
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
        request.headers_mut().append(name, HeaderValue::from_str(&value).map_err(|_| refused())?);
    }
    Ok(request)
}

fn is_stream(response: &Response<Body>) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/event-stream"))
}

impl Head {
    fn of(parts: &response::Parts) -> Head {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        Head { status: parts.status.as_u16(), headers }
    }

    /// One line, with its end.
    fn line(&self) -> Vec<u8> {
        // Texts and a number can always be written.
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::{get, post};

    use super::*;

    fn bridge() -> Bridge {
        let echo = |request: Request<Body>| async move {
            let kind = request.headers()["content-type"].clone();
            ([("x-kind", kind)], request.into_body())
        };
        let events = || async { ([("content-type", "text/event-stream")], "data: 1\n\n") };
        async fn fault() -> &'static str {
            panic!("a fault in a handler")
        }
        Bridge::new(
            Router::new()
                .route("/api/echo", post(echo))
                .route("/api/events", get(events))
                .route("/api/fault", get(fault)),
        )
    }

    #[tokio::test]
    async fn running_executions_are_counted() {
        let with = |answer: &'static str| {
            Bridge::new(Router::new().route(
                "/api/plans/executions",
                get(move |uri: Uri| async move {
                    assert_eq!(uri.query(), Some("status=running&limit=1"));
                    answer
                }),
            ))
        };
        let counted = with("{\"success\":true,\"data\":[],\"pagination\":{\"total\":3}}").running_executions().await;
        assert_eq!(counted.expect("a number"), 3);
        for answer in ["", "{\"success\":false}"] {
            assert!(matches!(with(answer).running_executions().await, Err(Error::BrokenOff(_))));
        }
    }

    async fn ask(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Result<String, String> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let answer = bridge().answer(method, path, headers, body.to_owned()).await;
        answer.map(|bytes| String::from_utf8(bytes).expect("text")).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn an_answer_is_a_line_and_a_body() {
        let answer = ask("POST", "/api/echo?x=1", &[("Content-Type", "text/x")], "two\nlines").await.expect("answered");
        let (head, body) = answer.split_once('\n').expect("a line");
        assert_eq!(body, "two\nlines");
        let head: serde_json::Value = serde_json::from_str(head).expect("JSON");
        assert_eq!(head["status"], 200);
        assert!(head["headers"].as_array().expect("a list").contains(&serde_json::json!(["x-kind", "text/x"])));
        let missing = ask("GET", "/api/nothing", &[], "").await.expect("answered");
        assert!(missing.starts_with("{\"status\":404,"), "{missing}");
    }

    #[tokio::test]
    async fn only_paths_of_the_api_are_asked_for() {
        for path in ["/", "/api", "api/health", "http://127.0.0.1:7317/api/health", "//api/health", "/apix/", "", "*"] {
            let error = ask("GET", path, &[], "").await.expect_err(path);
            assert!(error.contains("no path of the API"), "{path}: {error}");
        }
    }

    #[tokio::test]
    async fn what_is_no_request_is_refused() {
        for (method, path, header) in
            [("GE T", "/api/x", ("a", "b")), ("GET", "/api/a b", ("a", "b")), ("GET", "/api/x", ("a\n", "b"))]
        {
            let error = ask(method, path, &[header], "").await.expect_err(path);
            assert!(error.contains("cannot be sent as a request"), "{error}");
        }
    }

    #[tokio::test]
    async fn streams_and_faults_do_not_hang() {
        let error = ask("GET", "/api/events", &[], "").await.expect_err("a stream");
        assert!(error.contains("`subscribe`"), "{error}");
        let error = ask("GET", "/api/fault", &[], "").await.expect_err("a fault");
        assert!(error.contains("broke off"), "{error}");
    }
}
