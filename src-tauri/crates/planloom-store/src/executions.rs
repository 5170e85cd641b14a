//! Executions as lists and single views see them: what never changes, and the read row that follows the journal.
//!
//! Totals come from counters, searches from an index in memory (`search`); nothing here folds events.

use rusqlite::{OptionalExtension, Row, ToSql, params};

use crate::{
    error::{Error, Result, Subject},
    search,
    store::{Page, Snapshot},
    writer::Transaction,
};

/// What never changes about an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewExecution {
    pub id: String,
    pub plan_id: String,
    pub plan_version: u32,
    pub plan_name: String,
    pub created_at: i64,
    pub simulated: bool,
}

/// What follows the journal, written with each change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionState {
    pub status: String,
    /// Completed, failed or cancelled: nothing will happen by itself any more.
    pub ended: bool,
    pub started_at: Option<i64>,
    pub completed_at: Option<i64>,
    /// Measured, not the difference of the timestamps.
    pub duration_ms: Option<u64>,
    /// In 10⁻¹² US dollars; `None` when it is unknown.
    pub cost_pico: Option<u64>,
    /// JSON text for lists.
    pub view: String,
}

/// An execution as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionRow {
    pub identity: NewExecution,
    pub state: ExecutionState,
}

/// Which executions a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecutionFilter {
    pub plan_id: Option<String>,
    pub status: Option<String>,
    /// A part of the plan's name or of the execution's id, in any case.
    pub search: Option<String>,
}

const COLUMNS: &str = "e.id, p.id, e.plan_version, e.plan_name, e.created_at, e.simulated,
    r.status, r.ended, r.started_at, r.completed_at, r.duration_ms, r.cost_pico, r.view
    FROM executions e JOIN execution_rows r ON r.execution = e.row_id JOIN plans p ON p.row_id = e.plan";

