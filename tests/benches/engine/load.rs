//! An engine under load: plans of steps that do nothing, started and awaited.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use planloom_engine::settings::Environment;
use planloom_engine::{DataDir, Engine, EngineOptions, Executed, ExecutionsQuery, Handle, Recover};
use serde_json::{Value, json};

/// An engine on a folder of its own, without limits on its queue.
pub struct Bench {
    engine: Engine,
    handle: Handle,
    folder: tempfile::TempDir,
}

fn place() -> PathBuf {
    let given = std::env::var_os("PLANLOOM_BENCH_DIR").map(PathBuf::from);
    let place = given.unwrap_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")));
    std::fs::create_dir_all(&place).expect("the folder for the data");
    place
}

impl Bench {
    pub async fn open() -> Bench {
        let folder = tempfile::tempdir_in(place()).expect("a folder");
        let bench = Bench::at(folder).await;
        bench.patch(json!({"queues": {"default": {"limit": null}}})).await;
        bench
    }

    async fn at(folder: tempfile::TempDir) -> Bench {
        let environment: Environment = [("PLANLOOM_KEYCHAIN", "off")].into_iter().collect();
        let data = DataDir::at(folder.path().join("data"));
        let options = EngineOptions { data, what: "a benchmark".to_owned(), environment, recover: Recover::All };
        let engine = Engine::open(options).await.expect("the engine opens");
        let handle = engine.handle();
        Bench { engine, handle, folder }
    }

    /// A database that already holds `count` ended executions of a hundred plans.
    pub async fn with_executions(count: usize) -> Bench {
        let folder = tempfile::tempdir_in(place()).expect("a folder");
        let data = DataDir::at(folder.path().join("data"));
        fill(&data, count);
        Bench::at(folder).await
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub async fn patch(&self, patch: Value) {
        self.handle.patch_settings(patch).await.expect("settings");
    }

    pub async fn plan(&self, plan: Value) -> String {
        self.handle.create_plan(plan, None).await.expect("the plan is right").id
    }

    async fn start(&self, plan: &str) -> String {
        let body = json!({"input": {}, "options": {"simulate": true}});
        match self.handle.execute(plan, body, None).await.expect("it starts") {
            Executed::Started(view) => view.id,
            Executed::DryRun(_) => unreachable!("nobody asked for a dry run"),
        }
    }

    /// One after the other.
    pub async fn run(&self, plan: &str, times: usize) {
        for _ in 0..times {
            self.run_one(plan).await;
        }
    }

    async fn run_one(&self, plan: &str) {
        let id = self.start(plan).await;
        self.handle.wait_until_ended(&id).await.expect("the engine runs");
    }

    /// All at once.
    pub async fn run_at_once(&self, plan: &str, times: usize) {
        futures_util::future::join_all((0..times).map(|_| self.run_one(plan))).await;
    }

    pub async fn commits(&self) -> u64 {
        let metrics = self.handle.metrics().await.expect("metrics");
        let line = metrics.lines().find(|line| line.starts_with("planloom_commits_total "));
        line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).expect("a count")
    }

    /// Median and 99th percentile of the first page.
    pub async fn time_lists(&self, search: Option<&str>, times: usize) -> (Duration, Duration) {
        let mut runs = Vec::with_capacity(times);
        for _ in 0..times {
            let query = ExecutionsQuery { search: search.map(str::to_owned), limit: 20, ..ExecutionsQuery::default() };
            let begun = Instant::now();
            let page = self.handle.executions(query).await.expect("a page");
            runs.push(begun.elapsed());
            assert!(!page.items.is_empty(), "the list is not empty");
        }
        runs.sort_unstable();
        (runs[times / 2], runs[times * 99 / 100])
    }

    /// Ends the engine and says how many commits it made.
    pub async fn close(self) -> u64 {
        let commits = self.commits().await;
        self.engine.shut_down().await;
        commits
    }
}

fn fill(data: &DataDir, count: usize) {
    use planloom_store::{ExecutionState, NewExecution, OpenOptions, PlanContent, Store};
    let (_store, mut writer) = Store::open(data, &OpenOptions::new("a benchmark")).expect("a store");
    let mut tx = writer.begin().expect("a transaction");
    for plan in 0..100 {
        let content = PlanContent {
            name: format!("contract review {plan}"),
            description: String::new(),
            tags: Vec::new(),
            document: chain(3).to_string(),
            note: None,
        };
        tx.insert_plan(&format!("dt_plan_{plan:032x}"), &content, 0).expect("a plan");
    }
    for at in 0..count {
        let id = format!("dt_exec_{at:032x}");
        let plan = at % 100;
        let new = NewExecution {
            id: id.clone(),
            plan_id: format!("dt_plan_{plan:032x}"),
            plan_version: 1,
            plan_name: format!("contract review {plan}"),
            created_at: at as i64,
            simulated: true,
        };
        tx.insert_execution(&new).expect("an execution");
        let view = json!({"id": id, "planId": new.plan_id, "planName": new.plan_name, "status": "completed"});
        let state = ExecutionState {
            status: "completed".to_owned(),
            ended: true,
            started_at: Some(at as i64),
            completed_at: Some(at as i64 + 5),
            duration_ms: Some(5),
            cost_pico: Some(0),
            view: view.to_string(),
        };
        tx.put_execution(&id, &state).expect("a row");
    }
    tx.commit().expect("a commit");
}

/// A chain of steps.
pub fn chain(length: usize) -> Value {
    let step = |at: usize| match at {
        0 => json!({"id": "s0", "prompt": "begin"}),
        _ => json!({
            "id": format!("s{at}"), "prompt": format!("go on from {{{{s{}.output}}}}", at - 1),
            "dependsOn": [format!("s{}", at - 1)],
        }),
    };
    json!({"name": "chain", "steps": (0..length).map(step).collect::<Vec<_>>()})
}

/// One step, `width` steps beside each other, one step.
pub fn fan(width: usize) -> Value {
    let mut steps = vec![json!({"id": "first", "prompt": "begin"})];
    let leaf = |at| json!({"id": format!("s{at}"), "prompt": "read {{first.output}}", "dependsOn": ["first"]});
    steps.extend((0..width).map(leaf));
    let all: Vec<String> = (0..width).map(|at| format!("s{at}")).collect();
    steps.push(json!({"id": "last", "prompt": "end", "dependsOn": all}));
    json!({"name": "fan", "steps": steps})
}

/// One step, two beside each other, one step.
pub fn diamond() -> Value {
    json!({"name": "diamond", "steps": [
        {"id": "top", "prompt": "begin"},
        {"id": "left", "prompt": "left of {{top.output}}", "dependsOn": ["top"]},
        {"id": "right", "prompt": "right of {{top.output}}", "dependsOn": ["top"]},
        {"id": "bottom", "prompt": "{{left.output}} and {{right.output}}", "dependsOn": ["left", "right"]}
    ]})
}
