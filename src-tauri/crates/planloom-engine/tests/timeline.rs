//! An execution's steps in time: every kind of segment, how it ended, and what is still open.

mod common;

use common::{Running, has_status, open, open_at, open_scripted, start_steps, until};
use planloom_engine::{Error, Handle};
use serde_json::{Value, json};

async fn timeline(handle: &Handle, id: &str) -> Value {
    serde_json::from_slice(&handle.timeline(id).await.expect("a timeline")).expect("JSON")
}

/// The segments of a step in short: kind, attempt, outcome, code, reason.
fn of<'t>(timeline: &'t Value, step: &str) -> Vec<[&'t str; 4]> {
    let segments = timeline["steps"][step].as_array().unwrap_or_else(|| panic!("no step {step}: {timeline:#}"));
    let word = |segment: &'t Value, name: &str| segment[name].as_str().unwrap_or_default();
    segments.iter().map(|segment| ["kind", "outcome", "code", "reason"].map(|name| word(segment, name))).collect()
}

/// Segments follow one another, and only the last one may be open.
#[track_caller]
fn is_in_order(timeline: &Value) {
    for (step, segments) in timeline["steps"].as_object().expect("steps") {
        let segments = segments.as_array().expect("segments");
        for (at, segment) in segments.iter().enumerate() {
            let (begun, ended) = (segment["startedAt"].as_str().expect("a start"), segment["endedAt"].as_str());
            assert!(ended.is_none_or(|ended| begun <= ended), "{step}: {segment:#}");
            let next = segments.get(at + 1).map(|next| next["startedAt"].as_str().expect("a start"));
            assert!(next.is_none_or(|next| ended.is_some_and(|ended| ended <= next)), "{step}: {segments:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_repairs_scores_retries_and_failures_are_told_apart() {
    let Running { engine, handle, _folder } = open_scripted().await;
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]});
    let steps = json!([
        {"id": "again", "prompt": "[[sim:fail=503,times=1]]", "retry": {"maxAttempts": 2, "backoffMs": 1}},
        {"id": "broken", "prompt": "[[sim:output=no JSON]]", "outputSchema": schema},
        {"id": "after", "prompt": "{{broken.output}}", "dependsOn": ["broken"]},
        {"id": "skipped", "prompt": "s", "dependsOn": ["again"], "condition": "\"no such words\" in again.output"},
        {"id": "join", "prompt": "j", "dependsOn": ["skipped", "again"]}
    ]);
    let id = start_steps(&handle, steps, json!({"hitl": {"confidenceThreshold": 0.5}})).await;
    until(&handle, &id, has_status("failed")).await;
    let timeline = timeline(&handle, &id).await;
    is_in_order(&timeline);
    let order: Vec<&String> = timeline["steps"].as_object().expect("steps").keys().collect();
    assert_eq!(order, ["again", "broken", "after", "skipped", "join"], "in plan order");
    assert_eq!(
        of(&timeline, "again"),
        [
            ["queued", "", "", "lane"],
            ["call", "failed", "PROVIDER_ERROR", ""],
            ["backoff", "", "PROVIDER_ERROR", "retry"],
            ["queued", "", "", "lane"],
            ["call", "completed", "", ""],
            ["score", "completed", "", ""],
        ]
    );
    let attempts: Vec<&Value> =
        timeline["steps"]["again"].as_array().expect("segments").iter().map(|segment| &segment["attempt"]).collect();
    assert_eq!(attempts, [1, 1, 1, 2, 2, 2]);
    assert_eq!(
        of(&timeline, "broken")[1..],
        [["call", "failed", "OUTPUT_SCHEMA_MISMATCH", ""], ["repair", "failed", "OUTPUT_SCHEMA_MISMATCH", ""],]
    );
    assert!(of(&timeline, "after").is_empty() && of(&timeline, "skipped").is_empty(), "nothing happened to them");
    assert!(timeline["completedAt"].is_string() && timeline["now"].as_str() >= timeline["completedAt"].as_str());
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_s_time_is_one_segment_whatever_happens_in_it() {
    let Running { engine, handle, _folder } = open().await;
    let steps = json!([{"id": "draft", "prompt": "Write.", "requiresApproval": true}]);
    let id = start_steps(&handle, steps, json!({})).await;
    let paused = until(&handle, &id, has_status("paused")).await;
    let task_id = paused["steps"]["draft"]["taskId"].as_str().expect("an id");
    handle.assign(task_id, json!({"reviewerId": "ines"}), "local", None).await.expect("assigned");
    let held = json!({"reason": "No.", "undoMs": 30_000});
    handle.reject(task_id, held, "local", None).await.expect("rejected");
    handle.undo(task_id, "local").await.expect("undone");
    let open = timeline(&handle, &id).await;
    assert_eq!(of(&open, "draft")[2..], [["awaiting", "", "", "required"]]);
    assert!(open["steps"]["draft"][2].get("endedAt").is_none() && open.get("completedAt").is_none(), "{open:#}");
    handle.reject(task_id, json!({"reason": "Longer.", "retry": true}), "local", None).await.expect("rejected");
    until(&handle, &id, |now| now["status"] == "paused" && now["steps"]["draft"]["attempt"] == 2).await;
    handle.approve(task_id, json!({}), "local", None).await.expect("approved");
    until(&handle, &id, has_status("completed")).await;
    let done = timeline(&handle, &id).await;
    is_in_order(&done);
    assert_eq!(
        of(&done, "draft")[2..],
        [
            ["awaiting", "rejected", "", "required"],
            ["queued", "", "", "lane"],
            ["call", "completed", "", ""],
            ["awaiting", "approved", "", "required"],
        ]
    );
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_interrupts_and_a_cancel_ends_what_is_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("data");
    let engine = open_at(&path).await;
    let handle = engine.handle();
    handle.patch_settings(json!({"simulator": {"directives": true}})).await.expect("settings");
    handle.patch_settings(json!({"queues": {"default": {"limit": 1}}})).await.expect("settings");
    let steps = json!([{"id": "slow", "prompt": "[[sim:delay=600000]]"}, {"id": "behind", "prompt": "b"}]);
    let id = start_steps(&handle, steps, json!({})).await;
    until(&handle, &id, |now| now["steps"]["slow"]["status"] == "running").await;
    engine.shut_down().await;

    let engine = open_at(&path).await;
    let handle = engine.handle();
    let again = |now: &Value| {
        let attempts = now["steps"].as_object().expect("steps").values().map(|step| step["attempt"].as_u64());
        attempts.flatten().max() == Some(2)
    };
    until(&handle, &id, again).await;
    handle.cancel(&id, "local").await.expect("cancelled");
    let timeline = timeline(&handle, &id).await;
    is_in_order(&timeline);
    let slow = of(&timeline, "slow");
    assert_eq!(slow[..2], [["queued", "", "", "lane"], ["call", "interrupted", "", ""]]);
    assert_eq!(slow.last().map(|last| last[1]), Some("cancelled"), "{slow:?}");
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_that_is_not_there_is_named() {
    let Running { engine, handle, _folder } = open().await;
    let unknown = handle.timeline("dt_exec_0").await.expect_err("unknown");
    assert!(matches!(unknown, Error::ExecutionNotFound(_)), "{unknown}");
    engine.shut_down().await;
}
