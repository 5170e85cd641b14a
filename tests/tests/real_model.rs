//! A real model on this machine, through both wires. What it writes is its own affair: only structure is asserted.

use std::time::Duration;

use futures_util::future::join;
use planloom_tests::parts::{MODEL_KEY, Relay, Wire, model, text_so_far};
use planloom_tests::samples::contract_review;
use planloom_tests::{Program, skip};
use serde_json::{Value, json};

/// A contract that exists: the beginning of the licence that this program is under.
const CONTRACT: &str = include_str!("../../LICENSE-APACHE");
const CONTRACT_CHARS: usize = 1_500;
/// Where Debian keeps the GPL: some eight thousand tokens, and the server takes two thousand.
const LONG_CONTRACT: &str = "/usr/share/common-licenses/GPL-3";

/// Two slots, so two programs at a time: a test holds its permit while the model works for it.
static SLOTS: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);

fn excerpt() -> String {
    CONTRACT.chars().take(CONTRACT_CHARS).collect()
}

/// The seed document's plan with every step on `model`, and short answers.
fn contract_review_on(model: &str) -> Value {
    let mut plan = contract_review();
    for step in plan["steps"].as_array_mut().expect("a list") {
        step["model"] = json!(model);
        step["maxTokens"] = json!(24);
        step["retry"] = json!({"maxAttempts": 5, "backoffMs": 10});
    }
    plan
}

fn one_step(model: &str, prompt: &str, max_tokens: u32) -> Value {
    json!({
        "name": "one", "steps": [{"id": "one", "prompt": prompt, "model": model, "maxTokens": max_tokens}],
    })
}

async fn run_to_end(program: &Program, plan: Value, input: Value) -> Value {
    let plan = program.plan(plan).await;
    let id = program.execute(&plan, json!({"input": input})).await;
    program.until_ended(&id).await
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no count"))
}

async fn reviews_the_contract(wire: Wire, model_name: &str) {
    let Some(server) = model("real model: contract review") else { return };
    let _slot = SLOTS.acquire().await.expect("never closed");
    let program = wire.program(&server, MODEL_KEY).await;
    let plan = program.plan(contract_review_on(model_name)).await;
    let id = program.execute(&plan, json!({"input": {"contract": excerpt()}})).await;
    let streamed = text_so_far(&program, &id, |text| text.split_whitespace().count() > 2).await;
    assert!(!streamed.is_empty(), "{wire:?}: text is shown while it comes");
    let ended = program.until_ended(&id).await;
    assert_eq!(ended["status"], "completed", "{wire:?}: {ended:#}");
    assert_eq!(ended["progress"], json!({"total": 3, "completed": 3, "running": 0, "pending": 0, "failed": 0}));
    let (mut input, mut output) = (0, 0);
    for id in ["extract", "analyze", "report"] {
        let step = &ended["steps"][id];
        assert_eq!(step["status"], "completed", "{wire:?}: {step:#}");
        assert!(!step["output"].as_str().expect("a text").trim().is_empty(), "{step:#}");
        assert!(number(&step["usage"]["input"]) + step["usage"]["cacheRead"].as_u64().unwrap_or(0) > 0, "{step:#}");
        assert!((1..=24).contains(&number(&step["usage"]["output"])), "{step:#}");
        assert_eq!(step["usage"].get("estimated"), None, "the server counts: {step:#}");
        assert_eq!(step["cost"].as_f64(), Some(0.0), "this machine is free: {step:#}");
        assert!(number(&step["durationMs"]) > 0, "{step:#}");
        assert!(step["startedAt"].as_str() <= step["completedAt"].as_str(), "{step:#}");
        assert_eq!(step["modelId"], format!("{}:local", wire.provider()), "{step:#}");
        input += number(&step["usage"]["input"]);
        output += number(&step["usage"]["output"]);
    }
    let usage = &ended["usage"];
    assert_eq!((number(&usage["input"]), number(&usage["output"])), (input, output), "{usage:#}");
    assert_eq!(usage["totalCost"].as_f64(), Some(0.0), "{usage:#}");
    assert_eq!(ended.get("simulated"), None);
}

