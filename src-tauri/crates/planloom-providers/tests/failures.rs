//! Everything that can go wrong between a request and an answer, on both wires.

mod common;

use common::*;
use planloom_core::failure::FailureCode;
use planloom_core::limits;
use planloom_core::usage::Usage;
use planloom_providers::{
    AnthropicConfig, AnthropicVersion, CallError, Error, OpenAiConfig, Provider, ProviderConfig, Secret,
};
use std::sync::Arc;
use std::time::Duration;

/// The beginning of an answer, on either wire.
fn opening(wire: Wire) -> String {
    match wire {
        Wire::Anthropic => "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":11,\"output_tokens\":1}}}\n\nevent: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Half of it\"}}\n\n".to_owned(),
        Wire::OpenAi => "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Half of it\"}}]}\n\n".to_owned(),
    }
}

/// The stop reason that follows it.
fn stop(wire: Wire) -> &'static str {
    match wire {
        Wire::Anthropic => {
            "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":3}}\n\n"
        }
        Wire::OpenAi => "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
    }
}

#[derive(Clone, Copy, Debug)]
enum Wire {
    Anthropic,
    OpenAi,
}

const WIRES: [Wire; 2] = [Wire::Anthropic, Wire::OpenAi];

fn provider(wire: Wire, url: &str, stall: Duration) -> Arc<dyn Provider> {
    match wire {
        Wire::Anthropic => anthropic_with(url, "2026-10-21", stall),
        Wire::OpenAi => openai_with(url, |config| config.stall = stall),
    }
}

async fn error_of(wire: Wire, script: Vec<Act>) -> CallError {
    let server = Server::start(vec![script]).await;
    run(&*provider(wire, &server.url, NO_STALL), &call()).await.unwrap_err()
}

/// Both wires must say the same.
async fn check(script: Vec<Act>, code: FailureCode, retryable: bool, status: Option<u16>, part: &str) {
    for wire in WIRES {
        assert_failure(&error_of(wire, script.clone()).await, code, retryable, status, part);
    }
}

