//! Sums over executions and tasks: what a plan's card shows, what `/stats` answers, and the calibration of scores.

use rusqlite::{Row, params};

use crate::{
    error::{Error, Result},
    store::Snapshot,
    tasks::Tokens,
};

/// How many recent outcomes a plan's card shows.
const RECENT: u32 = 12;

/// What is known of the executions of one plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlanStatistics {
    pub executions: u64,
    /// The statuses of the last twelve, the newest first.
    pub recent: Vec<String>,
    /// Over the completed executions whose cost is known, in US dollars.
    pub average_cost_usd: Option<f64>,
    /// Over the completed executions.
    pub average_duration_ms: Option<f64>,
}

impl PlanStatistics {
    pub fn last_status(&self) -> Option<&str> {
        self.recent.first().map(String::as_str)
    }
}

/// What the tasks are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    Plan,
    /// The alias.
    Model,
    Provider,
    Status,
    /// The day (UTC) on which they ended, `2026-11-23`.
    Day,
}

/// One group of tasks that ended.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskStatistics {
    /// `None` collects tasks without such a value, such as skipped ones without a model.
    pub group: Option<String>,
    pub tasks: u64,
    pub completed: u64,
    pub failed: u64,
    pub rejected: u64,
    pub tokens: Tokens,
    /// Of those whose cost is known, in US dollars.
    pub known_cost_usd: f64,
    /// How many have no known cost.
    pub unknown_costs: u64,
    pub average_duration_ms: Option<f64>,
}

/// Human verdicts on outputs of one confidence, in hundredths (85 is 0.85 up to 0.86); `None` where the score failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calibration {
    pub confidence_hundredths: Option<u32>,
    pub accepted: u64,
    pub edited: u64,
    pub rejected: u64,
}

impl Snapshot<'_> {
    /// Statistics of the plans of one page, in the order asked for.
    pub fn plan_statistics(&self, plans: &[String]) -> Result<Vec<PlanStatistics>> {
        plans.iter().map(|id| self.statistics_of_plan(id)).collect()
    }

    fn statistics_of_plan(&self, id: &str) -> Result<PlanStatistics> {
        let Some(plan) = self.plan_row_if_any(id)? else { return Ok(PlanStatistics::default()) };
        let mut sums = self.sql(
            "SELECT ifnull(sum(executions), 0),
                 total(cost_pico) FILTER (WHERE status = 'completed')
                     / nullif(sum(costs) FILTER (WHERE status = 'completed'), 0) / 1e12,
                 total(duration_ms) FILTER (WHERE status = 'completed')
                     / nullif(sum(durations) FILTER (WHERE status = 'completed'), 0)
             FROM execution_counts WHERE plan = ?1",
        )?;
        let mut statistics = sums.query_row([plan], |row| {
            Ok(PlanStatistics {
                executions: count(row, 0)?,
                recent: Vec::new(),
                average_cost_usd: row.get(1)?,
                average_duration_ms: row.get(2)?,
            })
        })?;
        let mut recent = self.sql(
            "SELECT status FROM execution_rows INDEXED BY execution_rows_by_plan
             WHERE plan = ?1 ORDER BY execution DESC LIMIT ?2",
        )?;
        statistics.recent =
            recent.query_map(params![plan, RECENT], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        Ok(statistics)
    }

    /// Tasks that ended from `from` on and before `to`, in groups.
    pub fn task_statistics(&self, from: i64, to: i64, group_by: GroupBy) -> Result<Vec<TaskStatistics>> {
        let (group, join) = match group_by {
            GroupBy::Plan => ("e.plan", "JOIN executions e ON e.row_id = t.row_id / 65536"),
            GroupBy::Model => ("t.model", ""),
            GroupBy::Provider => ("t.provider", ""),
            GroupBy::Status => ("t.status", ""),
            GroupBy::Day => ("date(t.completed_at / 1000, 'unixepoch')", ""),
        };
        let shown = if group_by == GroupBy::Plan { "(SELECT id FROM plans WHERE row_id = e.plan)" } else { group };
        let sql = format!(
            "SELECT {shown}, count(*), count(*) FILTER (WHERE t.status = 'completed'),
                 count(*) FILTER (WHERE t.status = 'failed'), count(*) FILTER (WHERE t.status = 'rejected'),
                 sum(t.input_tokens), sum(t.output_tokens), sum(t.cache_read_tokens), sum(t.cache_write_tokens),
                 total(t.cost_pico) / 1e12, count(*) - count(t.cost_pico), avg(t.duration_ms)
             FROM tasks t {join} WHERE t.completed_at >= ?1 AND t.completed_at < ?2 GROUP BY {group} ORDER BY 1"
        );
        let mut statement = self.sql(&sql)?;
        let rows = statement.query_map([from, to], task_statistics)?;
        rows.collect::<rusqlite::Result<_>>().map_err(Error::from)
    }

    /// Human verdicts from `from` on and before `to`, by confidence.
    pub fn calibration(&self, from: i64, to: i64) -> Result<Vec<Calibration>> {
        let mut statement = self.sql(
            // The tiny addition undoes what binary fractions lose: 0.29 * 100 is 28.999….
            "SELECT CAST(confidence * 100 + 1e-9 AS INTEGER), count(*) FILTER (WHERE verdict = 'accepted'),
                 count(*) FILTER (WHERE verdict = 'edited'), count(*) FILTER (WHERE verdict = 'rejected')
             FROM tasks WHERE verdict IS NOT NULL AND completed_at >= ?1 AND completed_at < ?2 GROUP BY 1 ORDER BY 1",
        )?;
        let rows = statement.query_map([from, to], |row| {
            Ok(Calibration {
                confidence_hundredths: row.get(0)?,
                accepted: count(row, 1)?,
                edited: count(row, 2)?,
                rejected: count(row, 3)?,
            })
        })?;
        rows.collect::<rusqlite::Result<_>>().map_err(Error::from)
    }
}

fn task_statistics(row: &Row<'_>) -> rusqlite::Result<TaskStatistics> {
    Ok(TaskStatistics {
        group: row.get(0)?,
        tasks: count(row, 1)?,
        completed: count(row, 2)?,
        failed: count(row, 3)?,
        rejected: count(row, 4)?,
        tokens: Tokens {
            input: count(row, 5)?,
            output: count(row, 6)?,
            cache_read: count(row, 7)?,
            cache_write: count(row, 8)?,
        },
        known_cost_usd: row.get(9)?,
        unknown_costs: count(row, 10)?,
        average_duration_ms: row.get(11)?,
    })
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.unsigned_abs())
}
