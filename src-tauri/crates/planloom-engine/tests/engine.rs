//! The engine at its own boundary: plans run to their end on the simulator, and what is asked for is answered.

mod common;

use common::{Running, execution, has_status, open, open_at, open_scripted, review_plan, start, start_steps, until};
use planloom_core::confidence::ReviewerRole;
use planloom_engine::views::{ApprovalStatus, HistoryEvent, RejectedStatus};
use planloom_engine::{Error, Executed, Receipt};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_review_runs_to_its_end() {
    let Running { engine, handle, _folder } = open().await;
    let body = json!({"input": {"contract": "Clause 1."}, "options": {"simulate": true}});
    let id = start(&handle, review_plan(), body).await;
    let done = until(&handle, &id, has_status("completed")).await;
    assert_eq!(done["progress"], json!({"total": 3, "completed": 3, "running": 0, "pending": 0, "failed": 0}));
    assert_eq!(done["simulated"], true);
    assert_eq!(done["usage"]["totalCost"], json!(0.0));
    for step in ["extract", "analyze", "report"] {
        assert!(done["steps"][step]["output"].as_str().is_some_and(|text| !text.is_empty()), "{done:#}");
    }
    let detail = handle.step_detail(&id, "analyze").await.expect("detail");
    let extracted = done["steps"]["extract"]["output"].as_str().expect("text");
    assert_eq!(detail.prompt.as_deref(), Some(format!("Analyze risks in: {extracted}").as_str()));
    assert_eq!(detail.attempts.len(), 1);
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gated_step_waits_survives_a_restart_and_goes_on_with_the_reviewers_text() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("data");
    let engine = open_at(&path).await;
    let body = json!({
        "input": {"contract": "Clause 1."},
        "options": {"simulate": true},
        "hitl": {"requiredFor": ["analyze"]}
    });
    let id = start(&engine.handle(), review_plan(), body).await;
    let paused = until(&engine.handle(), &id, has_status("paused")).await;
    assert_eq!(paused["progress"]["awaitingApproval"], 1);
    engine.shut_down().await;

    let engine = open_at(&path).await;
    let handle = engine.handle();
    let task_id = paused["steps"]["analyze"]["taskId"].as_str().expect("an id").to_owned();
    let approval = handle.approval(&task_id).await.expect("still open");
    assert_eq!(approval.status, ApprovalStatus::Pending);
    assert_eq!(approval.output.as_deref(), paused["steps"]["analyze"]["draft"].as_str());
    let decision = json!({"modifiedOutput": "My own words.", "outputHash": approval.output_hash});
    let approved = handle.approve(&task_id, decision.clone(), "local", None).await.expect("approved");
    assert!(approved.was_modified);
    let again = handle.approve(&task_id, decision, "local", None).await;
    assert!(matches!(again, Err(Error::ApprovalAlreadyDecided(_))), "{again:?}");
    let done = until(&handle, &id, has_status("completed")).await;
    assert_eq!(done["steps"]["analyze"]["output"], "My own words.");
    let detail = handle.step_detail(&id, "report").await.expect("detail");
    assert_eq!(detail.prompt.as_deref(), Some("Generate report from: My own words."));
    let events: Vec<HistoryEvent> =
        handle.history(&task_id).await.expect("history").iter().map(|entry| entry.event).collect();
    assert_eq!(events, [HistoryEvent::Requested, HistoryEvent::Approved]);
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_retried_as_they_should_be_and_what_depends_on_them_is_cancelled() {
    let Running { engine, handle, _folder } = open_scripted().await;
    let steps = json!([
        {"id": "again", "prompt": "[[sim:fail=503,times=1]]", "retry": {"maxAttempts": 2, "backoffMs": 1}},
        {"id": "never", "prompt": "[[sim:fail=MODEL_REFUSED]]"},
        {"id": "after", "prompt": "{{never.output}}", "dependsOn": ["never"]},
        {"id": "beside", "prompt": "{{again.output}}", "dependsOn": ["again"]}
    ]);
    let id = start_steps(&handle, steps, json!({})).await;
    let done = until(&handle, &id, has_status("failed")).await;
    let status = |step: &str| done["steps"][step]["status"].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        [status("again"), status("never"), status("after"), status("beside")],
        ["completed", "failed", "cancelled", "completed"]
    );
    assert_eq!(done["steps"]["again"]["attempt"], 2);
    assert_eq!(done["steps"]["never"]["error"]["code"], "MODEL_REFUSED");
    assert_eq!(done["error"]["code"], "STEP_FAILED");
    assert_eq!(done["error"]["stepId"], "never");
    let attempts = handle.step_detail(&id, "again").await.expect("detail").attempts;
    assert_eq!(attempts.len(), 2);
    assert_eq!(attempts[0].error.as_ref().and_then(|error| error.status), Some(503));
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_skip_and_the_joining_step_runs() {
    let Running { engine, handle, _folder } = open_scripted().await;
    let steps = json!([
        {"id": "triage", "prompt": "[[sim:output=this is critical]]"},
        {"id": "panic-now", "prompt": "p", "dependsOn": ["triage"], "condition": "{{triage.output}}.includes(\"critical\")"},
        {"id": "relax", "prompt": "r", "dependsOn": ["triage"], "condition": "\"harmless\" in triage.output"},
        {"id": "after-relax", "prompt": "{{relax.output}}", "dependsOn": ["relax"]},
        {"id": "join", "prompt": "[{{panic-now.output}}|{{relax.output}}]", "dependsOn": ["panic-now", "relax"]}
    ]);
    let id = start_steps(&handle, steps, json!({})).await;
    let done = until(&handle, &id, has_status("completed")).await;
    let step = |name: &str| done["steps"][name].clone();
    assert_eq!(step("relax")["status"], "skipped");
    assert_eq!(step("relax")["skippedReason"], "condition");
    assert_eq!(step("relax")["output"], "");
    assert_eq!(step("after-relax")["skippedReason"], "dependencies");
    assert_eq!(step("join")["status"], "completed");
    assert_eq!(done["progress"]["skipped"], 2);
    let prompt = handle.step_detail(&id, "join").await.expect("detail").prompt.expect("rendered");
    assert_eq!(prompt, format!("[{}|]", step("panic-now")["output"].as_str().expect("text")));
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_keeps_what_is_finished_and_a_resume_pays_only_for_the_rest() {
    let Running { engine, handle, _folder } = open_scripted().await;
    let steps = json!([
        {"id": "first", "prompt": "one"},
        {"id": "slow", "prompt": "[[sim:delay={{input.delay}}]]", "dependsOn": ["first"]},
        {"id": "last", "prompt": "{{slow.output}}", "dependsOn": ["slow"]}
    ]);
    let id = start_steps(&handle, steps, json!({"input": {"delay": 600000}})).await;
    until(&handle, &id, |now| now["steps"]["slow"]["status"] == "running").await;
    let cancelled = handle.cancel(&id, "local").await.expect("cancelled");
    let progress = serde_json::to_value(cancelled.progress).expect("JSON");
    assert_eq!(progress, json!({"total": 3, "completed": 1, "running": 0, "pending": 0, "failed": 0, "cancelled": 2}));
    assert!(matches!(handle.cancel(&id, "local").await, Err(Error::ExecutionNotRunning { .. })));
    handle.patch_settings(json!({"simulator": {"directives": false}})).await.expect("settings");
    let before = execution(&handle, &id).await;
    handle.resume(&id, json!({}), "local", None).await.expect("resumed");
    let done = until(&handle, &id, has_status("completed")).await;
    assert_eq!(done["steps"]["first"], before["steps"]["first"]);
    assert_eq!(handle.step_detail(&id, "first").await.expect("detail").attempts.len(), 1);
    assert_eq!(handle.step_detail(&id, "slow").await.expect("detail").attempts.len(), 2);
    assert!(matches!(handle.resume(&id, json!({}), "local", None).await, Err(Error::ExecutionNotResumable { .. })));
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_with_retry_runs_again_with_the_reason_and_is_reviewed_again() {
    let Running { engine, handle, _folder } = open().await;
    let steps = json!([{"id": "draft", "prompt": "Write.", "requiresApproval": true}]);
    let id = start_steps(&handle, steps, json!({})).await;
    let paused = until(&handle, &id, has_status("paused")).await;
    let task_id = paused["steps"]["draft"]["taskId"].as_str().expect("an id").to_owned();
    let without_reason = handle.reject(&task_id, json!({}), "local", None).await;
    assert!(matches!(without_reason, Err(Error::Problems(_))), "{without_reason:?}");
    let body = json!({"reason": "Too long.", "retry": true, "retryPrompt": "Shorter, please."});
    let rejected = handle.reject(&task_id, body, "local", None).await.expect("rejected");
    assert_eq!(rejected.status, RejectedStatus::Pending);
    let again = until(&handle, &id, |now| now["status"] == "paused" && now["steps"]["draft"]["attempt"] == 2).await;
    let prompt = handle.approval(&task_id).await.expect("open").prompt.expect("rendered");
    for part in ["Write.", "Shorter, please.", "Too long.", paused["steps"]["draft"]["draft"].as_str().expect("text")] {
        assert!(prompt.contains(part), "{part:?} is not in {prompt}");
    }
    assert_eq!(again["progress"]["awaitingApproval"], 1);
    handle.reject(&task_id, json!({"reason": "No."}), "local", None).await.expect("rejected");
    let done = until(&handle, &id, has_status("failed")).await;
    assert_eq!(done["error"]["code"], "STEP_REJECTED");
    assert_eq!(done["steps"]["draft"]["status"], "rejected");
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_score_below_the_threshold_waits_and_one_above_goes_on() {
    let Running { engine, handle, _folder } = open_scripted().await;
    let steps = json!([
        {"id": "good", "prompt": "[[sim:marks=0.9,0.9,0.9,0.9]]"},
        {"id": "bad", "prompt": "[[sim:marks=0.5,0.5,0.5,0.5]]"}
    ]);
    let body = json!({"hitl": {"confidenceThreshold": 0.85}});
    let id = start_steps(&handle, steps, body).await;
    let paused = until(&handle, &id, has_status("paused")).await;
    assert_eq!(paused["steps"]["good"]["status"], "completed", "{paused:#}");
    assert_eq!(paused["steps"]["good"]["confidence"], json!(0.9));
    assert_eq!(paused["steps"]["bad"]["status"], "awaiting_approval");
    let list =
        handle.approvals(planloom_engine::ApprovalsQuery { limit: 20, ..Default::default() }).await.expect("list");
    assert_eq!(list.pagination.total, 1);
    assert_eq!((list.items[0].reviewer_role, list.items[0].confidence), (ReviewerRole::Senior, Some(0.5)));
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_fit_is_repaired_once() {
    let Running { engine, handle, _folder } = open_scripted().await;
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]});
    let steps = json!([
        {"id": "count", "prompt": "Count.", "outputSchema": schema},
        {"id": "use", "prompt": "n is {{count.output.n}}", "dependsOn": ["count"]},
        {"id": "broken", "prompt": "[[sim:output=no JSON at all]]", "outputSchema": schema}
    ]);
    let id = start_steps(&handle, steps, json!({})).await;
    let done = until(&handle, &id, has_status("failed")).await;
    assert!(done["steps"]["count"]["outputJson"]["n"].is_number(), "{done:#}");
    assert_eq!(done["steps"]["use"]["status"], "completed");
    assert_eq!(done["steps"]["broken"]["error"]["code"], "OUTPUT_SCHEMA_MISMATCH");
    let kinds: Vec<Value> = handle
        .step_detail(&id, "broken")
        .await
        .expect("detail")
        .attempts
        .iter()
        .map(|attempt| serde_json::to_value(attempt.kind).expect("JSON"))
        .collect();
    assert_eq!(kinds, ["call", "repair"]);
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_idempotency_key_starts_one_execution() {
    let Running { engine, handle, _folder } = open().await;
    let plan = handle.create_plan(review_plan(), None).await.expect("a plan");
    let body = json!({"input": {"contract": "x"}, "options": {"simulate": true}});
    let receipt = Receipt { route: "execute".to_owned(), key: "k".to_owned(), body_hash: [7; 32], status: 201 };
    let started = handle.execute(&plan.id, body, Some(receipt)).await.expect("started");
    let Executed::Started(view) = started else { panic!("it was to start") };
    let stored = handle.stored_answer("execute", "k").await.expect("read").expect("there");
    assert_eq!((stored.status, stored.body_hash), (201, [7; 32]));
    assert_eq!(serde_json::from_str::<Value>(&stored.data).expect("JSON")["id"], view.id.as_str());
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_everything_and_stores_nothing() {
    let Running { engine, handle, _folder } = open().await;
    let plan = handle.create_plan(review_plan(), None).await.expect("a plan");
    let body = json!({"input": {"contract": "C"}, "options": {"simulate": true, "dryRun": true}});
    let Executed::DryRun(view) = handle.execute(&plan.id, body, None).await.expect("said") else { panic!("it ran") };
    assert_eq!(view.levels, [["extract"], ["analyze"], ["report"]]);
    assert_eq!(view.steps["extract"].prompt, "Extract key clauses from: C");
    assert_eq!(view.steps["analyze"].prompt, "Analyze risks in: {{extract.output}}");
    assert_eq!(view.steps["analyze"].unresolved, ["extract.output"]);
    let list =
        handle.executions(planloom_engine::ExecutionsQuery { limit: 20, ..Default::default() }).await.expect("list");
    assert_eq!(list.pagination.total, 0);
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_texts_are_gone_and_the_record_stays() {
    let Running { engine, handle, _folder } = open().await;
    let body = json!({"input": {"contract": "secret words"}, "options": {"simulate": true}});
    let id = start(&handle, review_plan(), body).await;
    until(&handle, &id, has_status("completed")).await;
    let other =
        start(&handle, review_plan(), json!({"input": {"contract": "secret words"}, "options": {"simulate": true}}))
            .await;
    until(&handle, &other, has_status("completed")).await;
    let deleted = handle.delete_texts(&id).await.expect("deleted");
    // The other execution has the same texts: they stay with it.
    assert_eq!((deleted.deleted, deleted.kept), (0, 4));
    let after = execution(&handle, &id).await;
    assert_eq!(after["textsDeleted"], true);
    assert!(after.get("input").is_none() && after["steps"]["report"].get("output").is_none(), "{after:#}");
    assert!(after["steps"]["report"]["outputHash"].is_string());
    let kept = execution(&handle, &other).await;
    assert_eq!(kept["input"]["contract"], "secret words");
    assert_eq!(handle.delete_texts(&other).await.expect("deleted").deleted, 4);
    assert!(matches!(handle.resume(&id, json!({}), "local", None).await, Err(Error::ExecutionNotResumable { .. })));
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_go_after_the_days_that_the_settings_keep_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("data");
    let engine = open_at(&path).await;
    let body = |text: &str| json!({"input": {"contract": text}, "options": {"simulate": true}});
    let old = start(&engine.handle(), review_plan(), body("an old contract")).await;
    let new = start(&engine.handle(), review_plan(), body("a new contract")).await;
    until(&engine.handle(), &old, has_status("completed")).await;
    until(&engine.handle(), &new, has_status("completed")).await;
    engine.shut_down().await;
    ended_before(&path, &old, 3);

    let engine = open_at(&path).await;
    let handle = engine.handle();
    assert_eq!(execution(&handle, &old).await["input"]["contract"], "an old contract", "nobody asked for it");
    handle.patch_settings(json!({"texts": {"keepDays": 2}})).await.expect("settings");
    let after = execution(&handle, &old).await;
    assert!(after["textsDeleted"] == true && after.get("input").is_none(), "{after:#}");
    assert_eq!(execution(&handle, &new).await["input"]["contract"], "a new contract");
    engine.shut_down().await;
}

/// Makes an execution look as if it had ended `days` ago.
fn ended_before(path: &std::path::Path, id: &str, days: i64) {
    let options = planloom_store::OpenOptions::new("a test");
    let (store, mut writer) =
        planloom_store::Store::open(&planloom_engine::DataDir::at(path), &options).expect("a database");
    let row = store.read(|snapshot| snapshot.execution(id)).expect("read").expect("there");
    let completed_at = row.state.completed_at.map(|at| at - days * 24 * 60 * 60 * 1000);
    let mut tx = writer.begin().expect("a transaction");
    tx.put_execution(id, &planloom_store::ExecutionState { completed_at, ..row.state }).expect("written");
    tx.commit().expect("committed");
}

#[tokio::test(flavor = "multi_thread")]
async fn read_rows_can_be_made_again_from_the_journal() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("data");
    let engine = open_at(&path).await;
    let handle = engine.handle();
    handle.patch_settings(json!({"simulator": {"directives": true}})).await.expect("settings");
    let gated = json!([
        {"id": "a", "prompt": "x"},
        {"id": "b", "prompt": "{{a.output}}", "dependsOn": ["a"], "requiresApproval": true},
        {"id": "c", "prompt": "{{b.output}}", "dependsOn": ["b"]}
    ]);
    let waiting = start_steps(&handle, gated.clone(), json!({})).await;
    let paused = until(&handle, &waiting, has_status("paused")).await;
    let rejected = start_steps(&handle, gated, json!({})).await;
    let other = until(&handle, &rejected, has_status("paused")).await;
    let task_id = other["steps"]["b"]["taskId"].as_str().expect("an id");
    handle.reject(task_id, json!({"reason": "no"}), "local", None).await.expect("rejected");
    until(&handle, &rejected, has_status("failed")).await;
    handle.resume(&rejected, json!({}), "local", None).await.expect("resumed");
    until(&handle, &rejected, has_status("paused")).await;
    handle.cancel(&rejected, "local").await.expect("cancelled");
    start(&handle, review_plan(), json!({"input": {"contract": "x"}, "options": {"simulate": true}})).await;
    let failing = start_steps(&handle, json!([{"id": "f", "prompt": "[[sim:fail=MODEL_REFUSED]]"}]), json!({})).await;
    until(&handle, &failing, has_status("failed")).await;
    engine.shut_down().await;

    let before = read_rows(&path);
    let environment = [("PLANLOOM_KEYCHAIN", "off")].into_iter().collect();
    let count = planloom_engine::rebuild_read_rows(&planloom_engine::DataDir::at(&path), environment).expect("rebuilt");
    assert_eq!(count, 4);
    assert_eq!(read_rows(&path), before);
    assert!(before.contains(paused["steps"]["b"]["taskId"].as_str().expect("an id")));
}

/// Every read row of every execution, as text.
fn read_rows(path: &std::path::Path) -> String {
    let store = planloom_store::Store::open_read_only(&planloom_engine::DataDir::at(path)).expect("a database");
    let rows = store.read(|snapshot| {
        let mut rows = Vec::new();
        for id in snapshot.execution_ids()? {
            rows.push(format!("{:?}", snapshot.execution(&id)?));
            rows.extend(snapshot.tasks(&id)?.iter().map(|task| format!("{task:?}")));
        }
        Ok(rows.join("\n"))
    });
    rows.expect("rows")
}
