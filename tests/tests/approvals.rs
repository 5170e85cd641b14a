//! Approvals: who wins, what is stale, what can be taken back, and what time decides.

use std::time::Duration;

use planloom_tests::samples::plan_of;
use planloom_tests::{Answer, Program};
use serde_json::{Value, json};

/// A gated run, waiting.
async fn gated(program: &Program, hitl: Value) -> (String, String) {
    let (id, task) = started(program, hitl).await;
    program.until_asked(&id, "draft").await;
    (id, task)
}

/// A gated run, and the task of its gate.
async fn started(program: &Program, hitl: Value) -> (String, String) {
    let steps = json!([
        {"id": "draft", "prompt": "x", "requiresApproval": true},
        {"id": "use", "prompt": "<{{draft.output}}>", "dependsOn": ["draft"]}
    ]);
    let plan = program.plan(plan_of(steps)).await;
    let id = program.execute(&plan, json!({"hitl": hitl, "options": {"simulate": true}})).await;
    let task = program.execution(&id).await["steps"]["draft"]["taskId"].as_str().expect("an id").to_owned();
    (id, task)
}

async fn history(program: &Program, task: &str) -> Vec<(String, String)> {
    let history = program.get(&format!("/hitl/{task}/history")).await;
    let text = |entry: &Value, key: &str| entry[key].as_str().expect("text").to_owned();
    history
        .data()
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| (text(entry, "event"), text(entry, "actor")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_decide_at_once_and_one_wins() {
    let program = Program::start().await;
    let (id, task) = gated(&program, json!({})).await;
    let decide = |n: usize| {
        let (approve, reject) = (format!("/hitl/{task}/approve"), format!("/hitl/{task}/reject"));
        let program = &program;
        async move {
            match n % 2 {
                0 => {
                    program
                        .post(&approve, json!({"comment": format!("comment {n}"), "reviewerId": format!("r{n}")}))
                        .await
                }
                _ => {
                    program.post(&reject, json!({"reason": format!("reason {n}"), "reviewerId": format!("r{n}")})).await
                }
            }
        }
    };
    let answers: Vec<Answer> = futures_util::future::join_all((0..20).map(decide)).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 19));
    let winner = won[0].data();
    let by = winner.get("approvedBy").or(winner.get("rejectedBy")).expect("who");
    let mut firsts: Vec<String> = Vec::new();
    for answer in lost {
        let decision = &answer.refused(409, "APPROVAL_ALREADY_DECIDED")["decision"];
        assert_eq!(&decision["by"], by);
        assert_eq!(decision["decision"], if winner["status"] == "completed" { "approved" } else { "rejected" });
        firsts.push(decision.to_string());
    }
    firsts.dedup();
    assert_eq!(firsts.len(), 1, "all are told the same first decision");
    let ended = program.until_ended(&id).await;
    assert_eq!(ended["status"], if winner["status"] == "completed" { "completed" } else { "failed" });
    let decisions =
        history(&program, &task).await.into_iter().filter(|(event, _)| event == "approved" || event == "rejected");
    assert_eq!(decisions.count(), 1);
}

#[tokio::test]
async fn a_decision_on_what_is_no_longer_there_is_stale() {
    let program = Program::start().await;
    let (id, task) = gated(&program, json!({})).await;
    let before = program.get(&format!("/hitl/{task}")).await.data().clone();
    let body = json!({"reason": "too short", "retry": true, "retryPrompt": "another one"});
    let rejected = program.post(&format!("/hitl/{task}/reject"), body).await;
    assert_eq!((&rejected.data()["status"], &rejected.data()["retry"]), (&json!("pending"), &json!(true)));
    let changed =
        |now: &Value| now["steps"]["draft"]["status"] == "awaiting_approval" && now["steps"]["draft"]["attempt"] != 1;
    let now =
        program.until(&id, |now| changed(now) || now["steps"]["draft"]["outputHash"] != before["outputHash"]).await;
    assert_eq!(now["status"], "paused", "{now:#}");
    let after = program.get(&format!("/hitl/{task}")).await.data().clone();
    assert_ne!(after["outputHash"], before["outputHash"]);
    assert!(after["prompt"].as_str().expect("a prompt").contains("another one"), "{after:#}");
    let stale = program.post(&format!("/hitl/{task}/approve"), json!({"outputHash": before["outputHash"]})).await;
    assert_eq!(stale.refused(409, "STALE_APPROVAL")["outputHash"], after["outputHash"]);
    program.post(&format!("/hitl/{task}/approve"), json!({"outputHash": after["outputHash"]})).await.data();
    assert_eq!(program.until_ended(&id).await["steps"]["draft"]["output"], after["output"]);
}

