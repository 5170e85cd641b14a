//! Chat Completions: what is sent, and how each ending and each dialect is read.

mod common;

use common::*;
use planloom_core::failure::FailureCode;
use planloom_core::usage::Usage;
use planloom_providers::{Answer, Call, CallError, CallWarning, JsonMode, MaxTokensField, OpenAiConfig, test};
use serde_json::{Value, json};

fn piece(text: &str) -> Value {
    json!({"id": "c1", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}], "usage": null})
}

fn end(finish_reason: &str) -> Value {
    json!({"choices": [{"index": 0, "delta": {}, "finish_reason": finish_reason}]})
}

fn usage() -> Value {
    json!({"choices": [], "usage": {"prompt_tokens": 20, "completion_tokens": 6, "total_tokens": 26, "prompt_tokens_details": {"cached_tokens": 8}}})
}

fn completion(text: &str, finish_reason: &str) -> String {
    let mut chunks = vec![json!({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})];
    chunks.extend(text.split_inclusive(' ').map(piece));
    chunks.extend([end(finish_reason), usage()]);
    openai_chunks(&chunks) + "data: [DONE]\n\n"
}

const USAGE: Usage = Usage { input: 12, output: 6, cache_read: 8, cache_write: 0, estimated: false };

async fn answer_of(body: &str) -> Result<Answer, CallError> {
    let server = Server::start(vec![stream(body)]).await;
    run(&*openai(&server.url), &call()).await
}

#[tokio::test]
async fn every_finish_reason_is_mapped() {
    for (finish_reason, truncated, warnings) in [
        ("stop", false, vec![]),
        ("length", true, vec![]),
        ("tool_calls", false, vec![CallWarning::ToolRequested]),
        ("bored", false, vec![CallWarning::StopReasonUnknown { stop_reason: "bored".to_owned() }]),
    ] {
        let answer = answer_of(&completion("A promise, enforced.", finish_reason)).await.unwrap();
        assert_eq!(
            answer,
            Answer {
                text: "A promise, enforced.".to_owned(),
                usage: USAGE,
                truncated,
                warnings,
                stop_reason: finish_reason.to_owned(),
                request_id: Some("req_1".to_owned()),
            }
        );
    }
}

#[tokio::test]
async fn every_ending_without_an_answer_is_a_failure() {
    use FailureCode::*;
    for (text, finish_reason, code, retryable, part) in [
        ("Half", "content_filter", ModelRefused, false, "content_filter"),
        ("", "stop", EmptyOutput, true, "empty text"),
        ("", "length", EmptyOutput, true, "raise maxTokens"),
        ("", "tool_calls", ProviderProtocol, false, "asked for a tool"),
        ("Half", "error", ProviderError, true, "gave up"),
    ] {
        let error = answer_of(&completion(text, finish_reason)).await.unwrap_err();
        assert_failure(&error, code, retryable, None, part);
        assert_eq!(error.usage, Some(USAGE), "{finish_reason}");
    }
    let refusal = json!({"choices": [{"index": 0, "delta": {"refusal": "I will not."}, "finish_reason": "stop"}]});
    let error = answer_of(&openai_chunks(&[refusal])).await.unwrap_err();
    assert_failure(&error, ModelRefused, false, None, "I will not.");
}

