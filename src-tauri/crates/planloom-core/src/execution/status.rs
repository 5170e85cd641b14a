//! What the outside sees of a state: statuses, progress, reasons for waiting.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ExecutionState, Outcome, Stage, StepIndex, TaskState};
use crate::usage::PicoUsd;

/// A task's public status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    Pending,
    Queued,
    Running,
    AwaitingApproval,
    Completed,
    Failed,
    Rejected,
    Skipped,
    Cancelled,
}

impl TaskStatus {
    /// How many there are.
    pub const COUNT: usize = 9;

    /// The word that API and database use.
    pub fn as_str(self) -> &'static str {
        match self {
            TaskStatus::Pending => "pending",
            TaskStatus::Queued => "queued",
            TaskStatus::Running => "running",
            TaskStatus::AwaitingApproval => "awaiting_approval",
            TaskStatus::Completed => "completed",
            TaskStatus::Failed => "failed",
            TaskStatus::Rejected => "rejected",
            TaskStatus::Skipped => "skipped",
            TaskStatus::Cancelled => "cancelled",
        }
    }
}

/// An execution's public status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExecutionStatus {
    Pending,
    Running,
    Paused,
    Completed,
    Failed,
    Cancelled,
}

impl ExecutionStatus {
    /// The word that API and database use.
    pub fn as_str(self) -> &'static str {
        match self {
            ExecutionStatus::Pending => "pending",
            ExecutionStatus::Running => "running",
            ExecutionStatus::Paused => "paused",
            ExecutionStatus::Completed => "completed",
            ExecutionStatus::Failed => "failed",
            ExecutionStatus::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more happens without a resume.
    pub fn has_ended(self) -> bool {
        match self {
            ExecutionStatus::Completed | ExecutionStatus::Failed | ExecutionStatus::Cancelled => true,
            ExecutionStatus::Pending | ExecutionStatus::Running | ExecutionStatus::Paused => false,
        }
    }
}

/// How many tasks are where; the parts always add up to `total`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    pub total: u32,
    pub completed: u32,
    pub running: u32,
    /// Not started, the queued ones among them.
    pub pending: u32,
    /// Failed or rejected.
    pub failed: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cancelled: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skipped: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub awaiting_approval: u32,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// What a queued task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueuedKind {
    Lane,
    RateLimit,
    Retry,
    Budget,
}

/// What a queued task waits for, and until when if that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuedReason {
    pub kind: QueuedKind,
    pub until_ms: Option<i64>,
}

/// Why an execution is paused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PausedReason {
    Approval { steps: Vec<StepIndex> },
    Budget { needed: PicoUsd, left: PicoUsd },
}

impl TaskState {
    /// The public status.
    pub fn status(&self) -> TaskStatus {
        match self {
            TaskState::Blocked | TaskState::Due => TaskStatus::Pending,
            TaskState::Queued { .. } | TaskState::Backoff { .. } => TaskStatus::Queued,
            TaskState::Running { .. } | TaskState::Repairing { .. } | TaskState::Scoring { .. } => TaskStatus::Running,
            TaskState::AwaitingApproval(_) | TaskState::Held { .. } => TaskStatus::AwaitingApproval,
            TaskState::Completed { .. } => TaskStatus::Completed,
            TaskState::Failed { .. } => TaskStatus::Failed,
            TaskState::Rejected { .. } => TaskStatus::Rejected,
            TaskState::Skipped { .. } => TaskStatus::Skipped,
            TaskState::Cancelled(_) => TaskStatus::Cancelled,
        }
    }

    /// Whether the task needs nothing more.
    pub fn has_ended(&self) -> bool {
        match self.status() {
            TaskStatus::Completed
            | TaskStatus::Failed
            | TaskStatus::Rejected
            | TaskStatus::Skipped
            | TaskStatus::Cancelled => true,
            TaskStatus::Pending | TaskStatus::Queued | TaskStatus::Running | TaskStatus::AwaitingApproval => false,
        }
    }

    /// Why a queued task waits.
    pub fn queued_reason(&self) -> Option<QueuedReason> {
        match self {
            TaskState::Queued { needed: Some(_) } => Some(QueuedReason { kind: QueuedKind::Budget, until_ms: None }),
            TaskState::Queued { needed: None } => Some(QueuedReason { kind: QueuedKind::Lane, until_ms: None }),
            TaskState::Backoff { until_ms, rate_limited, .. } => Some(QueuedReason {
                kind: if *rate_limited { QueuedKind::RateLimit } else { QueuedKind::Retry },
                until_ms: Some(*until_ms),
            }),
            TaskState::Blocked
            | TaskState::Due
            | TaskState::Running { .. }
            | TaskState::Repairing { .. }
            | TaskState::Scoring { .. }
            | TaskState::AwaitingApproval(_)
            | TaskState::Held { .. }
            | TaskState::Completed { .. }
            | TaskState::Failed { .. }
            | TaskState::Rejected { .. }
            | TaskState::Skipped { .. }
            | TaskState::Cancelled(_) => None,
        }
    }
}

impl ExecutionState {
    pub(super) fn count(&self, status: TaskStatus) -> u32 {
        self.counts[status as usize]
    }

    /// The public status: `running` while anything runs or is queued for more than the budget.
    pub fn status(&self) -> ExecutionStatus {
        match &self.stage {
            Stage::New => ExecutionStatus::Pending,
            Stage::Ended(Outcome::Completed) => ExecutionStatus::Completed,
            Stage::Ended(Outcome::Failed(_)) => ExecutionStatus::Failed,
            Stage::Ended(Outcome::Cancelled) => ExecutionStatus::Cancelled,
            Stage::Open => {
                let short = self.budget_short.len() as u32;
                let busy = self.count(TaskStatus::Running) + self.count(TaskStatus::Queued) - short + self.due;
                let waiting = self.count(TaskStatus::AwaitingApproval) + short;
                if busy == 0 && waiting > 0 { ExecutionStatus::Paused } else { ExecutionStatus::Running }
            }
        }
    }

    /// How many tasks are where.
    pub fn progress(&self) -> Progress {
        Progress {
            total: self.tasks.len() as u32,
            completed: self.count(TaskStatus::Completed),
            running: self.count(TaskStatus::Running),
            pending: self.count(TaskStatus::Pending) + self.count(TaskStatus::Queued),
            failed: self.count(TaskStatus::Failed) + self.count(TaskStatus::Rejected),
            cancelled: self.count(TaskStatus::Cancelled),
            skipped: self.count(TaskStatus::Skipped),
            awaiting_approval: self.count(TaskStatus::AwaitingApproval),
        }
    }

    /// All reasons for a pause; empty unless paused.
    pub fn paused_reasons(&self) -> Vec<PausedReason> {
        if self.status() != ExecutionStatus::Paused {
            return Vec::new();
        }
        let mut reasons = Vec::new();
        if self.count(TaskStatus::AwaitingApproval) > 0 {
            let waits = |step: &StepIndex| self.tasks[*step as usize].state.status() == TaskStatus::AwaitingApproval;
            reasons.push(PausedReason::Approval { steps: self.active.iter().copied().filter(waits).collect() });
        }
        if let Some((needed, _)) = self.budget_short.first() {
            reasons.push(PausedReason::Budget { needed: *needed, left: self.room().unwrap_or_default() });
        }
        reasons
    }

    /// Tasks that are ready and wait for a lane, in plan order; those that wait for the budget are left out.
    pub fn queued(&self) -> impl Iterator<Item = StepIndex> {
        self.queued.iter().copied()
    }
}
