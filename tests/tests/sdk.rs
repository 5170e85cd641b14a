//! What we send is what the vendors' own SDKs send: an echo server writes down a request of each.
//!
//! The mock accepts any request, and so would hide a wrong one; this is the check that it does not.

use std::path::Path;
use std::process::Stdio;

use planloom_tests::parts::{Echo, Reply, Request, Wire, python};
use planloom_tests::{PATIENCE, Program};
use serde_json::{Value, json};
use tokio::process::Command;

const KEY: &str = "sk-echo";
const MODEL: &str = "m-1";

/// The shortest whole stream of either wire.
fn reply(request: &Request) -> Reply {
    let events = if request.path.ends_with("/messages") {
        vec![
            (
                "message_start",
                json!({"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": MODEL, "content": [], "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 5, "output_tokens": 1}}}),
            ),
            (
                "content_block_start",
                json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
            ),
            (
                "content_block_delta",
                json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "{\"ok\":true}"}}),
            ),
            ("content_block_stop", json!({"type": "content_block_stop", "index": 0})),
            (
                "message_delta",
                json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null}, "usage": {"output_tokens": 4}}),
            ),
            ("message_stop", json!({"type": "message_stop"})),
        ]
    } else {
        let chunk = |choices: Value, usage: Value| json!({"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": choices, "usage": usage});
        let delta = json!({"role": "assistant", "content": "{\"ok\":true}"});
        vec![
            ("", chunk(json!([{"index": 0, "delta": delta, "finish_reason": null}]), Value::Null)),
            ("", chunk(json!([{"index": 0, "delta": {}, "finish_reason": "stop"}]), Value::Null)),
            ("", chunk(json!([]), json!({"prompt_tokens": 5, "completion_tokens": 4, "total_tokens": 9}))),
        ]
    };
    let mut body = String::new();
    for (name, data) in events {
        let name = if name.is_empty() { String::new() } else { format!("event: {name}\n") };
        body.push_str(&format!("{name}data: {data}\n\n"));
    }
    if !request.path.ends_with("/messages") {
        body.push_str("data: [DONE]\n\n");
    }
    (200, "text/event-stream", body)
}

/// Makes one streamed call with the arguments on its standard input, and prints which arguments the SDK knows.
const SDK: &str = r#"
import json, sys
wire, url, key = sys.argv[1:4]
arguments = json.load(sys.stdin)
if wire == "anthropic":
    from anthropic import Anthropic
    from anthropic.types import message_create_params as params
    known = params.MessageCreateParamsStreaming
    call = Anthropic(api_key=key, base_url=url, max_retries=0).messages.create
else:
    from openai import OpenAI
    from openai.types.chat import completion_create_params as params
    known = params.CompletionCreateParamsStreaming
    call = OpenAI(api_key=key, base_url=url, max_retries=0).chat.completions.create
for _ in call(**arguments):
    pass
keys = {name for kind in known.__mro__ for name in getattr(kind, "__annotations__", {})}
print(json.dumps(sorted(keys | set(getattr(known, "__annotations__", {})) | known.__required_keys__ | known.__optional_keys__)))
"#;

/// One call by the SDK: its request, and the arguments that it knows.
async fn by_sdk(python: &Path, wire: Wire, arguments: &Value) -> (Request, Vec<String>) {
    let echo = Echo::start(reply).await;
    let mut child = Command::new(python)
        .args(["-c", SDK, wire.provider(), &wire.base_url(&echo.url), KEY])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("Python starts");
    let mut stdin = child.stdin.take().expect("piped");
    tokio::io::AsyncWriteExt::write_all(&mut stdin, arguments.to_string().as_bytes()).await.expect("it reads");
    drop(stdin);
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await.expect("it ends").expect("a status");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let known = serde_json::from_slice(&output.stdout).expect("a list of names");
    (only_request(&echo), known)
}

fn only_request(echo: &Echo) -> Request {
    let requests = echo.requests();
    assert_eq!(requests.len(), 1, "{requests:#?}");
    requests[0].clone()
}

fn step(wire: Wire) -> Value {
    json!({
        "id": "clause", "system": "Be brief.", "prompt": "Is the clause in order?", "maxTokens": 24,
        "model": format!("{}:{MODEL}", wire.provider()),
    })
}

fn schema() -> Value {
    json!({"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"], "additionalProperties": false})
}

async fn run(program: &Program, step: Value) -> Value {
    let plan = program.plan(json!({"name": "sdk", "steps": [step]})).await;
    let id = program.execute(&plan, json!({})).await;
    let ended = program.until_ended(&id).await;
    assert_eq!(ended["status"], "completed", "{ended:#}");
    ended["steps"]["clause"].clone()
}

/// One call by the program.
async fn by_us(wire: Wire, step: Value) -> Request {
    let echo = Echo::start(reply).await;
    let program = wire.program(&echo.url, KEY).await;
    run(&program, step).await;
    only_request(&echo)
}