#[tokio::test]
async fn refusals_by_status() {
    use FailureCode::*;
    let said = |message: &str| format!(r#"{{"error":{{"type":"x","message":"{message}"}}}}"#);
    for (status, code, retryable) in [
        ("400 Bad Request", ProviderError, false),
        ("401 Unauthorized", ProviderAuth, false),
        ("402 Payment Required", QuotaExhausted, false),
        ("403 Forbidden", ProviderAuth, false),
        ("404 Not Found", ProviderError, false),
        ("408 Request Timeout", ProviderError, true),
        ("409 Conflict", ProviderError, true),
        ("413 Payload Too Large", ProviderError, false),
        ("422 Unprocessable", ProviderError, false),
        ("425 Too Early", ProviderError, true),
        ("429 Too Many Requests", ProviderRateLimited, true),
        ("500 Internal Server Error", ProviderError, true),
        ("501 Not Implemented", ProviderError, false),
        ("502 Bad Gateway", ProviderError, true),
        ("503 Service Unavailable", ProviderError, true),
        ("505 Version", ProviderError, false),
        ("529 Overloaded", ProviderOverloaded, true),
    ] {
        let number = status[..3].parse().unwrap();
        check(json_response(status, &said("in its own words")), code, retryable, Some(number), "in its own words")
            .await;
    }
}

#[tokio::test]
async fn a_wait_that_is_asked_for_is_read() {
    let body = r#"{"error":{"type":"rate_limit_error","message":"slow down"}}"#;
    for (headers, expected) in [
        (vec![("retry-after", "2")], Some(2_000)),
        (vec![("retry-after-ms", "150"), ("retry-after", "2")], Some(150)),
        (
            vec![("date", "Tue, 24 Nov 2026 12:00:00 GMT"), ("retry-after", "Tue, 24 Nov 2026 12:00:09 GMT")],
            Some(9_000),
        ),
        (vec![], None),
    ] {
        for wire in WIRES {
            for status in ["429 Too Many Requests", "503 Service Unavailable", "529 Overloaded"] {
                assert_eq!(error_of(wire, response(status, &headers, body)).await.retry_after_ms, expected);
            }
            let quota = r#"{"error":{"code":"insufficient_quota","message":"exhausted"}}"#;
            let error = error_of(wire, response("429 Too Many Requests", &headers, quota)).await;
            assert_failure(&error, FailureCode::QuotaExhausted, false, Some(429), "exhausted");
            assert_eq!(error.retry_after_ms, None);
        }
    }
}

#[tokio::test]
async fn an_error_without_words_is_described() {
    let html = response("502 Bad Gateway", &[("content-type", "text/html")], "<html><h1>Bad gateway</h1></html>");
    check(html, FailureCode::ProviderError, true, Some(502), "502 Bad Gateway with text/html: <html><h1>Bad gateway")
        .await;
    let empty = response("503 Service Unavailable", &[], "");
    check(empty, FailureCode::ProviderError, true, Some(503), "an empty body").await;
    let endless = vec![
        Act::Send(b"HTTP/1.1 500 Internal Server Error\r\ncontent-type: text/plain\r\n\r\n".to_vec()),
        Act::Endless(vec![b'x'; 64 * 1024]),
    ];
    check(endless, FailureCode::ProviderError, true, Some(500), "text/plain: xxx").await;
    let long = json_response(
        "500 Internal Server Error",
        &format!(r#"{{"error":{{"message":"{}"}}}}"#, "\\u0007long ".repeat(5_000)),
    );
    for wire in WIRES {
        let error = error_of(wire, long.clone()).await;
        assert!(
            error.message.starts_with("long long") && error.message.chars().count() == 2_001,
            "{}",
            error.message.len()
        );
    }
}

#[tokio::test]
async fn an_error_whose_body_never_comes_is_still_an_error() {
    let script = vec![Act::Send(b"HTTP/1.1 529 Overloaded\r\ncontent-length: 10\r\n\r\n".to_vec()), Act::Hold];
    for wire in WIRES {
        let server = Server::start(vec![script.clone()]).await;
        let error = run(&*provider(wire, &server.url, STALL), &call()).await.unwrap_err();
        assert_failure(&error, FailureCode::ProviderOverloaded, true, Some(529), "an empty body");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Server::start(vec![json_response("200 OK", "{}")]).await;
    let location = format!("{}/v1/messages", target.url);
    for status in ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let number = status[..3].parse().unwrap();
        let script = response(status, &[("location", &location)], "");
        check(script, FailureCode::ProviderError, false, Some(number), &location).await;
    }
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn what_is_no_answer_is_named() {
    use FailureCode::ProviderProtocol;
    let html = response("200 OK", &[("content-type", "text/html; charset=utf-8")], "<!doctype html><p>Welcome</p>");
    check(html, ProviderProtocol, false, Some(200), "got text/html; charset=utf-8: <!doctype html><p>Welcome").await;
    let untyped = response("200 OK", &[], "<!doctype html><p>Welcome</p>");
    check(untyped, ProviderProtocol, false, Some(200), "got no content type: <!doctype html>").await;
    let broken = json_response("200 OK", "{\"choices\": [");
    check(broken, ProviderProtocol, false, Some(200), "got application/json: {\"choices\": [").await;
    check(json_response("200 OK", "{\"hello\": 1}"), ProviderProtocol, false, None, "is this a").await;
    check(stream("data: {\"choices\": [nonsense\n\n"), ProviderProtocol, false, None, "not JSON").await;
    let deep = format!("data: {}1{}\n\n", "[".repeat(10_000), "]".repeat(10_000));
    check(stream(&deep), ProviderProtocol, false, None, "not JSON").await;
    let not_http = vec![Act::Send(b"220 mail.example.test ESMTP ready\r\n\r\n".to_vec()), Act::Close];
    check(not_http, ProviderProtocol, false, None, "does not speak HTTP").await;
}

#[tokio::test]
async fn no_connection_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for wire in WIRES {
        let error = run(&*provider(wire, &url, NO_STALL), &call()).await.unwrap_err();
        assert_failure(&error, FailureCode::ProviderUnreachable, true, None, &format!("No connection to {url}: "));
    }
    check(vec![Act::Close], FailureCode::ProviderUnreachable, true, None, "broke before an answer").await;
    check(vec![stream_head(), Act::Close], FailureCode::ProviderUnreachable, true, None, "before the answer was whole")
        .await;
}

#[tokio::test]
async fn a_cut_stream_is_retried_and_says_what_it_used() {
    let lengths = [("an orderly close", false), ("a broken one", true)];
    for (wire, (name, broken)) in WIRES.into_iter().flat_map(|wire| lengths.map(|length| (wire, length))) {
        let body = opening(wire);
        // Of a chunked body, an end without the last chunk is a break.
        let script = if broken {
            let text = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n",
                body.len()
            );
            vec![Act::Send(text.into_bytes()), Act::Close]
        } else {
            stream(&body)
        };
        let error = error_of(wire, script).await;
        assert_failure(&error, FailureCode::ProviderUnreachable, true, None, "the answer");
        let usage = match wire {
            Wire::Anthropic => Usage { input: 11, output: 3, estimated: true, ..Usage::default() },
            Wire::OpenAi => Usage { input: 5, output: 3, estimated: true, ..Usage::default() },
        };
        assert_eq!(error.usage, Some(usage), "{wire:?}, {name}");
    }
}

#[tokio::test]
async fn a_stream_cut_after_its_stop_reason_is_whole() {
    for wire in WIRES {
        let body = opening(wire) + stop(wire);
        for (script, stall) in
            [(stream(&body), NO_STALL), (vec![stream_head(), Act::Send(body.clone().into_bytes()), Act::Hold], STALL)]
        {
            let server = Server::start(vec![script]).await;
            let answer = run(&*provider(wire, &server.url, stall), &call()).await.unwrap();
            assert_eq!((answer.text.as_str(), answer.truncated), ("Half of it", false), "{wire:?}");
        }
    }
}

#[tokio::test]
async fn silence_after_the_first_byte_is_a_stall() {
    for wire in WIRES {
        for begun in [opening(wire), ": still here\n\n".to_owned()] {
            let server = Server::start(vec![vec![stream_head(), Act::Send(begun.into_bytes()), Act::Hold]]).await;
            let error = run(&*provider(wire, &server.url, STALL), &call()).await.unwrap_err();
            assert_failure(&error, FailureCode::Stalled, true, None, "sent nothing for 0.06 s");
            server.seen.closed.notified().await;
        }
    }
}

#[tokio::test]
async fn before_the_first_byte_only_the_caller_counts() {
    for (wire, before) in WIRES
        .into_iter()
        .flat_map(|wire| [vec![Act::Hold], vec![stream_head(), Act::Hold]].map(|script| (wire, script)))
    {
        let server = Server::start(vec![before]).await;
        let provider = provider(wire, &server.url, Duration::from_millis(1));
        let call = call();
        let mut sink = |_: &str| {};
        let waited = tokio::time::timeout(Duration::from_millis(100), provider.call(&call, &mut sink)).await;
        assert!(waited.is_err(), "{wire:?}: {waited:?}");
        server.seen.closed.notified().await;
    }
}

#[tokio::test]
async fn dropping_a_call_closes_its_connection() {
    for wire in WIRES {
        let server = Server::start(vec![vec![stream_head(), Act::Send(opening(wire).into_bytes()), Act::Hold]]).await;
        let provider = provider(wire, &server.url, NO_STALL);
        let call = call();
        let (sender, mut arrived) = tokio::sync::mpsc::unbounded_channel();
        let mut sink = move |piece: &str| sender.send(piece.to_owned()).unwrap();
        tokio::select! {
            result = provider.call(&call, &mut sink) => panic!("{result:?}"),
            piece = arrived.recv() => assert_eq!(piece.as_deref(), Some("Half of it")),
        }
        server.seen.closed.notified().await;
    }
}

#[tokio::test]
async fn an_error_inside_a_stream_is_mapped_by_its_type() {
    use FailureCode::*;
    for (kind, code, retryable) in [
        ("overloaded_error", ProviderOverloaded, true),
        ("rate_limit_error", ProviderRateLimited, true),
        ("api_error", ProviderError, true),
        ("something_new", ProviderError, true),
        ("authentication_error", ProviderAuth, false),
        ("insufficient_quota", QuotaExhausted, false),
    ] {
        for wire in WIRES {
            let body = format!(
                "{}event: error\ndata: {{\"type\":\"error\",\"error\":{{\"type\":\"{kind}\",\"message\":\"It broke\"}}}}\n\n",
                opening(wire)
            );
            let error = error_of(wire, stream(&body)).await;
            assert_failure(&error, code, retryable, None, "It broke");
            assert!(error.usage.is_some());
        }
    }
    let bare = json_response("200 OK", r#"{"error":{"message":"It broke","code":502}}"#);
    check(bare, ProviderError, true, Some(502), "It broke").await;
}

#[tokio::test]
async fn text_without_end_is_cut_off() {
    let text = "x".repeat(256 * 1024);
    for (wire, event) in [
        (
            Wire::Anthropic,
            format!(
                "data: {{\"type\":\"content_block_delta\",\"delta\":{{\"type\":\"text_delta\",\"text\":\"{text}\"}}}}\n\n"
            ),
        ),
        (Wire::OpenAi, format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n")),
        (Wire::OpenAi, "data: no line end".to_owned()),
    ] {
        let server = Server::start(vec![vec![stream_head(), Act::Endless(event.repeat(4).into_bytes())]]).await;
        let provider = provider(wire, &server.url, NO_STALL);
        let call = call();
        let mut bytes = 0;
        let mut sink = |piece: &str| bytes += piece.len();
        let error = provider.call(&call, &mut sink).await.unwrap_err();
        assert_failure(&error, FailureCode::OutputTooLarge, false, None, "16 MiB");
        assert!(bytes <= limits::OUTPUT_BYTES);
        server.seen.closed.notified().await;
    }
    let endless_json = vec![
        Act::Send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n".to_vec()),
        Act::Endless(vec![b' '; 256 * 1024]),
    ];
    check(endless_json, FailureCode::OutputTooLarge, false, None, "16 MiB").await;
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let build = |base_url: &str, key: &str| {
        let config =
            OpenAiConfig { base_url: base_url.to_owned(), api_key: Some(Secret::new(key)), ..OpenAiConfig::default() };
        ProviderConfig::OpenAi(config).build()
    };
    for url in ["https://api.openai.com/v1", "http://192.168.1.5:8080/v1", " http://[::1]:11434/v1/ "] {
        assert!(build(url, "sk-1").is_ok(), "{url}");
    }
    assert!(matches!(build("api.openai.com/v1", "k"), Err(Error::BaseUrl { .. })));
    assert!(matches!(build("", "k"), Err(Error::BaseUrl { .. })));
    assert!(matches!(build("https://a.example/#k=1", "k"), Err(Error::BaseUrl { .. })));
    assert!(matches!(build("ftp://a.example/v1", "k"), Err(Error::BaseUrlScheme { .. })));
    assert!(matches!(build("file:///etc/passwd", "k"), Err(Error::BaseUrlScheme { .. })));
    assert!(matches!(build("https://me:secret@a.example/v1", "k"), Err(Error::BaseUrlCredentials)));
    assert!(matches!(build("https://a.example/v1", "two\nlines"), Err(Error::KeyCharacters)));
    for version in ["2026-10-21x", "", "latest", "2026/10/21", "2026-10-2é"] {
        assert!(matches!(AnthropicVersion::parse(version), Err(Error::Version { .. })), "{version}");
    }
    let is_local = |base_url: &str| {
        ProviderConfig::Anthropic(AnthropicConfig { base_url: base_url.to_owned(), ..AnthropicConfig::default() })
            .is_local()
    };
    assert!(is_local("http://localhost:1") && is_local("http://127.0.0.2") && is_local("http://[::1]/v1"));
    assert!(
        !is_local("https://api.anthropic.com")
            && !is_local("http://192.168.1.5")
            && !is_local("http://localhost.example")
    );
}
