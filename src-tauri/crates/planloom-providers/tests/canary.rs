//! A key is in one header and nowhere else: not in `Debug`, errors, answers' labels, or any log line of any
//! crate below, however the server behaves.

mod common;

use common::*;
use planloom_providers::{AnthropicConfig, OpenAiConfig, ProviderConfig, Secret, test};
use serde_json::json;
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes down everything that anybody traces.
struct Lines(Arc<Mutex<String>>);

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Subscriber for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Fields(&mut self.0.lock().unwrap()));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Fields(&mut self.0.lock().unwrap()));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut lines = self.0.lock().unwrap();
        let _ = write!(lines, "\n{}:", event.metadata().target());
        event.record(&mut Fields(&mut lines));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Answers that throw the key back in every place where a provider's words are kept.
fn echoes() -> Vec<Vec<Act>> {
    let said = json!({"error": {"type": "authentication_error", "message": format!("wrong key {KEY}"), "code": KEY}})
        .to_string();
    let stop = json!({"choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": KEY}]});
    let refusal =
        json!({"choices": [{"index": 0, "delta": {"refusal": format!("not with {KEY}")}, "finish_reason": "stop"}]});
    let tired = [
        json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "x"}}),
        json!({"type": "message_delta", "delta": {"stop_reason": KEY}}),
    ];
    vec![
        json_response("401 Unauthorized", &said),
        response("500 Internal Server Error", &[("content-type", KEY)], KEY),
        response("302 Found", &[("location", &format!("https://a.example/{KEY}"))], ""),
        response("200 OK", &[("content-type", "text/html")], &format!("<p>{KEY}")),
        response("200 OK", &[("content-type", "text/event-stream"), ("x-request-id", KEY)], &openai_chunks(&[stop])),
        response("200 OK", &[("content-type", "text/event-stream"), ("request-id", KEY)], &anthropic_events(&tired)),
        stream(&openai_chunks(&[refusal])),
        stream(&format!("data: {KEY}\n\n")),
        stream(&format!("event: error\ndata: {said}\n\n")),
        json_response("200 OK", &format!("{{{KEY}")),
        vec![Act::Send(format!("{KEY}\r\n\r\n").into_bytes()), Act::Close],
        vec![Act::Close],
    ]
}

#[tokio::test]
async fn a_key_never_leaves_its_header() {
    let lines = Arc::new(Mutex::new(String::new()));
    let _guard = tracing::subscriber::set_default(Lines(lines.clone()));
    let mut seen = String::new();
    for script in echoes() {
        for url in ["", "/unreachable"] {
            let server = Server::start(vec![script.clone()]).await;
            for provider in [
                anthropic(&format!("{}{url}", server.url)),
                anthropic_with(&server.url, "2023-06-01", NO_STALL),
                openai(&server.url),
            ] {
                let _ = write!(seen, "{provider:?}\n{:?}\n", run(&*provider, &call()).await);
                let _ =
                    write!(seen, "{:?}\n{:?}\n", provider.models().await, test(&*provider, "model-1", 60_000).await);
            }
            assert!(server.requests().iter().all(|request| request.head.contains(KEY)));
        }
    }
    let key = || Some(Secret::new(KEY));
    for config in [
        ProviderConfig::Anthropic(AnthropicConfig { api_key: key(), ..AnthropicConfig::default() }),
        ProviderConfig::OpenAi(OpenAiConfig { api_key: key(), ..OpenAiConfig::default() }),
    ] {
        let _ = write!(seen, "{config:?}");
    }
    let unusable =
        OpenAiConfig { base_url: format!("https://me:{KEY}@a.example/v1"), api_key: key(), ..OpenAiConfig::default() };
    let error = ProviderConfig::OpenAi(unusable).build().unwrap_err();
    let _ = write!(seen, "{error} {error:?}");
    let lines = lines.lock().unwrap();
    assert!(lines.contains("planloom_providers"), "nothing was traced, so nothing was tested");
    for text in [seen.as_str(), lines.as_str()] {
        let place = text.find(KEY).map(|at| &text[at.saturating_sub(200)..at]);
        assert_eq!(place, None, "the key was found after this");
    }
    assert!(seen.contains("[key]"));
}