/// Method, path, key, version, types and every part of the body.
fn compare(ours: &Request, theirs: &Request, known: &[String]) {
    assert_eq!((&ours.method, &ours.path), (&theirs.method, &theirs.path));
    for name in ["authorization", "x-api-key", "anthropic-version", "content-type"] {
        assert_eq!(ours.header(name), theirs.header(name), "{name}");
    }
    for name in ours.body.as_object().expect("an object").keys() {
        assert!(known.contains(name), "the SDK knows no `{name}`; it knows {known:?}");
    }
    assert_eq!(ours.body, theirs.body, "the same call has the same body");
    // What they send and we do not: who they are (`user-agent`, `x-stainless-*`), for their maker's statistics, and the
    // compression that they can read. A stream of small events gains nothing by it. `accept` says what any client
    // says. `idempotency-key`s are no part of either API.
    let left_out = |name: &str| {
        name.starts_with("x-stainless-") || matches!(name, "accept-encoding" | "connection" | "idempotency-key")
    };
    for (name, value) in &theirs.headers {
        assert!(ours.header(name).is_some() || left_out(name), "they also send {name}: {value}");
    }
    for (name, value) in &ours.headers {
        assert!(theirs.header(name).is_some(), "only we send {name}: {value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_messages_request_is_the_sdks() {
    let Some(python) = python("sdk: anthropic") else { return };
    let arguments = json!({
        "model": MODEL, "max_tokens": 24, "system": "Be brief.", "stream": true,
        "messages": [{"role": "user", "content": "Is the clause in order?"}],
    });
    let (theirs, known) = by_sdk(&python, Wire::Anthropic, &arguments).await;
    let ours = by_us(Wire::Anthropic, step(Wire::Anthropic)).await;
    assert_eq!(ours.header("anthropic-version"), Some("2026-10-21"));
    assert_eq!(ours.header("authorization"), Some("Bearer sk-echo"));
    compare(&ours, &theirs, &known);

    let mut arguments = arguments;
    arguments["output_config"] = json!({"format": {"type": "json_schema", "schema": schema()}});
    let (theirs, known) = by_sdk(&python, Wire::Anthropic, &arguments).await;
    let mut step = step(Wire::Anthropic);
    step["outputSchema"] = schema();
    let mut ours = by_us(Wire::Anthropic, step).await;
    // At any address but Anthropic's own the schema is said in words as well, because servers that only speak this
    // wire may pass over `output_config` without a word. Otherwise the request is the same.
    let system = ours.body["system"].as_str().expect("a text").to_owned();
    assert!(system.starts_with("Be brief.\n\nAnswer with one JSON document"), "{system}");
    ours.body["system"] = json!("Be brief.");
    compare(&ours, &theirs, &known);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_completions_request_is_the_sdks() {
    let Some(python) = python("sdk: openai") else { return };
    let format = json!({"type": "json_schema", "json_schema": {"name": "clause", "strict": true, "schema": schema()}});
    let arguments = json!({
        "model": MODEL, "max_tokens": 24, "temperature": 0.5, "stream": true, "stream_options": {"include_usage": true},
        "messages": [
            {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Is the clause in order?"},
        ],
        "response_format": format,
    });
    let (theirs, known) = by_sdk(&python, Wire::OpenAi, &arguments).await;
    let mut step = step(Wire::OpenAi);
    step["temperature"] = json!(0.5);
    step["outputSchema"] = schema();
    let ours = by_us(Wire::OpenAi, step).await;
    assert_eq!(ours.path, "/v1/chat/completions");
    compare(&ours, &theirs, &known);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_messages_api_gets_no_temperature_and_the_task_says_so() {
    let echo = Echo::start(reply).await;
    let program = Wire::Anthropic.program(&echo.url, KEY).await;
    let mut step = step(Wire::Anthropic);
    step["temperature"] = json!(0.5);
    // It is said when the plan is written, and again when it ran.
    let checked = program.post("/plans/validate", json!({"name": "sdk", "steps": [step]})).await;
    assert_eq!(checked.data()["valid"], true);
    let warned = |issue: &Value| issue["severity"] == "warning" && issue["field"] == "steps[0].temperature";
    assert!(checked.data()["issues"].as_array().expect("a list").iter().any(warned), "{}", checked.text);
    let shown = run(&program, step).await;
    assert_eq!(only_request(&echo).body.get("temperature"), None);
    let warning = shown["warnings"][0].as_str().unwrap_or_default();
    assert!(warning.contains("temperature"), "{shown:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_messages_api_gets_the_key_and_the_temperature_in_its_own_way() {
    let echo = Echo::start(reply).await;
    let program = Wire::Anthropic.program(&echo.url, KEY).await;
    program.patch("/settings", json!({"providers": {"anthropic": {"version": "2023-06-01"}}})).await.data();
    let mut step = step(Wire::Anthropic);
    step["temperature"] = json!(0.5);
    let shown = run(&program, step).await;
    let request = only_request(&echo);
    assert_eq!(request.header("anthropic-version"), Some("2023-06-01"));
    assert_eq!((request.header("x-api-key"), request.header("authorization")), (Some(KEY), None));
    assert_eq!(request.body["temperature"].as_f64(), Some(0.5));
    assert_eq!(shown.get("warnings"), None, "{shown:#}");
}
