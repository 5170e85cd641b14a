//! The closed sets of words in views, so that whoever reads the API's description knows all of them.

use std::fmt;

use planloom_core::execution::{ReviewReason, TaskStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a paused execution waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PausedKind {
    Approval,
    Budget,
}

/// Why a step was skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkippedReason {
    /// Its condition was false.
    Condition,
    /// Everything it depends on was skipped.
    Dependencies,
}

/// Why an execution failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExecutionErrorCode {
    ExecutionTimeout,
    StepFailed,
    StepRejected,
}

/// What a lane bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LaneKind {
    Queue,
    /// A provider's model.
    Model,
}

impl LaneKind {
    pub fn as_str(self) -> &'static str {
        match self {
            LaneKind::Queue => "queue",
            LaneKind::Model => "model",
        }
    }
}

/// Whether the engine can work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServiceStatus {
    Ok,
    /// The database cannot be written at the moment.
    Degraded,
}

/// Whether the database can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseStatus {
    Ok,
    Unavailable,
}

/// What was decided on an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    Approved,
    Rejected,
}

impl fmt::Display for DecisionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DecisionKind::Approved => "approved",
            DecisionKind::Rejected => "rejected",
        })
    }
}

/// Where an approval stands; once it is decided, the task's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalStatus {
    Pending,
    /// Overdue, and still open.
    Expired,
    /// Decided, and the decision can still be taken back.
    Held,
    Queued,
    Running,
    Completed,
    Failed,
    Rejected,
    Skipped,
    Cancelled,
}

impl From<TaskStatus> for ApprovalStatus {
    fn from(status: TaskStatus) -> ApprovalStatus {
        match status {
            TaskStatus::Pending | TaskStatus::AwaitingApproval => ApprovalStatus::Pending,
            TaskStatus::Queued => ApprovalStatus::Queued,
            TaskStatus::Running => ApprovalStatus::Running,
            TaskStatus::Completed => ApprovalStatus::Completed,
            TaskStatus::Failed => ApprovalStatus::Failed,
            TaskStatus::Rejected => ApprovalStatus::Rejected,
            TaskStatus::Skipped => ApprovalStatus::Skipped,
            TaskStatus::Cancelled => ApprovalStatus::Cancelled,
        }
    }
}

/// Why a human is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalReason {
    /// The plan or the request asks for it.
    Required,
    /// The score is below the threshold.
    LowConfidence,
    /// There is no score.
    NotScored,
    /// Good enough, but truncated or repaired.
    Imperfect,
    /// One of the share that is reviewed although it passed.
    SpotCheck,
    /// Nobody is asked any more.
    Decided,
}

impl From<ReviewReason> for ApprovalReason {
    fn from(reason: ReviewReason) -> ApprovalReason {
        match reason {
            ReviewReason::Required => ApprovalReason::Required,
            ReviewReason::LowConfidence => ApprovalReason::LowConfidence,
            ReviewReason::NotScored => ApprovalReason::NotScored,
            ReviewReason::Imperfect => ApprovalReason::Imperfect,
            ReviewReason::SpotCheck => ApprovalReason::SpotCheck,
        }
    }
}

/// What happened to an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HistoryEvent {
    Requested,
    Assigned,
    Reminded,
    Expired,
    Approved,
    Rejected,
    Undone,
    Cancelled,
    AutoApproved,
}

/// The status of an approved task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovedStatus {
    Completed,
}

/// The status of a rejected task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RejectedStatus {
    Rejected,
    /// It is tried again.
    Pending,
}

/// The status of what was not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DryRunStatus {
    DryRun,
}
