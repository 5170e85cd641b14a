//! Both wires against a mock that somebody else wrote: what the program makes of answers, refusals and broken streams.
//!
//! Each test takes a key of its own, for which the mock counts and keeps a journal.

use futures_util::future::join;
use planloom_tests::parts::{Relay, Wire, mock, text_so_far, unique_key};
use planloom_tests::samples::contract_review;
use planloom_tests::{Program, answer};
use serde_json::{Value, json};

/// A step that the others do not wait for: a model id is a lane, and a server of this machine has lanes of one.
fn step(wire: Wire, id: &str, phrase: &str) -> Value {
    json!({
        "id": id, "prompt": format!("Please {phrase}."), "model": format!("{}:{id}", wire.provider()),
        "retry": {"maxAttempts": 3, "backoffMs": 1},
    })
}

fn with(mut step: Value, more: Value) -> Value {
    for (name, value) in more.as_object().expect("an object") {
        step[name] = value.clone();
    }
    step
}

/// Runs steps that know nothing of each other, to the end of all.
async fn run(program: &Program, steps: Vec<Value>) -> Value {
    let plan = program.plan(json!({"name": "providers", "steps": steps})).await;
    let id = program.execute(&plan, json!({})).await;
    program.until_ended(&id).await
}

async fn attempts(program: &Program, execution: &Value, step: &str) -> Vec<Value> {
    let id = execution["id"].as_str().expect("an id");
    let detail = program.get(&format!("/plans/executions/{id}/steps/{step}")).await;
    detail.data()["attempts"].as_array().expect("a list").clone()
}

/// What the mock was sent with this key.
async fn journal(program: &Program, mock: &str, key: &str) -> Vec<Value> {
    let journal = answer(program.http.get(format!("{mock}/__aimock/journal?testId={key}"))).await;
    journal.json.as_array().expect("a list").clone()
}

fn has_warning(step: &Value, words: &str) -> bool {
    step["warnings"]
        .as_array()
        .is_some_and(|all| all.iter().any(|one| one.as_str().unwrap_or_default().contains(words)))
}

/// What a step that completes shows.
struct Completed {
    id: &'static str,
    phrase: &'static str,
    output: &'static str,
    attempt: u64,
    tokens: [u64; 2],
}

