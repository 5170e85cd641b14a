//! The engine at its own boundary: plans run to their end on the simulator, and what is asked for is answered.

use planloom_engine::settings::Environment;
use planloom_engine::{DataDir, Engine, EngineOptions, Error, Executed, Handle, Recover};
use serde_json::{Value, json};

struct Running {
    engine: Engine,
    handle: Handle,
    _folder: Option<tempfile::TempDir>,
}

async fn open_at(path: &std::path::Path) -> Engine {
    let environment: Environment = [("PLANLOOM_KEYCHAIN", "off")].into_iter().collect();
    let options = EngineOptions {
        data: DataDir::at(path),
        what: "a test".to_owned(),
        environment,
        recover: Recover::All,
    };
    Engine::open(options).await.expect("the engine opens")
}

async fn open() -> Running {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = open_at(&folder.path().join("data")).await;
    let handle = engine.handle();
    Running { engine, handle, _folder: Some(folder) }
}

fn review_plan() -> Value {
    json!({
        "name": "contract-review",
        "description": "Multi-step contract review pipeline",
        "steps": [
            {"id": "extract", "prompt": "Extract key clauses from: {{input.contract}}", "model": "sonnet"},
            {"id": "analyze", "prompt": "Analyze risks in: {{extract.output}}", "model": "opus", "dependsOn": ["extract"]},
            {"id": "report", "prompt": "Generate report from: {{analyze.output}}", "model": "sonnet", "dependsOn": ["analyze"]}
        ],
        "tags": ["legal", "contract"]
    })
}

async fn start(handle: &Handle, plan: Value, body: Value) -> String {
    let plan = handle.create_plan(plan, None).await.expect("the plan is right");
    match handle.execute(&plan.id, body, None).await.expect("it starts") {
        Executed::Started(view) => view.id,
        Executed::DryRun(_) => panic!("a dry run was not asked for"),
    }
}

/// Waits for a frame after which the execution is as wanted.
async fn until(handle: &Handle, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let mut frames = handle.subscribe(id, None).await.expect("it can be watched");
    loop {
        let now = execution(handle, id).await;
        if wanted(&now) {
            return now;
        }
        frames.next().await.expect("more to come");
    }
}

async fn execution(handle: &Handle, id: &str) -> Value {
    serde_json::from_slice(&handle.execution(id, true).await.expect("it can be read")).expect("JSON")
}

fn has_status(status: &'static str) -> impl Fn(&Value) -> bool {
    move |execution| execution["status"] == status
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_review_runs_to_its_end() {
    let Running { engine, handle, .. } = open().await;
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
    assert_eq!(approval.status, "pending");
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
    let events: Vec<&str> = handle.history(&task_id).await.expect("history").iter().map(|entry| entry.event).collect();
    assert_eq!(events, ["requested", "approved"]);
    engine.shut_down().await;
}