impl Transaction<'_> {
    /// Creates an execution; its events and its state can follow in the same transaction.
    pub fn insert_execution(&mut self, new: &NewExecution) -> Result<()> {
        let plan = self.snapshot().plan_row(&new.plan_id)?;
        let inserted = self
            .sql(
                "INSERT INTO executions (id, plan, plan_version, plan_name, created_at, simulated)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING",
            )?
            .execute(params![new.id, plan, new.plan_version, new.plan_name, new.created_at, new.simulated])?;
        if inserted == 0 {
            return Err(Error::Exists { subject: Subject::Execution, id: new.id.clone() });
        }
        self.remember_execution(&new.id, self.conn.last_insert_rowid());
        Ok(())
    }

    /// Writes the read row of an execution, whether or not there is one.
    pub fn put_execution(&mut self, execution: &str, state: &ExecutionState) -> Result<()> {
        let row = self.execution_row(execution)?;
        // Most changes leave the status as it is: then no index and no counter has to be touched.
        if !state.ended {
            let progressed = self
                .sql(
                    "UPDATE execution_rows SET cost_pico = ?5, duration_ms = ?6, view = ?7
                     WHERE execution = ?1 AND status = ?2 AND ended = 0 AND started_at IS ?3 AND completed_at IS ?4",
                )?
                .execute(params![
                    row,
                    state.status,
                    state.started_at,
                    state.completed_at,
                    state.cost_pico.map(clamped),
                    state.duration_ms.map(clamped),
                    state.view
                ])?;
            if progressed == 1 {
                return Ok(());
            }
        }
        self.sql(
            "INSERT INTO execution_rows
                 (execution, plan, status, ended, started_at, completed_at, duration_ms, cost_pico, view)
             VALUES (?1, (SELECT plan FROM executions WHERE row_id = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (execution) DO UPDATE SET status = excluded.status, ended = excluded.ended,
                 started_at = excluded.started_at, completed_at = excluded.completed_at,
                 duration_ms = excluded.duration_ms, cost_pico = excluded.cost_pico, view = excluded.view",
        )?
        .execute(params![
            row,
            state.status,
            state.ended,
            state.started_at,
            state.completed_at,
            state.duration_ms.map(clamped),
            state.cost_pico.map(clamped),
            state.view
        ])?;
        Ok(())
    }

    /// Removes every row that can be rebuilt from the journal: the states of executions and the tasks.
    pub fn clear_read_rows(&mut self) -> Result<()> {
        self.sql("DELETE FROM execution_rows")?.execute([])?;
        self.sql("DELETE FROM execution_counts")?.execute([])?;
        self.sql("DELETE FROM tasks")?.execute([])?;
        Ok(())
    }
}

/// SQLite's integers are signed; no real count or sum comes near the limit.
pub(crate) fn clamped(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

impl Snapshot<'_> {
    /// One execution.
    pub fn execution(&self, id: &str) -> Result<Option<ExecutionRow>> {
        let sql = format!("SELECT {COLUMNS} WHERE e.id = ?1");
        Ok(self.sql(&sql)?.query_row([id], execution_row).optional()?)
    }

    /// Executions that go on after a start, oldest first.
    pub fn unended_executions(&self) -> Result<Vec<ExecutionRow>> {
        let sql = format!("SELECT {COLUMNS} WHERE r.ended = 0 ORDER BY r.execution");
        let mut statement = self.sql(&sql)?;
        let rows = statement.query_map([], execution_row)?;
        rows.collect::<rusqlite::Result<_>>().map_err(Error::from)
    }

    /// The ids of all executions, oldest first: what a rebuilding goes through.
    pub fn execution_ids(&self) -> Result<Vec<String>> {
        let mut statement = self.sql("SELECT id FROM executions ORDER BY row_id")?;
        let ids = statement.query_map([], |row| row.get(0))?;
        ids.collect::<rusqlite::Result<_>>().map_err(Error::from)
    }

    /// A page of executions, the newest first.
    pub fn list_executions(&self, filter: &ExecutionFilter, limit: u32, offset: u32) -> Result<Page<ExecutionRow>> {
        let plan = match &filter.plan_id {
            None => None,
            Some(id) => match self.plan_row_if_any(id)? {
                Some(row) => Some(row),
                None => return Ok(Page { items: Vec::new(), total: 0 }),
            },
        };
        match filter.search.as_deref().map(search::fold).filter(|term| !term.is_empty()) {
            Some(term) => self.search_executions(&term, plan, filter.status.as_deref(), limit, offset),
            None => self.list_by_index(plan, filter.status.as_deref(), limit, offset),
        }
    }

    fn list_by_index(
        &self,
        plan: Option<i64>,
        status: Option<&str>,
        limit: u32,
        offset: u32,
    ) -> Result<Page<ExecutionRow>> {
        let total = self.count_executions(plan, status)?;
        if total <= u64::from(offset) {
            return Ok(Page { items: Vec::new(), total });
        }
        if plan.is_none() && status.is_none() {
            return self.list_all(total, limit, offset);
        }
        // The rows to skip are skipped in the narrow index, only the page itself is read.
        let (from, order) = match (plan.is_some(), status.is_some()) {
            (true, false) => ("execution_rows INDEXED BY execution_rows_by_plan", "WHERE plan = ?1"),
            (false, _) => ("execution_rows INDEXED BY execution_rows_by_status", "WHERE status = ?2"),
            (true, true) => {
                ("execution_rows INDEXED BY execution_rows_by_plan_and_status", "WHERE plan = ?1 AND status = ?2")
            }
        };
        let sql = format!(
            "WITH page AS MATERIALIZED (SELECT execution FROM {from} {order} ORDER BY execution DESC LIMIT ?3 OFFSET ?4)
             SELECT {COLUMNS} JOIN page ON page.execution = e.row_id ORDER BY e.row_id DESC"
        );
        let mut statement = self.sql(&sql)?;
        let arguments: [&dyn ToSql; 4] = [&plan, &status, &limit, &offset];
        let rows = statement.query_map(&arguments[..], execution_row)?;
        Ok(Page { items: rows.collect::<rusqlite::Result<_>>()?, total })
    }

    /// Without a filter the row numbers tell where a page begins, as long as none is missing.
    fn list_all(&self, total: u64, limit: u32, offset: u32) -> Result<Page<ExecutionRow>> {
        let newest: i64 =
            self.sql("SELECT ifnull(max(execution), 0) FROM execution_rows")?.query_row([], |row| row.get(0))?;
        let skipped = if newest.unsigned_abs() == total { offset } else { 0 };
        let sql = format!("SELECT {COLUMNS} WHERE r.execution <= ?1 ORDER BY r.execution DESC LIMIT ?2 OFFSET ?3");
        let mut statement = self.sql(&sql)?;
        let rows = statement.query_map(params![newest - i64::from(skipped), limit, offset - skipped], execution_row)?;
        Ok(Page { items: rows.collect::<rusqlite::Result<_>>()?, total })
    }

    /// From the counters that triggers keep.
    pub(crate) fn count_executions(&self, plan: Option<i64>, status: Option<&str>) -> Result<u64> {
        let sql = match (plan.is_some(), status.is_some()) {
            (false, false) => "SELECT ifnull(sum(executions), 0) FROM execution_counts",
            (true, false) => "SELECT ifnull(sum(executions), 0) FROM execution_counts WHERE plan = ?1",
            (false, true) => "SELECT ifnull(sum(executions), 0) FROM execution_counts WHERE status = ?2",
            (true, true) => "SELECT ifnull(sum(executions), 0) FROM execution_counts WHERE plan = ?1 AND status = ?2",
        };
        let arguments: [&dyn ToSql; 2] = [&plan, &status];
        let used = if status.is_some() { 2 } else { usize::from(plan.is_some()) };
        let total: i64 = self.sql(sql)?.query_row(&arguments[..used], |row| row.get(0))?;
        Ok(total.unsigned_abs())
    }

    /// How many executions there are in each status, for the metrics.
    pub fn executions_by_status(&self) -> Result<Vec<(String, u64)>> {
        let mut statement = self.sql(
            "SELECT status, sum(executions) FROM execution_counts GROUP BY status HAVING sum(executions) > 0 ORDER BY status",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
        rows.collect::<rusqlite::Result<_>>().map_err(Error::from)
    }

    fn search_executions(
        &self,
        term: &str,
        plan: Option<i64>,
        status: Option<&str>,
        limit: u32,
        offset: u32,
    ) -> Result<Page<ExecutionRow>> {
        let found = self.search_rows(term, plan, status, limit as usize, offset as usize)?;
        let sql = format!("SELECT {COLUMNS} WHERE e.row_id = ?1");
        let mut statement = self.sql(&sql)?;
        let mut items = Vec::with_capacity(found.page.len());
        for row in &found.page {
            items.extend(statement.query_row([row], execution_row).optional()?);
        }
        Ok(Page { items, total: found.total })
    }
}

fn execution_row(row: &Row<'_>) -> rusqlite::Result<ExecutionRow> {
    Ok(ExecutionRow {
        identity: NewExecution {
            id: row.get(0)?,
            plan_id: row.get(1)?,
            plan_version: row.get(2)?,
            plan_name: row.get(3)?,
            created_at: row.get(4)?,
            simulated: row.get(5)?,
        },
        state: ExecutionState {
            status: row.get(6)?,
            ended: row.get(7)?,
            started_at: row.get(8)?,
            completed_at: row.get(9)?,
            duration_ms: unsigned(row, 10)?,
            cost_pico: unsigned(row, 11)?,
            view: row.get(12)?,
        },
    })
}

pub(crate) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<u64>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(i64::unsigned_abs))
}