#[tokio::test]
async fn a_decision_can_be_taken_back_while_it_is_held() {
    let program = Program::start().await;
    let (id, task) = gated(&program, json!({})).await;
    let (approve, decision) = (format!("/hitl/{task}/approve"), format!("/hitl/{task}/decision"));
    program.delete(&decision).await.refused(409, "APPROVAL_NOT_PENDING");
    program.post(&approve, json!({"undoMs": 30_001})).await.refused(400, "VALIDATION_ERROR");
    let held = program.post(&approve, json!({"undoMs": 30_000})).await;
    assert!(held.data()["heldUntil"].is_string());
    let now = program.execution(&id).await;
    assert_eq!(now["steps"]["use"]["status"], "pending", "the effect is held: {now:#}");
    program.post(&approve, json!({})).await.refused(409, "APPROVAL_ALREADY_DECIDED");
    assert_eq!(program.delete(&decision).await.data()["status"], "pending");
    program.delete(&decision).await.refused(409, "APPROVAL_NOT_PENDING");
    // GET never decides: not while it is held, and not by asking for what would.
    for path in [format!("/hitl/{task}"), format!("/hitl/{task}/history"), "/hitl/pending".to_owned()] {
        program.get(&path).await.data();
    }
    program.get(&approve).await.refused(405, "METHOD_NOT_ALLOWED");
    assert_eq!(program.get("/hitl/pending").await.json["pagination"]["total"], 1);

    let short = program.post(&approve, json!({"undoMs": 50, "modifiedOutput": "edited"})).await;
    assert_eq!(short.data()["wasModified"], true);
    let done = program.until_ended(&id).await;
    assert_eq!(done["steps"]["draft"]["output"], "edited");
    program.delete(&decision).await.refused(409, "APPROVAL_NOT_PENDING");
    let events: Vec<String> = history(&program, &task).await.into_iter().map(|(event, _)| event).collect();
    assert_eq!(events, ["requested", "approved", "undone", "approved"]);
    let approval = program.get(&format!("/hitl/{task}")).await;
    assert_eq!(approval.data()["output"], "edited");
    assert!(
        approval.data()["originalOutput"].as_str().is_some_and(|text| text.starts_with("[simulated]")),
        "kept for ever"
    );
    let detail = program.get(&format!("/plans/executions/{id}/steps/use")).await;
    assert_eq!(detail.data()["prompt"], "<edited>", "what the next step reads");
}

#[tokio::test]
async fn an_overdue_approval_is_held_open() {
    let program = Program::start().await;
    let (id, task) = gated(&program, json!({"timeoutMs": 150, "onTimeout": "hold"})).await;
    let overdue = |now: &Value| now["status"] == "paused" && now["progress"]["awaitingApproval"] == 1;
    program.until(&id, overdue).await;
    let mut events = program.events(&id, None).await.expect("it runs");
    let expired = async {
        while program.get(&format!("/hitl/{task}")).await.data()["status"] != "expired" {
            events.next().await.expect("it is still open");
        }
    };
    tokio::time::timeout(planloom_tests::PATIENCE, expired).await.expect("it expires");
    assert_eq!(program.get("/hitl/pending").await.json["pagination"]["total"], 0);
    let listed = program.get("/hitl/pending?includeExpired=true").await;
    assert_eq!((&listed.data()[0]["taskId"], &listed.data()[0]["expired"]), (&json!(task), &json!(true)));
    program.until(&id, overdue).await;
    program.post(&format!("/hitl/{task}/approve"), json!({})).await.data();
    assert_eq!(program.until_ended(&id).await["status"], "completed", "it could still be decided");
    let events: Vec<String> = history(&program, &task).await.into_iter().map(|(event, _)| event).collect();
    assert_eq!(
        (events.first().map(String::as_str), events.last().map(String::as_str)),
        (Some("requested"), Some("approved"))
    );
    assert!(events.contains(&"expired".to_owned()), "{events:?}");
}

#[tokio::test]
async fn time_decides_where_it_was_told_to() {
    let program = Program::start().await;
    for (what, status, event) in [("reject", "failed", "rejected"), ("approve", "completed", "approved")] {
        let (id, task) = started(&program, json!({"timeoutMs": 150, "onTimeout": what})).await;
        let ended = program.until_ended(&id).await;
        assert_eq!(ended["status"], status, "{ended:#}");
        if what == "reject" {
            assert_eq!(ended["error"]["code"], "STEP_REJECTED");
            assert_eq!(ended["steps"]["draft"]["status"], "rejected");
        }
        let last = history(&program, &task).await.pop().expect("entries");
        assert_eq!((last.0.as_str(), last.1.as_str()), (event, "timeout"));
        let late = program.post(&format!("/hitl/{task}/approve"), json!({})).await;
        assert_eq!(late.refused(409, "APPROVAL_ALREADY_DECIDED")["decision"]["by"], "timeout");
    }
}