#[tokio::test]
async fn the_dialects_of_usage() {
    let counted = |usage: Value| json!({"choices": [{"index": 0, "delta": {"content": "12345678"}, "finish_reason": "stop"}], "usage": usage});
    for (usage, expected) in [
        (json!({"prompt_tokens": 9, "completion_tokens": 2}), Usage { input: 9, output: 2, ..Usage::default() }),
        (
            json!({"prompt_tokens": 9, "completion_tokens": 2, "prompt_cache_hit_tokens": 4}),
            Usage { input: 5, output: 2, cache_read: 4, ..Usage::default() },
        ),
        (
            json!({"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 3}}),
            Usage { input: 2, output: 2, cache_read: 4, cache_write: 3, estimated: false },
        ),
        (
            json!({"prompt_tokens": 4, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}),
            Usage { input: 0, output: 2, cache_read: 4, ..Usage::default() },
        ),
        (json!(null), Usage { input: 5, output: 2, estimated: true, ..Usage::default() }),
        (
            json!({"prompt_tokens": 0, "completion_tokens": 0}),
            Usage { input: 5, output: 2, estimated: true, ..Usage::default() },
        ),
        (json!({"prompt_tokens": 9}), Usage { input: 9, output: 2, estimated: true, ..Usage::default() }),
    ] {
        let answer = answer_of(&openai_chunks(&[counted(usage.clone())])).await.unwrap();
        assert_eq!(answer.usage, expected, "{usage}");
    }
}

#[tokio::test]
async fn the_dialects_of_content() {
    let parts = json!({"choices": [{"index": 0, "delta": {"content": [{"type": "text", "text": "Yes"}, {"type": "text", "text": "."}]}, "finish_reason": "stop"}]});
    assert_eq!(answer_of(&openai_chunks(&[parts])).await.unwrap().text, "Yes.");
    let other = json!({"choices": [{"index": 1, "delta": {"content": "no"}}]});
    let thought = json!({"choices": [{"index": 0, "delta": {"reasoning_content": "hm", "content": null}}]});
    assert_eq!(answer_of(&openai_chunks(&[other, thought, piece("Yes."), end("stop")])).await.unwrap().text, "Yes.");
    let without_reason = openai_chunks(&[piece("Yes.")]) + "data: [DONE]\n\n";
    let answer = answer_of(&without_reason).await.unwrap();
    assert_eq!(answer.warnings, [CallWarning::StopReasonUnknown { stop_reason: String::new() }]);
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_understood() {
    let body = json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": "Yes."}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 4, "completion_tokens": 2}});
    let server = Server::start(vec![json_response("200 OK", &body.to_string())]).await;
    let answer = run(&*openai(&server.url), &call()).await.unwrap();
    assert_eq!((answer.text.as_str(), answer.usage), ("Yes.", Usage { input: 4, output: 2, ..Usage::default() }));
}

async fn sent(call: &Call, change: impl FnOnce(&mut OpenAiConfig)) -> (Request, Answer) {
    let server = Server::start(vec![stream(&completion("Yes.", "stop"))]).await;
    let answer = run(&*openai_with(&server.url, change), call).await.unwrap();
    (server.requests().remove(0), answer)
}

#[tokio::test]
async fn what_is_sent() {
    let full = Call { temperature: Some(0.5), system: Some("Be brief.".to_owned()), ..call() };
    let (request, answer) = sent(&full, |_| {}).await;
    assert_eq!(request.line(), "POST /v1/chat/completions HTTP/1.1");
    assert_eq!(request.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(
        request.json(),
        json!({"model": "model-1", "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is a contract?"}],
            "max_tokens": 64, "temperature": 0.5, "stream": true, "stream_options": {"include_usage": true}})
    );
    assert_eq!(answer.warnings, []);

    let (request, _) = sent(&call(), |config| {
        config.api_key = None;
        config.max_tokens_field = MaxTokensField::MaxCompletionTokens;
        config.base_url = config.base_url.replace("/v1", "/openai/v1/?api-version=preview");
    })
    .await;
    assert_eq!(request.line(), "POST /openai/v1/chat/completions?api-version=preview HTTP/1.1");
    assert_eq!(request.header("authorization"), None);
    assert_eq!((request.json().get("max_tokens"), &request.json()["max_completion_tokens"]), (None, &json!(64)));
}

#[tokio::test]
async fn a_schema_is_sent_as_the_settings_say() {
    let open = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let closed = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": false});
    for (schema, strict) in [(&open, false), (&closed, true)] {
        let structured =
            Call { json_schema: Some(schema.clone()), json_schema_name: "analyze risk".to_owned(), ..call() };
        let (request, answer) = sent(&structured, |_| {}).await;
        assert_eq!(
            request.json()["response_format"],
            json!({"type": "json_schema", "json_schema": {"name": "analyze_risk", "strict": strict, "schema": schema}})
        );
        assert_eq!(answer.warnings, []);
    }
    for (json_mode, format) in [(JsonMode::Object, Some(json!({"type": "json_object"}))), (JsonMode::Prompt, None)] {
        let structured = Call { json_schema: Some(open.clone()), ..call() };
        let (request, answer) = sent(&structured, |config| config.json_mode = json_mode).await;
        assert_eq!(request.json().get("response_format"), format.as_ref());
        assert!(request.json()["messages"][0]["content"].as_str().unwrap().contains(&open.to_string()));
        assert_eq!(answer.warnings.len(), 1);
    }
}

#[tokio::test]
async fn what_a_model_refuses_is_left_out() {
    let refuse = |message: &str| {
        json_response(
            "400 Bad Request",
            &json!({"error": {"message": message, "type": "invalid_request_error"}}).to_string(),
        )
    };
    let server = Server::start(vec![
        refuse("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."),
        refuse("Unsupported value: 'temperature' does not support 0.5 with this model."),
        refuse("Unrecognized request argument supplied: stream_options"),
        stream(&completion("Yes.", "stop")),
    ])
    .await;
    let answer = run(&*openai(&server.url), &Call { temperature: Some(0.5), ..call() }).await.unwrap();
    assert_eq!(answer.warnings, [CallWarning::TemperatureLeftOut]);
    assert_eq!(
        server.requests()[3].json(),
        json!({"model": "model-1", "messages": [{"role": "user", "content": "What is a contract?"}], "max_completion_tokens": 64, "stream": true})
    );
    assert_eq!(server.connections(), 1);

    let server = Server::start(vec![refuse("max_completion_tokens is too large: 64.")]).await;
    let error = run(&*openai(&server.url), &call()).await.unwrap_err();
    assert_failure(&error, FailureCode::ProviderError, false, Some(400), "too large");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_finished_stream_leaves_its_connection_for_the_next_call() {
    let body = completion("Yes.", "stop");
    let text = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    let server = Server::start(vec![vec![Act::Send(text.into_bytes())]]).await;
    let provider = openai(&server.url);
    for _ in 0..3 {
        run(&*provider, &call()).await.unwrap();
    }
    assert_eq!((server.requests().len(), server.connections()), (3, 1));
}

#[tokio::test]
async fn models_are_listed_and_settings_are_tested() {
    let list = json!({"object": "list", "data": [{"id": "local", "object": "model"}, {"no": "id"}]});
    let unknown = json!({"error": {"message": "model not found", "type": "not_found_error"}});
    let server = Server::start(vec![
        json_response("200 OK", &list.to_string()),
        stream(&completion("ready", "stop")),
        stream(&completion("", "length")),
        json_response("401 Unauthorized", r#"{"error":{"message":"Invalid API Key"}}"#),
        json_response("404 Not Found", &unknown.to_string()),
        vec![Act::Hold],
    ])
    .await;
    let provider = openai(&server.url);
    let models = provider.models().await.unwrap();
    assert_eq!(models.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["local"]);
    assert_eq!(server.requests()[0].line(), "GET /v1/models HTTP/1.1");
    for (ok, code, part) in [
        (true, None, "local answered in"),
        (true, None, "gave no text"),
        (false, Some(FailureCode::ProviderAuth), "enter it again. It said: Invalid API Key"),
        (false, Some(FailureCode::ProviderError), "has the model local"),
    ] {
        let tested = test(&*provider, "local", 60_000).await;
        assert_eq!((tested.ok, tested.error.as_ref().map(|error| error.code)), (ok, code), "{tested:?}");
        assert!(tested.message.contains(part), "{tested:?}");
    }
    let tested = test(&*provider, "local", 50).await;
    assert_eq!(tested.error.unwrap().code, FailureCode::Timeout);
}
