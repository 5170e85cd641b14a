//! The store as the engine and the commands use it, on real files.

mod backups;
mod bad_files;
mod executions;
mod faults;
mod folders;
mod journal;
mod plans;
mod small_tables;
mod statistics;
mod texts;

use planloom_store::{
    DataDir, ExecutionState, JournalEvent, NO_HASH, NewExecution, OpenOptions, PlanContent, Result, Store, TaskState,
    Tokens, Transaction, Writer,
};

/// A data folder that goes away with the test.
pub(crate) struct Folder {
    _temporary: tempfile::TempDir,
    pub dir: DataDir,
}

impl Folder {
    pub(crate) fn new() -> Folder {
        let temporary = tempfile::tempdir().unwrap();
        let dir = DataDir::at(temporary.path().join("data"));
        Folder { _temporary: temporary, dir }
    }

    pub fn open(&self) -> (Store, Writer) {
        self.try_open().unwrap()
    }

    pub fn try_open(&self) -> Result<(Store, Writer)> {
        Store::open(&self.dir, &OpenOptions::new("a test"))
    }

    /// A folder with one plan, `dt_plan_a`, in it.
    pub fn with_plan(&self) -> (Store, Writer) {
        let (store, mut writer) = self.open();
        commit(&mut writer, |tx| tx.insert_plan("dt_plan_a", &content("Contract review"), 1));
        (store, writer)
    }
}

pub fn commit<T>(writer: &mut Writer, write: impl FnOnce(&mut Transaction<'_>) -> Result<T>) -> T {
    let mut tx = writer.begin().unwrap();
    let answer = write(&mut tx).unwrap();
    tx.commit().unwrap();
    answer
}

pub fn content(name: &str) -> PlanContent {
    PlanContent {
        name: name.into(),
        description: String::new(),
        tags: Vec::new(),
        document: format!("{{\"name\":\"{name}\"}}"),
        note: None,
    }
}

pub fn new_execution(id: &str, plan_id: &str, plan_name: &str) -> NewExecution {
    NewExecution {
        id: id.into(),
        plan_id: plan_id.into(),
        plan_version: 1,
        plan_name: plan_name.into(),
        created_at: 10,
        simulated: false,
    }
}

pub fn state(status: &str) -> ExecutionState {
    ExecutionState {
        status: status.into(),
        ended: ["completed", "failed", "cancelled"].contains(&status),
        started_at: Some(11),
        completed_at: None,
        duration_ms: None,
        cost_pico: None,
        view: "{}".into(),
    }
}

pub fn task(step_index: u32, task_id: &str, status: &str) -> TaskState {
    TaskState {
        step_index,
        task_id: task_id.into(),
        step_id: format!("step{step_index}"),
        status: status.into(),
        model: Some("haiku".into()),
        provider: Some("simulator".into()),
        tokens: Tokens { input: 10, output: 20, cache_read: 0, cache_write: 0 },
        cost_pico: Some(5),
        duration_ms: Some(30),
        confidence: None,
        verdict: None,
        created_at: 20,
        completed_at: Some(50),
        view: "{}".into(),
    }
}

/// Starts an execution with one event and a read row.
pub fn start(tx: &mut Transaction<'_>, id: &str, status: &str) -> Result<()> {
    tx.insert_execution(&new_execution(id, "dt_plan_a", "Contract review"))?;
    tx.append(id, 1, &NO_HASH, &[JournalEvent { at: 10, kind: "started", body: "{}" }])?;
    tx.put_execution(id, &state(status))
}