#[tokio::test]
async fn time_never_approves_what_could_not_be_scored_or_was_cut() {
    let program = Program::start().await;
    program.obey_prompts().await;
    let hitl = json!({"timeoutMs": 100, "onTimeout": "approve", "confidenceThreshold": 0.8});
    let unscored = plan_of(json!([{"id": "a", "prompt": "[[sim:fail=400,on=score]]", "requiresApproval": true}]));
    let cut = plan_of(json!([{"id": "a", "prompt": "[[sim:tokens=400]]", "maxTokens": 10, "requiresApproval": true}]));
    for (plan, hitl) in [(unscored, hitl), (cut, json!({"timeoutMs": 100, "onTimeout": "approve"}))] {
        let plan = program.plan(plan).await;
        let id = program.execute(&plan, json!({"hitl": hitl, "options": {"simulate": true}})).await;
        let task = program.until_asked(&id, "a").await;
        let mut events = program.events(&id, None).await.expect("it runs");
        while program.get(&format!("/hitl/{task}")).await.data()["status"] != "expired" {
            events.next().await.expect("it is still open");
        }
        assert_eq!(program.execution(&id).await["status"], "paused");
    }
}

#[tokio::test]
async fn a_deadline_that_passed_while_it_was_down_gets_a_grace() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let program = Program::start_at(&data, &[]).await;
    let hitl = json!({"timeoutMs": 2_500, "onTimeout": "reject"});
    let (id, task) = gated(&program, hitl).await;
    let before =
        program.get(&format!("/hitl/{task}")).await.data()["timeoutAt"].as_str().expect("a deadline").to_owned();
    program.kill().await;
    // Nothing can be awaited: the deadline has to pass while nobody is there.
    tokio::time::sleep(Duration::from_millis(2_600)).await;
    let program = Program::start_at(&data, &[]).await;
    let approval = program.get(&format!("/hitl/{task}")).await.data().clone();
    assert_eq!(approval["status"], "pending", "not decided at the start: {approval:#}");
    assert!(approval["timeoutAt"].as_str().expect("a deadline") > before.as_str(), "{approval:#}");
    let ended = program.until_ended(&id).await;
    assert_eq!(ended["steps"]["draft"]["status"], "rejected", "then time decides");
    let events: Vec<String> = history(&program, &task).await.into_iter().map(|(event, _)| event).collect();
    assert_eq!(events, ["requested", "reminded", "rejected"]);
}

#[tokio::test]
async fn scores_send_the_doubtful_ones_to_a_person() {
    let program = Program::start().await;
    program.obey_prompts().await;
    let step = |id: &str, marks: &str| json!({"id": id, "prompt": format!("{id} [[sim:marks={marks}]]")});
    let steps = json!([
        step("high", "0.99,0.95,0.95,0.9"), step("edge", "0.85,0.85,0.85,0.85"), step("below", "0.84,0.85,0.85,0.85"),
        step("low", "0.1,0.2,0.3,0.4"), {"id": "broken", "prompt": "[[sim:fail=500,on=score]]", "retry": {"maxAttempts": 1}}
    ]);
    let plan = program.plan(plan_of(steps)).await;
    let body = json!({"hitl": {"confidenceThreshold": 0.85}, "options": {"simulate": true}});
    let id = program.execute(&plan, body).await;
    let settled =
        |now: &Value| now["progress"]["running"] == 0 && now["progress"]["pending"] == 0 && now["status"] == "paused";
    let now = program.until(&id, settled).await;
    let statuses: Vec<&Value> = now["steps"].as_object().expect("steps").values().map(|step| &step["status"]).collect();
    assert_eq!(statuses, ["completed", "completed", "awaiting_approval", "awaiting_approval", "awaiting_approval"]);
    let of = async |step: &str| {
        let task = now["steps"][step]["taskId"].as_str().expect("an id").to_owned();
        program.get(&format!("/hitl/{task}")).await.data().clone()
    };
    let below = of("below").await;
    assert_eq!(below["confidence"], 0.847, "no rounding up to the threshold: {below:#}");
    assert_eq!((&below["reviewerRole"], &below["priority"]), (&json!("reviewer"), &json!("normal")));
    let low = of("low").await;
    assert_eq!((&low["reviewerRole"], &low["priority"]), (&json!("senior"), &json!("high")));
    let broken = of("broken").await;
    assert_eq!((&broken["confidence"], &broken["reviewerRole"]), (&Value::Null, &json!("reviewer")));
    let high = now["steps"]["high"]["taskId"].as_str().expect("an id");
    assert!(history(&program, high).await.iter().any(|(event, _)| event == "auto_approved"));
    program.delete(&format!("/plans/executions/{id}")).await.data();
    assert_eq!(program.get("/hitl/pending?includeExpired=true").await.json["pagination"]["total"], 0);
    let cancelled = program.post(&format!("/hitl/{}/approve", low["taskId"].as_str().expect("an id")), json!({})).await;
    cancelled.refused(409, "APPROVAL_NOT_PENDING");
}
