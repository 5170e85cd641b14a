//! How executions run: in parallel within their lanes, within their time and their money, and what a failure,
//! a cancel and a resume leave standing.

use std::time::Duration;

use planloom_tests::Program;
use planloom_tests::samples::{plan_of, simulated};
use planloom_tests::witness::Witness;
use serde_json::{Value, json};

fn statuses(execution: &Value) -> Vec<(&str, &str)> {
    let steps = execution["steps"].as_object().expect("steps");
    steps.iter().map(|(id, step)| (id.as_str(), step["status"].as_str().expect("a status"))).collect()
}

/// The parts of progress add up.
#[track_caller]
fn adds_up(execution: &Value) {
    let progress = execution["progress"].as_object().expect("progress");
    let sum: u64 =
        progress.iter().filter(|(name, _)| *name != "total").map(|(_, part)| part.as_u64().expect("a count")).sum();
    assert_eq!(progress["total"], sum, "{progress:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn independent_steps_run_at_once_and_lanes_bound_them() {
    let witness = Witness::start(Duration::ZERO, 0).await;
    let program = Program::start().await;
    witness.employ(&program, 5).await;
    witness.open(false);
    let steps: Vec<Value> =
        (0..12).map(|n| json!({"id": format!("s{n}"), "prompt": format!("s{n}"), "model": "witness"})).collect();
    let plan = program.plan(plan_of(json!(steps))).await;
    let id = program.execute(&plan, json!({})).await;
    witness.until_total(5).await;
    let now = program.until(&id, |now| now["progress"]["running"] == 5).await;
    adds_up(&now);
    assert_eq!(now["progress"]["pending"], 7, "queued counts as pending: {now:#}");
    let waiting =
        now["steps"].as_object().expect("steps").values().filter(|step| step["queuedReason"]["kind"] == "lane");
    assert_eq!(waiting.count(), 7, "and says what it waits for");
    let queues = program.get("/queues").await;
    let lane = queues
        .data()
        .as_array()
        .expect("a list")
        .iter()
        .find(|lane| lane["name"] == "default")
        .expect("the queue")
        .clone();
    assert_eq!((&lane["limit"], &lane["running"]), (&json!(5), &json!(5)));
    // A small plan that comes later is not starved by the large one that waits.
    let small = program.plan(plan_of(json!([{"id": "small", "prompt": "small", "model": "witness"}]))).await;
    let small = program.execute(&small, json!({})).await;
    assert_eq!(witness.total(), 5, "never more than the lane's limit");
    witness.open(true);
    assert_eq!(program.until_ended(&small).await["status"], "completed");
    let done = program.until_ended(&id).await;
    assert_eq!(done["progress"]["completed"], 12);
    assert_eq!(witness.total(), 13);
    let started =
        |execution: &Value, step: &str| execution["steps"][step]["startedAt"].as_str().expect("a time").to_owned();
    let last = (0..12).map(|n| started(&done, &format!("s{n}"))).max().expect("twelve");
    assert!(started(&program.execution(&small).await, "small") <= last, "lanes take turns among executions");
}

#[tokio::test]
async fn a_failure_stops_what_depends_on_it_and_nothing_else() {
    let program = Program::start().await;
    program.obey_prompts().await;
    let steps = json!([
        {"id": "bad", "prompt": "[[sim:fail=400]]"},
        {"id": "after", "prompt": "{{bad.output}}", "dependsOn": ["bad"]},
        {"id": "far", "prompt": "{{after.output}}", "dependsOn": ["after"]},
        {"id": "good", "prompt": "x"},
        {"id": "gate", "prompt": "{{good.output}}", "dependsOn": ["good"], "requiresApproval": true},
        {"id": "flaky", "prompt": "[[sim:fail=503,times=2]]", "retry": {"maxAttempts": 3, "backoffMs": 1}}
    ]);
    let id = program.run_steps(steps).await;
    let task = program.until_asked(&id, "gate").await;
    let paused = program.until(&id, |now| now["status"] == "paused").await;
    adds_up(&paused);
    assert_eq!(
        paused["steps"]["bad"]["error"]["status"], 400,
        "an execution never ends under an open approval: {paused:#}"
    );
    program.post(&format!("/hitl/{task}/approve"), json!({})).await.data();
    let failed = program.until_ended(&id).await;
    adds_up(&failed);
    assert_eq!((&failed["status"], &failed["error"]["code"]), (&json!("failed"), &json!("STEP_FAILED")));
    let wanted = [
        ("bad", "failed"),
        ("after", "cancelled"),
        ("far", "cancelled"),
        ("good", "completed"),
        ("gate", "completed"),
        ("flaky", "completed"),
    ];
    assert_eq!(statuses(&failed), wanted);
    let error = &failed["steps"]["bad"]["error"];
    assert_eq!(
        (&error["code"], &error["retryable"], &error["attempt"]),
        (&json!("PROVIDER_ERROR"), &json!(false), &json!(1))
    );
    let flaky = program.get(&format!("/plans/executions/{id}/steps/flaky")).await;
    let attempts = flaky.data()["attempts"].as_array().expect("attempts");
    assert_eq!(attempts.iter().map(|attempt| attempt.get("error").is_some()).collect::<Vec<_>>(), [true, true, false]);

    // Resumed: what was finished is kept, byte for byte; the rest runs again.
    let resumed = program.post(&format!("/plans/executions/{id}/resume"), json!({})).await;
    assert_eq!(resumed.data()["status"], "running");
    let again = program.until_ended(&id).await;
    for step in ["good", "gate", "flaky"] {
        assert_eq!(again["steps"][step], failed["steps"][step], "{step}");
    }
    assert_eq!(again["steps"]["bad"]["attempt"], 2);

    // Its texts can go; the record stays.
    let gone = program.delete(&format!("/plans/executions/{id}/texts")).await;
    assert!(gone.data()["deleted"].as_u64() > Some(0));
    let bare = program.execution(&id).await;
    assert!(
        bare["textsDeleted"] == true && bare.get("input").is_none() && bare["steps"]["good"].get("output").is_none(),
        "{bare:#}"
    );
    assert_eq!(bare["steps"]["good"]["outputHash"], failed["steps"]["good"]["outputHash"]);
    program.post(&format!("/plans/executions/{id}/resume"), json!({})).await.refused(409, "EXECUTION_NOT_RESUMABLE");
}

#[tokio::test]
async fn the_machine_s_time_is_bounded_and_not_the_person_s() {
    let program = Program::start().await;
    program.obey_prompts().await;
    let slow = json!([{"id": "quick", "prompt": "x"}, {"id": "slow", "prompt": "[[sim:delay=600000]]"}]);
    let plan = program.plan(plan_of(slow)).await;
    let body = json!({"options": {"simulate": true, "timeoutMs": 200}});
    let id = program.execute(&plan, body.clone()).await;
    let ended = program.until_ended(&id).await;
    assert_eq!((&ended["status"], &ended["error"]["code"]), (&json!("failed"), &json!("EXECUTION_TIMEOUT")));
    assert_eq!(statuses(&ended), [("quick", "completed"), ("slow", "cancelled")]);
    // The same time for a run that waits longer than that for a person.
    let gated = json!([{"id": "gate", "prompt": "x", "requiresApproval": true}, {"id": "use", "prompt": "{{gate.output}}", "dependsOn": ["gate"]}]);
    let plan = program.plan(plan_of(gated)).await;
    let id = program.execute(&plan, json!({"options": {"simulate": true, "timeoutMs": 800}})).await;
    let task = program.until_asked(&id, "gate").await;
    // Waiting is what is tested.
    tokio::time::sleep(Duration::from_millis(1_000)).await;
    assert_eq!(program.execution(&id).await["status"], "paused");
    program.post(&format!("/hitl/{task}/approve"), json!({})).await.data();
    assert_eq!(program.until_ended(&id).await["status"], "completed");
    // A step's own time, which is retried once.
    let step = json!([{"id": "a", "prompt": "[[sim:delay=600000]]", "timeoutMs": 50, "retry": {"maxAttempts": 5, "backoffMs": 1}}]);
    let id = program.run_steps(step).await;
    let ended = program.until_ended(&id).await;
    let error = &ended["steps"]["a"]["error"];
    assert_eq!((&error["code"], &error["attempt"]), (&json!("TIMEOUT"), &json!(2)), "{ended:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_is_never_overshot_by_a_fan_out() {
    let witness = Witness::start(Duration::ZERO, 0).await;
    let program = Program::start().await;
    witness.employ(&program, 16).await;
    // A thousandth of a dollar a token: the model's five tokens cost 0.005, what is reserved for a thousand of them a dollar.
    let prices = json!({"aliases": {"witness": {"prices": {"input": 0, "output": 1_000}}}});
    program.patch("/settings", prices).await.data();
    witness.open(false);
    let step =
        |n: usize| json!({"id": format!("s{n}"), "prompt": format!("s{n}"), "model": "witness", "maxTokens": 1_000});
    let mut steps: Vec<Value> = (0..6).map(step).collect();
    let fan: Vec<String> = (0..6).map(|n| format!("s{n}")).collect();
    steps.push(json!({"id": "dear", "prompt": "dear", "model": "witness", "maxTokens": 5_000, "dependsOn": fan}));
    let plan = program.plan(plan_of(json!(steps))).await;
    let id = program.execute(&plan, json!({"options": {"maxCost": 2.5}})).await;
    witness.until_total(2).await;
    let now = program.until(&id, |now| now["progress"]["running"] == 2).await;
    assert_eq!(now["status"], "running");
    let short =
        now["steps"].as_object().expect("steps").values().filter(|step| step["queuedReason"]["kind"] == "budget");
    assert_eq!(short.count(), 4, "{now:#}");
    assert_eq!(witness.total(), 2, "two dollars are reserved, a third would be too much");
    witness.open(true);
    let paused = program.until(&id, |now| now["status"] == "paused").await;
    assert_eq!(paused["progress"]["completed"], 6);
    let reason = &paused["pausedReasons"][0];
    assert_eq!((&reason["kind"], &reason["needed"]), (&json!("budget"), &json!(5.0)), "{paused:#}");
    assert_eq!(reason["left"].as_f64(), Some(2.47));
    assert_eq!(paused["usage"]["totalCost"].as_f64(), Some(0.03));
    let resume = format!("/plans/executions/{id}/resume");
    program.post(&resume, json!({})).await.refused(409, "EXECUTION_NOT_RESUMABLE");
    program.post(&resume, json!({"maxCost": 2.5})).await.refused(409, "EXECUTION_NOT_RESUMABLE");
    program.post(&resume, json!({"maxCost": 5.1})).await.data();
    let done = program.until_ended(&id).await;
    assert_eq!(done["status"], "completed");
    assert_eq!(done["usage"]["totalCost"].as_f64(), Some(0.035));
    assert_eq!(witness.total(), 7);
}

#[tokio::test]
async fn a_dry_run_calls_nobody_and_stores_nothing() {
    let program = Program::start().await;
    let steps = json!([
        {"id": "a", "prompt": "Read {{input.text}}"},
        {"id": "b", "prompt": "Use {{a.output}}", "dependsOn": ["a"], "requiresApproval": true}
    ]);
    let plan = program.plan(plan_of(steps)).await;
    let mut body = simulated();
    body["input"] = json!({"text": "this"});
    body["options"]["dryRun"] = true.into();
    let dry = program.post(&format!("/plans/{plan}/execute"), body).await;
    assert_eq!(dry.status, 200);
    let dry = dry.data();
    assert_eq!((&dry["status"], &dry["planId"]), (&json!("dry_run"), &json!(plan)));
    assert_eq!((&dry["levels"], &dry["reviews"]), (&json!([["a"], ["b"]]), &json!(["b"])));
    assert_eq!(dry["steps"]["a"]["prompt"], "Read this");
    assert_eq!(dry["steps"]["b"]["unresolved"].as_array().map(Vec::len), Some(1), "{dry:#}");
    assert!(dry["steps"]["b"]["prompt"].as_str().is_some_and(|prompt| prompt.contains("a.output")));
    assert_eq!(dry["progress"]["total"], 2);
    assert_eq!(program.get("/plans/executions").await.json["pagination"]["total"], 0);
}
