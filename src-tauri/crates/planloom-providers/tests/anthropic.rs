//! The Messages API: what is sent, and how each ending is read.

mod common;

use common::*;
use planloom_core::failure::FailureCode;
use planloom_core::usage::Usage;
use planloom_providers::{Answer, Call, CallError, CallWarning};
use serde_json::{Value, json};

fn begin(usage: Value) -> Value {
    json!({"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "usage": usage}})
}

fn delta(text: &str) -> Value {
    json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}})
}

fn end(stop_reason: &str) -> [Value; 2] {
    [
        json!({"type": "message_delta", "delta": {"stop_reason": stop_reason, "stop_sequence": null}, "usage": {"output_tokens": 7}}),
        json!({"type": "message_stop"}),
    ]
}

fn message(text: &str, stop_reason: &str) -> String {
    let mut events = vec![
        begin(
            json!({"input_tokens": 11, "output_tokens": 1, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 3}),
        ),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "ping"}),
    ];
    events.extend(text.split_inclusive(' ').map(delta));
    events.push(json!({"type": "content_block_stop", "index": 0}));
    events.extend(end(stop_reason));
    anthropic_events(&events)
}

const USAGE: Usage = Usage { input: 11, output: 7, cache_read: 5, cache_write: 3, estimated: false };

async fn answer_of(body: &str) -> Result<Answer, CallError> {
    let server = Server::start(vec![stream(body)]).await;
    run(&*anthropic(&server.url), &call()).await
}

#[tokio::test]
async fn an_answer_arrives_with_its_usage() {
    let answer = answer_of(&message("A promise that the law enforces.", "end_turn")).await.unwrap();
    assert_eq!(
        answer,
        Answer {
            text: "A promise that the law enforces.".to_owned(),
            usage: USAGE,
            truncated: false,
            warnings: vec![],
            stop_reason: "end_turn".to_owned(),
            request_id: Some("req_1".to_owned()),
        }
    );
}

#[tokio::test]
async fn every_stop_reason_is_mapped() {
    for (stop_reason, truncated, warnings) in [
        ("end_turn", false, vec![]),
        ("stop_sequence", false, vec![]),
        ("max_tokens", true, vec![]),
        ("model_context_window_exceeded", true, vec![]),
        ("pause_turn", true, vec![CallWarning::TurnPaused]),
        ("tool_use", false, vec![CallWarning::ToolRequested]),
        ("tired", false, vec![CallWarning::StopReasonUnknown { stop_reason: "tired".to_owned() }]),
    ] {
        let answer = answer_of(&message("Some text", stop_reason)).await.unwrap();
        assert_eq!(
            (answer.truncated, answer.warnings, answer.stop_reason.as_str()),
            (truncated, warnings, stop_reason)
        );
        assert_eq!(answer.usage, USAGE);
    }
}

#[tokio::test]
async fn every_ending_without_an_answer_is_a_failure() {
    use FailureCode::*;
    for (text, stop_reason, code, retryable, part) in [
        ("I cannot", "refusal", ModelRefused, false, "refused to answer"),
        ("", "refusal", ModelRefused, false, "refused to answer"),
        ("", "end_turn", EmptyOutput, true, "empty text"),
        (" ", "end_turn", EmptyOutput, true, "empty text"),
        ("", "max_tokens", EmptyOutput, true, "all 64 tokens"),
        ("", "model_context_window_exceeded", ContextTooLong, false, "larger context"),
        ("", "tool_use", ProviderProtocol, false, "asked for a tool"),
    ] {
        let error = answer_of(&message(text, stop_reason)).await.unwrap_err();
        assert_failure(&error, code, retryable, None, part);
        assert_eq!(error.usage, Some(USAGE), "{stop_reason}");
    }
}

#[tokio::test]
async fn a_refusal_says_why() {
    let refusal = json!({"type": "message_delta", "delta": {"stop_reason": "refusal", "stop_details": {"explanation": "It is about a weapon."}}, "usage": {"output_tokens": 1}});
    let error = answer_of(&anthropic_events(&[begin(json!({"input_tokens": 3})), refusal])).await.unwrap_err();
    assert_failure(&error, FailureCode::ModelRefused, false, None, "It is about a weapon.");
}

#[tokio::test]
async fn what_is_not_known_is_passed_over() {
    let mut events = vec![
        begin(json!({"input_tokens": 2, "output_tokens": 1, "service_tier": "standard"})),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "hm"}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "x"}}),
        json!({"type": "news_of_2027", "text": "no"}),
        json!({"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": "Yes"}}),
        delta("."),
    ];
    events.extend(end("end_turn"));
    assert_eq!(answer_of(&anthropic_events(&events)).await.unwrap().text, "Yes.");
}

