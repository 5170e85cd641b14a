//! What the engine's tests share: an engine on a folder of its own, and waiting without sleeping.

// Each test program uses a part of this.
#![allow(dead_code)]

use planloom_engine::settings::Environment;
use planloom_engine::{DataDir, Engine, EngineOptions, Executed, Handle, Recover};
use serde_json::{Value, json};

/// An engine, its handle, and the folder that goes with it.
pub struct Running {
    pub engine: Engine,
    pub handle: Handle,
    /// To be bound: the folder goes when this is dropped.
    pub _folder: tempfile::TempDir,
}

pub async fn open_at(path: &std::path::Path) -> Engine {
    let environment: Environment = [("PLANLOOM_KEYCHAIN", "off")].into_iter().collect();
    let options =
        EngineOptions { data: DataDir::at(path), what: "a test".to_owned(), environment, recover: Recover::All };
    Engine::open(options).await.expect("the engine opens")
}

pub async fn open() -> Running {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = open_at(&folder.path().join("data")).await;
    let handle = engine.handle();
    Running { engine, handle, _folder: folder }
}

pub fn review_plan() -> Value {
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

pub async fn start(handle: &Handle, plan: Value, body: Value) -> String {
    let plan = handle.create_plan(plan, None).await.expect("the plan is right");
    match handle.execute(&plan.id, body, None).await.expect("it starts") {
        Executed::Started(view) => view.id,
        Executed::DryRun(_) => panic!("a dry run was not asked for"),
    }
}

/// An engine whose simulator obeys `[[sim:…]]` in prompts.
pub async fn open_scripted() -> Running {
    let running = open().await;
    let patch = json!({"simulator": {"directives": true}});
    running.handle.patch_settings(patch).await.expect("settings");
    running
}

/// Starts a plan of steps on the simulator.
pub async fn start_steps(handle: &Handle, steps: Value, body: Value) -> String {
    let mut body = body;
    body["options"]["simulate"] = json!(true);
    start(handle, json!({"name": "a test", "steps": steps}), body).await
}

/// Waits for a frame after which the execution is as wanted.
pub async fn until(handle: &Handle, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let mut frames = handle.subscribe(id, None).await.expect("it can be watched");
    loop {
        let now = execution(handle, id).await;
        if wanted(&now) {
            return now;
        }
        frames.next().await.expect("more to come");
    }
}

pub async fn execution(handle: &Handle, id: &str) -> Value {
    serde_json::from_slice(&handle.execution(id, true).await.expect("it can be read")).expect("JSON")
}

pub fn has_status(status: &'static str) -> impl Fn(&Value) -> bool {
    move |execution| execution["status"] == status
}