/// The alias `local` names no model: the server is asked what it has.
#[tokio::test(flavor = "multi_thread")]
async fn the_contract_review_runs_through_chat_completions() {
    reviews_the_contract(Wire::OpenAi, "local").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_review_runs_through_messages() {
    reviews_the_contract(Wire::Anthropic, "anthropic:local").await;
}

async fn is_too_long(wire: Wire) {
    let Some(server) = model("real model: too long") else { return };
    let Ok(contract) = std::fs::read_to_string(LONG_CONTRACT) else {
        return skip("real model: too long", &format!("{LONG_CONTRACT} is not there"));
    };
    let _slot = SLOTS.acquire().await.expect("never closed");
    let program = wire.program(&server, MODEL_KEY).await;
    let name = format!("{}:local", wire.provider());
    let ended = run_to_end(&program, contract_review_on(&name), json!({"contract": contract})).await;
    assert_eq!((&ended["status"], &ended["error"]["code"]), (&json!("failed"), &json!("STEP_FAILED")), "{ended:#}");
    let error = &ended["steps"]["extract"]["error"];
    let shown = (&error["code"], &error["retryable"], &error["attempt"]);
    assert_eq!(shown, (&json!("CONTEXT_TOO_LONG"), &json!(false), &json!(1)), "{wire:?}: {error:#}");
    assert_eq!(ended["progress"]["cancelled"], 2, "what depends on it is cancelled: {ended:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_gpl_is_too_long_and_is_not_tried_again() {
    join(is_too_long(Wire::OpenAi), is_too_long(Wire::Anthropic)).await;
}

async fn refuses_the_key(wire: Wire) {
    let Some(server) = model("real model: wrong key") else { return };
    let program = wire.program(&server, "sk-not-this-one").await;
    let name = format!("{}:local", wire.provider());
    let ended = run_to_end(&program, one_step(&name, "Hello", 8), json!({})).await;
    let error = &ended["steps"]["one"]["error"];
    let shown = (&error["code"], &error["status"], &error["retryable"], &error["attempt"]);
    assert_eq!(shown, (&json!("PROVIDER_AUTH"), &json!(401), &json!(false), &json!(1)), "{wire:?}: {error:#}");
    let tested = program.post(&format!("/settings/providers/{}/test", wire.provider()), json!({})).await;
    let shown = (&tested.data()["ok"], &tested.data()["code"], &tested.data()["status"]);
    assert_eq!(shown, (&json!(false), &json!("PROVIDER_AUTH"), &json!(401)), "{wire:?}: {}", tested.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_said_to_be_wrong() {
    join(refuses_the_key(Wire::OpenAi), refuses_the_key(Wire::Anthropic)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn json_that_was_asked_for_fits_its_schema() {
    let Some(server) = model("real model: JSON") else { return };
    let _slot = SLOTS.acquire().await.expect("never closed");
    let program = Wire::OpenAi.program(&server, MODEL_KEY).await;
    let mut plan = one_step("local", "Judge the risk of this clause: {{input.clause}}", 64);
    plan["steps"][0]["outputSchema"] = json!({
        "type": "object", "required": ["risk", "score"], "additionalProperties": false,
        "properties": {
            "risk": {"type": "string", "enum": ["low", "high"]},
            "score": {"type": "integer", "minimum": 0, "maximum": 9},
        },
    });
    let ended = run_to_end(&program, plan, json!({"clause": "Liability is unlimited."})).await;
    let step = &ended["steps"]["one"];
    assert_eq!(step["status"], "completed", "{step:#}");
    let answer = &step["outputJson"];
    assert!(["low", "high"].contains(&answer["risk"].as_str().expect("a text")), "{answer:#}");
    assert!(answer["score"].as_u64().is_some_and(|score| score <= 9), "{answer:#}");
    let text: Value = serde_json::from_str(step["output"].as_str().expect("a text")).expect("the output is that JSON");
    assert_eq!(&text, answer);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_tried_out_and_its_models_are_listed() {
    let Some(server) = model("real model: provider test") else { return };
    let _slot = SLOTS.acquire().await.expect("never closed");
    // By settings this time, as a person does it.
    let program = Program::start().await;
    let unready = program.get("/models").await;
    let local = |models: &Value| models.as_array().expect("a list").iter().find(|one| one["alias"] == "local").cloned();
    assert_eq!(local(unready.data()).expect("bundled")["canRun"], false, "{}", unready.text);
    let address = json!({"providers": {"openai": {"baseUrl": format!("{server}/v1")}}});
    program.patch("/settings", address).await.data();
    program.put("/settings/secrets/openai", json!({"value": MODEL_KEY})).await.data();
    let tested = program.post("/settings/providers/openai/test", json!({})).await;
    let tested = tested.data();
    assert_eq!(
        (&tested["provider"], &tested["ok"], &tested["model"]),
        (&json!("openai"), &json!(true), &json!("local"))
    );
    assert!(tested["latencyMs"].as_u64().is_some() && tested.get("code").is_none(), "{tested:#}");
    let ready = program.get("/models").await;
    assert_eq!(local(ready.data()).expect("bundled")["canRun"], true, "{}", ready.text);
}

async fn cancels(wire: Wire) {
    let Some(server) = model("real model: cancel") else { return };
    let _slot = SLOTS.acquire().await.expect("never closed");
    let relay = Relay::start(&server).await;
    let program = wire.program(&relay.url, MODEL_KEY).await;
    let name = format!("{}:local", wire.provider());
    let plan = program.plan(one_step(&name, "Tell a very long story about a weaver and her loom.", 1_500)).await;
    let id = program.execute(&plan, json!({})).await;
    assert!(!text_so_far(&program, &id, |text| text.len() > 8).await.is_empty());
    let cancelled = program.delete(&format!("/plans/executions/{id}")).await;
    assert_eq!(cancelled.data()["status"], "cancelled");
    let hung_up = tokio::time::timeout(Duration::from_secs(10), relay.hung_up()).await;
    let sent = hung_up.expect("the connection is closed at once");
    assert!(!sent.contains("message_stop") && !sent.contains("[DONE]"), "{wire:?}: it wrote to the end");
    // The server is free for the next one.
    let next = run_to_end(&program, one_step(&name, "Hello", 8), json!({})).await;
    assert_eq!(next["status"], "completed", "{next:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_frees_the_model() {
    join(cancels(Wire::OpenAi), cancels(Wire::Anthropic)).await;
}