#[tokio::test]
async fn missing_usage_is_estimated_and_marked() {
    for usage in [json!(null), json!({"input_tokens": 0, "output_tokens": 0})] {
        let events = [
            json!({"type": "message_start", "message": {"usage": usage}}),
            delta("12345678"),
            json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}),
            json!({"type": "message_stop"}),
        ];
        let answer = answer_of(&anthropic_events(&events)).await.unwrap();
        assert_eq!(answer.usage, Usage { input: 5, output: 2, estimated: true, ..Usage::default() });
    }
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_understood() {
    let body = json!({"type": "message", "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Yes."}],
        "stop_reason": "end_turn", "usage": {"input_tokens": 4, "output_tokens": 2}});
    let server = Server::start(vec![json_response("200 OK", &body.to_string())]).await;
    let answer = run(&*anthropic(&server.url), &call()).await.unwrap();
    assert_eq!((answer.text.as_str(), answer.usage), ("Yes.", Usage { input: 4, output: 2, ..Usage::default() }));
}

async fn sent(version: &str, base: &str, call: &Call) -> (Request, Answer) {
    let server = Server::start(vec![stream(&message("Yes.", "end_turn"))]).await;
    let provider = anthropic_with(&format!("{}{base}", server.url), version, NO_STALL);
    let answer = run(&*provider, call).await.unwrap();
    (server.requests().remove(0), answer)
}

#[tokio::test]
async fn the_version_decides_key_and_temperature() {
    let hot = Call { temperature: Some(1.5), system: Some("Be brief.".to_owned()), ..call() };
    let (request, answer) = sent("2026-10-21", "", &hot).await;
    assert_eq!(request.line(), "POST /v1/messages HTTP/1.1");
    assert_eq!(request.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(request.header("x-api-key"), None);
    assert_eq!(request.header("anthropic-version"), Some("2026-10-21"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(
        request.json(),
        json!({"model": "model-1", "max_tokens": 64, "system": "Be brief.",
            "messages": [{"role": "user", "content": "What is a contract?"}], "stream": true})
    );
    assert_eq!(answer.warnings, [CallWarning::TemperatureLeftOut]);

    let (request, answer) = sent("2023-06-01", "/v1/", &hot).await;
    assert_eq!(request.line(), "POST /v1/messages HTTP/1.1");
    assert_eq!(request.header("authorization"), None);
    assert_eq!(request.header("x-api-key"), Some(KEY));
    assert_eq!(request.header("anthropic-version"), Some("2023-06-01"));
    assert_eq!(request.json()["temperature"], json!(1.0));
    assert_eq!(answer.warnings, [CallWarning::TemperatureLowered { asked: 1.5, sent: 1.0 }]);

    let mild = Call { temperature: Some(0.2), ..call() };
    let (request, answer) = sent("2023-06-01", "/gateway", &mild).await;
    assert_eq!(request.line(), "POST /gateway/v1/messages HTTP/1.1");
    assert_eq!((request.json()["temperature"].clone(), answer.warnings), (json!(0.2), vec![]));
}

#[tokio::test]
async fn a_schema_is_sent_natively_where_the_version_can() {
    let schema =
        json!({"type": "object", "properties": {"risk": {"type": "number", "minimum": 0}}, "required": ["risk"]});
    let structured = Call { json_schema: Some(schema), ..call() };
    let (request, answer) = sent("2026-10-21", "", &structured).await;
    assert_eq!(
        request.json()["output_config"],
        json!({"format": {"type": "json_schema", "schema": {"type": "object", "properties": {"risk": {"type": "number", "description": "(minimum: 0)"}},
            "required": ["risk"], "additionalProperties": false}}})
    );
    // The server is not Anthropic's own, so the schema is said in words too.
    assert!(request.json()["system"].as_str().unwrap().contains(r#""minimum":0"#));
    assert_eq!(answer.warnings, []);

    let (request, answer) = sent("2023-06-01", "", &structured).await;
    assert_eq!(request.json().get("output_config"), None);
    assert!(request.json()["system"].as_str().unwrap().contains(r#""minimum":0"#));
    assert_eq!(answer.warnings.len(), 1);
}

#[tokio::test]
async fn a_schema_that_is_refused_is_said_in_words() {
    let refusal = json_response(
        "400 Bad Request",
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"output_config.format.schema: too complex."}}"#,
    );
    let server = Server::start(vec![refusal, stream(&message("{}", "end_turn"))]).await;
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let answer = run(&*anthropic(&server.url), &Call { json_schema: Some(schema), ..call() }).await.unwrap();
    assert!(
        matches!(&answer.warnings[..], [CallWarning::JsonModeLeftOut { because }] if because.contains("too complex"))
    );
    assert!(server.requests()[1].json().get("output_config").is_none());
}

#[tokio::test]
async fn models_are_listed() {
    let body = json!({"data": [{"type": "model", "id": "claude-haiku-5-5", "display_name": "Claude Haiku 5.5"}], "has_more": false});
    let server = Server::start(vec![json_response("200 OK", &body.to_string())]).await;
    let models = anthropic(&server.url).models().await.unwrap();
    assert_eq!((models[0].id.as_str(), models[0].name.as_deref()), ("claude-haiku-5-5", Some("Claude Haiku 5.5")));
    assert_eq!(server.requests()[0].line(), "GET /v1/models?limit=1000 HTTP/1.1");
}