async fn completes(wire: Wire) {
    let Some(mock) = mock("providers: answers") else { return };
    let program = wire.program(&mock, &unique_key("answers")).await;
    let case = |id, phrase, output, attempt, tokens| Completed { id, phrase, output, attempt, tokens };
    let cases = [
        case("hello", "say hello", "Hello!", 1, [11, 3]),
        case("letters", "say it in many letters", "Grüße, 世界, здравствуй 🧵 woven.", 1, [12, 14]),
        case("cut", "be cut off by the limit", "This answer ends in the middle of", 1, [10, 8]),
        case("overloaded", "be overloaded once", "Recovered.", 2, [9, 2]),
        case("broken", "break once", "Recovered.", 2, [9, 2]),
    ];
    let ended = run(&program, cases.iter().map(|case| step(wire, case.id, case.phrase)).collect()).await;
    assert_eq!(ended["status"], "completed", "{ended:#}");
    for Completed { id, output, attempt, tokens: [input, written], .. } in &cases {
        let step = &ended["steps"][*id];
        assert_eq!((&step["output"], &step["attempt"]), (&json!(output), &json!(attempt)), "{wire:?} {step:#}");
        assert_eq!(step["usage"], json!({"input": input, "output": written}), "{wire:?} {id}");
        assert!(step["durationMs"].as_u64().is_some(), "{wire:?} {id}");
    }
    assert!(has_warning(&ended["steps"]["cut"], "truncated"), "{:#}", ended["steps"]["cut"]);
    assert_eq!(ended["steps"]["hello"].get("warnings"), None);
    let first = &attempts(&program, &ended, "overloaded").await[0];
    assert_eq!((&first["error"]["code"], &first["error"]["status"]), (&json!("PROVIDER_OVERLOADED"), &json!(529)));
    let first = &attempts(&program, &ended, "broken").await[0];
    assert_eq!((&first["error"]["code"], &first["error"]["status"]), (&json!("PROVIDER_ERROR"), &json!(500)));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_read_from_both_wires() {
    join(completes(Wire::Anthropic), completes(Wire::OpenAi)).await;
}

async fn recovers_from_a_cut_stream(wire: Wire) {
    let Some(mock) = mock("providers: a cut stream") else { return };
    let program = wire.program(&mock, &unique_key("cut")).await;
    let ended = run(&program, vec![step(wire, "lost", "lose the stream once")]).await;
    let lost = &ended["steps"]["lost"];
    // Half an answer is no answer: only the second one is the output.
    assert_eq!((&lost["status"], &lost["output"]), (&json!("completed"), &json!("Recovered.")), "{wire:?} {lost:#}");
    let calls = attempts(&program, &ended, "lost").await;
    assert_eq!(calls.len(), 2, "{calls:#?}");
    assert_eq!(calls[0]["error"]["code"], "PROVIDER_UNREACHABLE", "{:#}", calls[0]);
    assert!(calls[0]["error"]["message"].as_str().expect("a text").contains("middle"), "{:#}", calls[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_cut_is_tried_again() {
    join(recovers_from_a_cut_stream(Wire::Anthropic), recovers_from_a_cut_stream(Wire::OpenAi)).await;
}

/// What a step that fails shows.
struct Failed {
    id: &'static str,
    phrase: &'static str,
    code: &'static str,
    status: Option<u16>,
    retryable: bool,
    attempt: u64,
    says: &'static str,
}

const fn failed(id: &'static str, phrase: &'static str, code: &'static str, status: Option<u16>) -> Failed {
    Failed { id, phrase, code, status, retryable: false, attempt: 1, says: "" }
}

const fn retried(id: &'static str, phrase: &'static str, code: &'static str, status: Option<u16>) -> Failed {
    Failed { retryable: true, attempt: 3, ..failed(id, phrase, code, status) }
}

const FAILURES: [Failed; 14] = [
    retried("overloaded", "be overloaded for ever", "PROVIDER_OVERLOADED", Some(529)),
    retried("broken", "break for ever", "PROVIDER_ERROR", Some(500)),
    retried("cut", "lose the stream for ever", "PROVIDER_UNREACHABLE", None),
    retried("hung-up", "hang up at once", "PROVIDER_UNREACHABLE", None),
    retried("empty", "answer with nothing", "EMPTY_OUTPUT", None),
    failed("key", "refuse the key", "PROVIDER_AUTH", Some(401)),
    failed("forbidden", "forbid it", "PROVIDER_AUTH", Some(403)),
    failed("unknown", "not know the model", "PROVIDER_ERROR", Some(404)),
    failed("wrong", "find the request wrong", "PROVIDER_ERROR", Some(400)),
    Failed {
        says: "prompt is too long: 250000 tokens > 200000 maximum",
        ..failed("long", "find the prompt too long", "CONTEXT_TOO_LONG", Some(400))
    },
    failed("credit", "have no credit", "QUOTA_EXHAUSTED", Some(429)),
    failed("nonsense", "answer with broken JSON", "PROVIDER_PROTOCOL", Some(200)),
    // An hour is longer than we wait, and the person is told how long it would be.
    Failed {
        retryable: true,
        says: "wait 3600 s",
        ..failed("hour", "be limited for an hour", "PROVIDER_RATE_LIMITED", Some(429))
    },
    failed("refused", "", "MODEL_REFUSED", None),
];

async fn fails(wire: Wire) {
    let Some(mock) = mock("providers: failures") else { return };
    let program = wire.program(&mock, &unique_key("failures")).await;
    let refusal = match wire {
        Wire::Anthropic => "refuse to answer",
        Wire::OpenAi => "be stopped by the filter",
    };
    let phrase = |case: &Failed| if case.phrase.is_empty() { refusal } else { case.phrase };
    let ended = run(&program, FAILURES.iter().map(|case| step(wire, case.id, phrase(case))).collect()).await;
    assert_eq!((&ended["status"], &ended["error"]["code"]), (&json!("failed"), &json!("STEP_FAILED")));
    assert_eq!(ended["progress"]["failed"], FAILURES.len(), "{ended:#}");
    for case in &FAILURES {
        let error = &ended["steps"][case.id]["error"];
        let shown = (&error["code"], error.get("status"), &error["retryable"], &error["attempt"]);
        let status = case.status.map(Value::from);
        let expected = (&json!(case.code), status.as_ref(), &json!(case.retryable), &json!(case.attempt));
        assert_eq!(shown, expected, "{wire:?} {}: {error:#}", case.id);
        let message = error["message"].as_str().expect("a text");
        assert!(!message.is_empty() && message.contains(case.says), "{wire:?} {}: {message}", case.id);
        let calls = attempts(&program, &ended, case.id).await;
        assert_eq!(calls.len() as u64, case.attempt, "{wire:?} {}", case.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_has_its_code_and_is_retried_or_not() {
    join(fails(Wire::Anthropic), fails(Wire::OpenAi)).await;
}

async fn falls_silent(wire: Wire) {
    let Some(mock) = mock("providers: silence") else { return };
    let program = wire.program(&mock, &unique_key("silence")).await;
    program.patch("/settings", json!({"providers": {wire.provider(): {"stallMs": 700}}})).await.data();
    program.patch("/settings", priced_aliases(wire)).await.data();
    let twice = json!({"model": "sonnet", "retry": {"maxAttempts": 2, "backoffMs": 1}});
    let steps = vec![
        with(step(wire, "stalls", "let the stream stall"), twice),
        with(step(wire, "silent", "never begin to answer"), json!({"model": "opus", "timeoutMs": 700})),
    ];
    let ended = run(&program, steps).await;
    let stalled = &ended["steps"]["stalls"]["error"];
    assert_eq!((&stalled["code"], &stalled["attempt"]), (&json!("STALLED"), &json!(2)), "{wire:?} {stalled:#}");
    assert!(stalled["message"].as_str().expect("a text").contains("0.7 s"), "{stalled:#}");
    // Silence before the first byte is no stall, and a timeout is tried again once only.
    let timeout = &ended["steps"]["silent"]["error"];
    assert_eq!((&timeout["code"], &timeout["attempt"]), (&json!("TIMEOUT"), &json!(2)), "{wire:?} {timeout:#}");
    assert_eq!(
        ended["usage"]["atLeast"], true,
        "nobody knows what a call that was given up cost: {:#}",
        ended["usage"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stall_and_a_timeout_are_told_apart() {
    join(falls_silent(Wire::Anthropic), falls_silent(Wire::OpenAi)).await;
}

async fn obeys_retry_after(wire: Wire) {
    let Some(mock) = mock("providers: Retry-After") else { return };
    let program = wire.program(&mock, &unique_key("limited")).await;
    let once = with(step(wire, "limited", "be limited once"), json!({"retry": {"maxAttempts": 1, "backoffMs": 1}}));
    let ended = run(&program, vec![once]).await;
    // With one attempt allowed, it completes only because such a wait is not one.
    let limited = &ended["steps"]["limited"];
    assert_eq!((&limited["status"], &limited["output"]), (&json!("completed"), &json!("Recovered.")), "{limited:#}");
    let calls = attempts(&program, &ended, "limited").await;
    assert_eq!(calls.len(), 2, "{calls:#?}");
    assert_eq!(calls[0]["error"]["code"], "PROVIDER_RATE_LIMITED");
    let started: Vec<_> = calls.iter().map(|call| time_ms(&call["startedAt"])).collect();
    let waited_ms = started[1] - started[0];
    assert!(waited_ms >= 1_000, "{wire:?}: the second call came after {waited_ms} ms");
}

/// Milliseconds of the day, of a timestamp as the API writes it.
fn time_ms(timestamp: &Value) -> i64 {
    let text = timestamp.as_str().expect("a timestamp");
    let clock = text.split_once('T').expect("a time").1.trim_end_matches('Z');
    let part = |range: std::ops::Range<usize>| clock[range].parse::<i64>().expect("digits");
    ((part(0..2) * 60 + part(3..5)) * 60 + part(6..8)) * 1_000 + part(9..12)
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_after_is_obeyed_and_uses_up_no_attempt() {
    join(obeys_retry_after(Wire::Anthropic), obeys_retry_after(Wire::OpenAi)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limited_lane_holds_everybody_in_it_and_says_until_when() {
    let Some(mock) = mock("providers: a limited lane") else { return };
    let program = Wire::OpenAi.program(&mock, &unique_key("lane")).await;
    let first = step(Wire::OpenAi, "first", "be limited for ever");
    let second = with(step(Wire::OpenAi, "second", "be limited for ever"), json!({"model": "openai:first"}));
    let other = step(Wire::OpenAi, "other", "say hello");
    let plan = program.plan(json!({"name": "lane", "steps": [first, second, other]})).await;
    let id = program.execute(&plan, json!({})).await;
    let is_held = |step: &Value| {
        let reason = &step["queuedReason"];
        step["status"] == "queued" && reason["kind"] == "rate_limit" && reason["until"].is_string()
    };
    let held = program.until(&id, |now| is_held(&now["steps"]["first"])).await;
    let second = &held["steps"]["second"];
    assert_eq!((&second["status"], second.get("attempt")), (&json!("queued"), None), "{second:#}");
    let queues = program.get("/queues").await;
    let lane = queues.data().as_array().expect("a list").iter().find(|lane| lane["name"] == "openai:first");
    let lane = lane.expect("the model's lane");
    assert!(lane["heldUntil"].is_string() && lane["waiting"].as_u64() >= Some(1), "{lane:#}");
    // A lane beside it goes on.
    let now = program.until(&id, |now| now["steps"]["other"]["status"] == "completed").await;
    assert_eq!(now["status"], "running");
    let cancelled = program.delete(&format!("/plans/executions/{id}")).await;
    assert_eq!(cancelled.data()["progress"]["cancelled"], 2);
}

/// Aliases of the plan's own words, with prices, on a provider of `wire`.
fn priced_aliases(wire: Wire) -> Value {
    let alias = |model_id: &str, input: f64, output: f64| json!({"provider": wire.provider(), "modelId": model_id, "prices": {"input": input, "output": output, "cacheRead": null, "cacheWrite": null}});
    json!({"aliases": {"sonnet": alias("priced-sonnet", 2.0, 10.0), "opus": alias("priced-opus", 4.0, 20.0)}})
}

async fn reviews_the_contract(wire: Wire) {
    let Some(mock) = mock("providers: contract review") else { return };
    let key = unique_key("review");
    let program = wire.program(&mock, &key).await;
    if wire == Wire::OpenAi {
        program.patch("/settings", priced_aliases(wire)).await.data();
    }
    let plan = program.plan(contract_review()).await;
    let id = program.execute(&plan, json!({"input": {"contract": "Liability is unlimited."}})).await;
    let ended = program.until_ended(&id).await;
    assert_eq!(ended["status"], "completed", "{ended:#}");
    let step = |id: &str| ended["steps"][id].clone();
    // Tokens as the mock says them, times 2 and 10 (sonnet) or 4 and 20 (opus) dollars a million.
    for (id, input, output, cost) in
        [("extract", 500, 800, 0.009), ("analyze", 1200, 1500, 0.0348), ("report", 2000, 1200, 0.016)]
    {
        assert_eq!(step(id)["usage"], json!({"input": input, "output": output}), "{wire:?} {id}");
        assert_eq!(step(id)["cost"].as_f64(), Some(cost), "{wire:?} {id}: {:#}", step(id)["cost"]);
    }
    assert_eq!(step("report")["output"], "Executive summary: two risks, both can be negotiated.");
    let usage = &ended["usage"];
    assert_eq!([&usage["input"], &usage["output"], &usage["total"]].map(Value::as_u64), [3700, 3500, 7200].map(Some));
    assert_eq!(usage["totalCost"].as_f64(), Some(0.0598), "{usage:#}");
    // What came out of one step went into the next.
    let sent = journal(&program, &mock, &key).await;
    let asked = |entry: &Value| entry["body"]["messages"][0]["content"].as_str().unwrap_or_default().to_owned();
    let asked: Vec<String> = sent.iter().map(asked).collect();
    assert_eq!(
        asked,
        [
            "Extract key clauses from: Liability is unlimited.",
            "Analyze risks in: Clause 1: liability. Clause 2: notice period.",
            "Generate report from: Risk 1: liability is unlimited. Risk 2: the notice period is short.",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_review_costs_what_its_tokens_cost() {
    join(reviews_the_contract(Wire::Anthropic), reviews_the_contract(Wire::OpenAi)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_this_machine_is_free_unless_somebody_gave_a_price() {
    let Some(mock) = mock("providers: prices") else { return };
    let program = Wire::Anthropic.program(&mock, &unique_key("prices")).await;
    let hello = json!({"id": "hello", "prompt": "say hello", "model": "sonnet"});
    let ended = run(&program, vec![hello.clone(), with(hello, json!({"id": "free", "model": "anthropic:free"}))]).await;
    // 11 × 2 + 3 × 10 millionths.
    assert_eq!(ended["steps"]["hello"]["cost"].as_f64(), Some(0.000_052), "{ended:#}");
    assert_eq!(ended["steps"]["free"]["cost"].as_f64(), Some(0.0), "{ended:#}");
    assert_eq!(ended["usage"]["totalCost"].as_f64(), Some(0.000_052), "{ended:#}");
}

async fn answers_in_json(wire: Wire) {
    let Some(mock) = mock("providers: JSON") else { return };
    let program = wire.program(&mock, &unique_key("json")).await;
    let properties = json!({"city": {"type": "string"}, "population": {"type": "integer"}});
    let schema = json!({
        "type": "object", "properties": properties, "required": ["city", "population"], "additionalProperties": false,
    });
    let impossible = json!({"type": "object", "properties": {"mayor": {"type": "string"}}, "required": ["mayor"]});
    let steps = vec![
        with(step(wire, "paris", "describe Paris as JSON"), json!({"outputSchema": schema})),
        with(step(wire, "rome", "describe Rome as JSON"), json!({"outputSchema": schema})),
        with(step(wire, "mayor", "describe Paris as JSON"), json!({"outputSchema": impossible})),
    ];
    let ended = run(&program, steps).await;
    let (paris, rome) = (&ended["steps"]["paris"], &ended["steps"]["rome"]);
    assert_eq!(paris["outputJson"], json!({"city": "Paris", "population": 2_100_000}), "{paris:#}");
    assert_eq!(rome["outputJson"], json!({"city": "Rome", "population": 2_800_000}), "{rome:#}");
    // The repair is a second call of the same attempt, and is paid for.
    assert_eq!((&rome["attempt"], &rome["usage"]), (&json!(1), &json!({"input": 48, "output": 23})), "{rome:#}");
    let calls = attempts(&program, &ended, "rome").await;
    let kinds: Vec<_> = calls.iter().map(|call| (call["n"].as_u64(), call["kind"].as_str())).collect();
    assert_eq!(kinds, [(Some(1), Some("call")), (Some(1), Some("repair"))]);
    assert_eq!(attempts(&program, &ended, "paris").await.len(), 1);
    let mismatch = &ended["steps"]["mayor"]["error"];
    assert_eq!((&mismatch["code"], &mismatch["retryable"]), (&json!("OUTPUT_SCHEMA_MISMATCH"), &json!(false)));
    assert_eq!(attempts(&program, &ended, "mayor").await.len(), 2, "a call and its repair");
}

#[tokio::test(flavor = "multi_thread")]
async fn json_that_does_not_fit_is_repaired_once() {
    join(answers_in_json(Wire::Anthropic), answers_in_json(Wire::OpenAi)).await;
}

async fn cancels(wire: Wire) {
    let Some(mock) = mock("providers: cancel") else { return };
    let relay = Relay::start(&mock).await;
    let program = wire.program(&relay.url, &unique_key("cancel")).await;
    program.patch("/settings", priced_aliases(wire)).await.data();
    let slow = with(step(wire, "slow", "write slowly"), json!({"model": "sonnet"}));
    let plan = program.plan(json!({"name": "slow", "steps": [slow]})).await;
    let id = program.execute(&plan, json!({})).await;
    let text = text_so_far(&program, &id, |text| text.len() > 20).await;
    assert!(text.len() > 20, "text is shown as it comes: {text:?}");
    let cancelled = program.delete(&format!("/plans/executions/{id}")).await;
    assert_eq!(
        (&cancelled.data()["status"], &cancelled.data()["progress"]["cancelled"]),
        (&json!("cancelled"), &json!(1))
    );
    let sent = relay.hung_up().await;
    let is_whole = sent.contains("message_stop") || sent.contains("[DONE]");
    assert!(sent.contains("200 OK") && !is_whole, "{wire:?}: the connection was left open to the end");
    let now = program.execution(&id).await;
    assert_eq!((&now["status"], &now["steps"]["slow"]["status"]), (&json!("cancelled"), &json!("cancelled")));
    assert_eq!(now["usage"]["atLeast"], true, "an interrupted call cost nobody knows what: {:#}", now["usage"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_closes_the_connection() {
    join(cancels(Wire::Anthropic), cancels(Wire::OpenAi)).await;
}
