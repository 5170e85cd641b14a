//! Read rows of tasks: those that ended, and those that wait for a human.
//!
//! Live tasks are the engine's; these rows serve views of ended executions, the inbox and the statistics, and are
//! rebuilt from the journal when asked.

use rusqlite::{OptionalExtension, Row, params};

use crate::{
    error::{Error, Result, Subject},
    executions::{clamped, unsigned},
    store::Snapshot,
    writer::Transaction,
};

/// Room for the steps of one execution in `tasks.row_id`; a plan has at most 10,000.
const STEPS_PER_EXECUTION: i64 = 65_536;

/// What a human decided about an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Approved unchanged.
    Accepted,
    /// Approved with another text.
    Edited,
    Rejected,
}

impl Verdict {
    fn as_str(self) -> &'static str {
        match self {
            Verdict::Accepted => "accepted",
            Verdict::Edited => "edited",
            Verdict::Rejected => "rejected",
        }
    }

    fn parse(text: &str) -> Option<Verdict> {
        [Verdict::Accepted, Verdict::Edited, Verdict::Rejected].into_iter().find(|verdict| verdict.as_str() == text)
    }
}

/// Tokens of a task over all its calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    pub input: u64,
    pub output: u64,
    pub cache_read: u64,
    pub cache_write: u64,
}

/// A task's read row.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskState {
    /// The place of its step in the plan, from 0.
    pub step_index: u32,
    pub task_id: String,
    pub step_id: String,
    pub status: String,
    /// The alias.
    pub model: Option<String>,
    pub provider: Option<String>,
    pub tokens: Tokens,
    /// In 10⁻¹² US dollars; `None` when it is unknown.
    pub cost_pico: Option<u64>,
    pub duration_ms: Option<u64>,
    pub confidence: Option<f64>,
    pub verdict: Option<Verdict>,
    pub created_at: i64,
    pub completed_at: Option<i64>,
    /// JSON text.
    pub view: String,
}

/// A task with what it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskRow {
    pub execution: String,
    pub plan_id: String,
    pub task: TaskState,
}

const COLUMNS: &str = "e.id, p.id, t.row_id, t.task_id, t.step_id, t.status, t.model, t.provider, t.input_tokens,
    t.output_tokens, t.cache_read_tokens, t.cache_write_tokens, t.cost_pico, t.duration_ms, t.confidence, t.verdict,
    t.created_at, t.completed_at, t.view
    FROM tasks t JOIN executions e ON e.row_id = t.row_id / 65536 JOIN plans p ON p.row_id = e.plan";

impl Transaction<'_> {
    /// Writes the read row of a task, whether or not there is one.
    pub fn put_task(&mut self, execution: &str, task: &TaskState) -> Result<()> {
        if i64::from(task.step_index) >= STEPS_PER_EXECUTION {
            return Err(Error::Invalid {
                detail: format!("Step {} of {execution} is beyond the {STEPS_PER_EXECUTION}th.", task.step_index),
            });
        }
        let row = self.execution_row(execution)? * STEPS_PER_EXECUTION + i64::from(task.step_index);
        self.sql(
            "INSERT INTO tasks (row_id, task_id, step_id, status, model, provider, input_tokens, output_tokens,
                 cache_read_tokens, cache_write_tokens, cost_pico, duration_ms, confidence, verdict, created_at,
                 completed_at, view)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
             ON CONFLICT (row_id) DO UPDATE SET status = excluded.status, model = excluded.model,
                 provider = excluded.provider, input_tokens = excluded.input_tokens,
                 output_tokens = excluded.output_tokens, cache_read_tokens = excluded.cache_read_tokens,
                 cache_write_tokens = excluded.cache_write_tokens, cost_pico = excluded.cost_pico,
                 duration_ms = excluded.duration_ms, confidence = excluded.confidence, verdict = excluded.verdict,
                 created_at = excluded.created_at, completed_at = excluded.completed_at, view = excluded.view",
        )?
        .execute(params![
            row,
            task.task_id,
            task.step_id,
            task.status,
            task.model,
            task.provider,
            clamped(task.tokens.input),
            clamped(task.tokens.output),
            clamped(task.tokens.cache_read),
            clamped(task.tokens.cache_write),
            task.cost_pico.map(clamped),
            task.duration_ms.map(clamped),
            task.confidence,
            task.verdict.map(Verdict::as_str),
            task.created_at,
            task.completed_at,
            task.view
        ])?;
        Ok(())
    }

    /// Takes the row of a task away: it is live again, because its execution was resumed.
    pub fn delete_task(&mut self, execution: &str, step_index: u32) -> Result<()> {
        let row = self.execution_row(execution)? * STEPS_PER_EXECUTION + i64::from(step_index);
        match self.sql("DELETE FROM tasks WHERE row_id = ?1")?.execute([row])? {
            0 => Err(Error::not_found(Subject::Task, format!("{step_index} of {execution}"))),
            _ => Ok(()),
        }
    }
}

impl Snapshot<'_> {
    /// The tasks of an execution that have a row, in plan order.
    pub fn tasks(&self, execution: &str) -> Result<Vec<TaskRow>> {
        let sql = format!(
            "SELECT {COLUMNS} WHERE t.row_id BETWEEN (SELECT row_id FROM executions WHERE id = ?1) * 65536
                 AND (SELECT row_id FROM executions WHERE id = ?1) * 65536 + 65535 ORDER BY t.row_id"
        );
        let mut statement = self.sql(&sql)?;
        let rows = statement.query_map([execution], task_row)?;
        rows.collect::<rusqlite::Result<_>>().map_err(Error::from)
    }

    pub fn task(&self, task_id: &str) -> Result<Option<TaskRow>> {
        let sql = format!("SELECT {COLUMNS} WHERE t.task_id = ?1");
        Ok(self.sql(&sql)?.query_row([task_id], task_row).optional()?)
    }

    /// Every open approval, the newest first.
    pub fn tasks_awaiting_approval(&self) -> Result<Vec<TaskRow>> {
        let sql =
            format!("SELECT {COLUMNS} WHERE t.status = 'awaiting_approval' ORDER BY t.created_at DESC, t.row_id DESC");
        let mut statement = self.sql(&sql)?;
        let rows = statement.query_map([], task_row)?;
        rows.collect::<rusqlite::Result<_>>().map_err(Error::from)
    }
}

fn task_row(row: &Row<'_>) -> rusqlite::Result<TaskRow> {
    let place: i64 = row.get(2)?;
    Ok(TaskRow {
        execution: row.get(0)?,
        plan_id: row.get(1)?,
        task: TaskState {
            step_index: u32::try_from(place % STEPS_PER_EXECUTION).unwrap_or(u32::MAX),
            task_id: row.get(3)?,
            step_id: row.get(4)?,
            status: row.get(5)?,
            model: row.get(6)?,
            provider: row.get(7)?,
            tokens: Tokens {
                input: unsigned(row, 8)?.unwrap_or(0),
                output: unsigned(row, 9)?.unwrap_or(0),
                cache_read: unsigned(row, 10)?.unwrap_or(0),
                cache_write: unsigned(row, 11)?.unwrap_or(0),
            },
            cost_pico: unsigned(row, 12)?,
            duration_ms: unsigned(row, 13)?,
            confidence: row.get(14)?,
            verdict: row.get::<_, Option<String>>(15)?.as_deref().and_then(Verdict::parse),
            created_at: row.get(16)?,
            completed_at: row.get(17)?,
            view: row.get(18)?,
        },
    })
}
