//! What the API, the command line and the screens see: every shape that leaves the engine, made from states
//! and journals, never the other way round.

mod approval;
mod attempts;
mod execution;
mod frame;
mod plan;
mod storage;
mod timeline;
mod words;

use chrono::{DateTime, SecondsFormat, Utc};
use indexmap::IndexMap;
use planloom_core::check::Problem;
use planloom_core::execution::{ExecutionStatus, Progress, QueuedKind, TaskStatus};
use planloom_core::failure::Failure;
use planloom_core::plan::{Hitl, Options, Plan};
use planloom_core::usage::Usage;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub use approval::{ApprovalView, ApprovedView, DecisionView, HistoryEntry, MarksView, RejectedView};
pub(crate) use attempts::{attempts, history};
pub(crate) use execution::{execution_view, step_view};
pub use frame::{ApprovalFrame, EndFrame, EventData, Frame, FrameKind, LaggedFrame, TaskFrame, TextFrame};
pub(crate) use plan::ListedExecution;
pub use plan::{DraftView, LastExecution, PlanStats, PlanView, Validation, VersionView};
pub use storage::{BackupFile, BackupView, DataView};
pub(crate) use timeline::Timeline;
pub use timeline::{SegmentKind, SegmentOutcome, SegmentReason, SegmentView, TimelineView};
pub use words::{
    ApprovalReason, ApprovalStatus, ApprovedStatus, DatabaseStatus, DecisionKind, DryRunStatus, ExecutionErrorCode,
    HistoryEvent, LaneKind, PausedKind, RejectedStatus, ServiceStatus, SkippedReason,
};

/// RFC 3339 in UTC with milliseconds and `Z`.
pub fn timestamp(at_ms: i64) -> String {
    let at = DateTime::<Utc>::from_timestamp_millis(at_ms).unwrap_or_default();
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A part of a list, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    pub total: u64,
    pub limit: u32,
    pub offset: u64,
    pub has_more: bool,
}

/// A list with its pagination.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub pagination: Pagination,
}

/// One execution.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionView {
    pub id: String,
    pub plan_id: String,
    pub plan_version: u32,
    pub plan_name: String,
    pub status: ExecutionStatus,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paused_reasons: Vec<PausedReasonView>,
    pub progress: Progress,
    /// By step id, in plan order; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::HashMap<String, StepView>>, nullable = false)]
    pub steps: Option<IndexMap<String, StepView>>,
    pub usage: UsageView,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<ExecutionErrorView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// No model was called.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
    /// Absent in lists, with `outputs=none`, and once the texts were deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    pub input: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub hitl: Option<Hitl>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub options: Option<Options>,
    /// Inputs, prompts and outputs were deleted for ever.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub texts_deleted: bool,
    pub created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub started_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub completed_at: Option<String>,
    #[serde(skip)]
    pub(crate) input_ref: Option<planloom_core::execution::TextRef>,
}

/// One step of an execution.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    pub status: TaskStatus,
    /// What the step gives on; there when completed, empty when skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub output: Option<String>,
    /// The output as JSON, where the step has a schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub output_json: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub output_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub output_bytes: Option<u64>,
    /// What a call in flight has written so far; only in snapshots of the live view.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub text: Option<String>,
    /// What waits for a reviewer; not yet the output.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub draft: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub started_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub completed_at: Option<String>,
    /// Measured time of the model calls in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub duration_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub usage: Option<Usage>,
    pub task_id: String,
    /// The alias that the step names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub model: Option<String>,
    /// The provider's model that the last attempt used, as `provider:model id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub model_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub attempt: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub phase: Option<PhaseView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub confidence: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// USD; null where the price is not known. A call that was cut off makes it a lower bound (`costAtLeast`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub cost: Option<CostView>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cost_at_least: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub queued_reason: Option<QueuedReasonView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub skipped_reason: Option<SkippedReason>,
    /// Why a reviewer rejected it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rejected_reason: Option<String>,
    /// The deadline of the review.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub timeout_at: Option<String>,
    #[serde(skip)]
    pub(crate) output_ref: Option<planloom_core::execution::TextRef>,
    #[serde(skip)]
    pub(crate) draft_ref: Option<planloom_core::execution::TextRef>,
    #[serde(skip)]
    pub(crate) has_schema: bool,
}

/// Which call of an attempt is in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PhaseView {
    Call,
    Repair,
    Score,
}

/// What a queued step waits for.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueuedReasonView {
    pub kind: QueuedKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub until: Option<String>,
}

/// Why an execution is paused.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PausedReasonView {
    pub kind: PausedKind,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub task_ids: Vec<String>,
    /// USD that the next attempt may cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub needed: Option<f64>,
    /// USD that the budget has left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub left: Option<f64>,
}

/// Why an execution failed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionErrorView {
    pub code: ExecutionErrorCode,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub step_id: Option<String>,
    /// How often the step was tried; absent where it did not come to that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub attempts: Option<u32>,
}

/// Money in USD, written as a number, or null where some part has no price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CostView {
    pub total: Option<f64>,
    /// The part whose price is known, where that is not all.
    pub known: Option<f64>,
    /// A call was cut off, so it cost at least this.
    pub at_least: bool,
}

impl Serialize for CostView {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.total.serialize(serializer)
    }
}

/// Tokens and cost of a whole execution.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageView {
    pub input: u64,
    pub output: u64,
    pub total: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub cache_read: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub cache_write: Option<u64>,
    /// USD; null where some price is not known.
    #[schema(required)]
    pub total_cost: Option<f64>,
    /// The known part where `totalCost` is null.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub known_cost: Option<f64>,
    /// A call was cut off, so the cost is a lower bound.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub at_least: bool,
    /// Some provider gave no usage.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub estimated: bool,
}

/// What a dry run says: nothing was called, nothing stored.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DryRunView {
    /// Absent for a plan that is not stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub plan_id: Option<String>,
    pub status: DryRunStatus,
    pub progress: Progress,
    /// Step ids that can run at the same time, level by level.
    pub levels: Vec<Vec<String>>,
    #[schema(value_type = std::collections::HashMap<String, DryRunStep>)]
    pub steps: IndexMap<String, DryRunStep>,
    /// USD; null where a price is not known.
    #[schema(required)]
    pub cost_min: Option<f64>,
    #[schema(required)]
    pub cost_max: Option<f64>,
    /// Steps that will wait for a human, or may.
    pub reviews: Vec<String>,
    /// Those of `reviews` that only may: their score decides, or whether they run at all.
    pub reviews_maybe: Vec<String>,
    pub warnings: Vec<String>,
}

/// One step of a dry run.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DryRunStep {
    /// Rendered with the input; what is not known yet stands as written.
    pub prompt: String,
    /// References that only a run can fill.
    pub unresolved: Vec<String>,
    pub model: String,
    /// Estimated prompt tokens.
    pub tokens: u64,
    #[schema(required)]
    pub cost_min: Option<f64>,
    #[schema(required)]
    pub cost_max: Option<f64>,
}

/// One step of one execution, in full.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepDetail {
    pub execution_id: String,
    pub step_id: String,
    #[schema(value_type = StepView)]
    pub step: StepView,
    /// Absent while something it needs is missing, and once the texts were deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub prompt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub system: Option<String>,
    pub attempts: Vec<AttemptView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub marks: Option<MarksView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub decision: Option<DecisionView>,
    /// The model's text, where a reviewer's took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub original_output: Option<String>,
}

/// One call of one attempt.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttemptView {
    /// The attempt, counted from 1.
    pub n: u32,
    pub kind: PhaseView,
    /// `provider:model id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub model: Option<String>,
    pub started_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub duration_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub usage: Option<Usage>,
    /// USD; null where the price is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub cost: Option<CostView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<Failure>,
    /// The model was cut off because the program ended.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub output: Option<String>,
    #[serde(skip)]
    pub(crate) output_ref: Option<planloom_core::execution::TextRef>,
}

/// The answer to a cancel.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CancelledView {
    pub id: String,
    pub status: ExecutionStatus,
    pub progress: CancelledProgress,
}

/// Progress after a cancel: `cancelled` is always there.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CancelledProgress {
    pub total: u32,
    pub completed: u32,
    pub running: u32,
    pub pending: u32,
    pub failed: u32,
    pub cancelled: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub skipped: Option<u32>,
}

/// The answer to a deletion of texts.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TextsDeleted {
    pub id: String,
    /// Texts that are gone from the database.
    pub deleted: u64,
    /// Texts that another execution still has.
    pub kept: u64,
}

/// A queue, or a provider's model, with its load.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LaneView {
    pub kind: LaneKind,
    /// The queue's name, or `provider:model id`.
    pub name: String,
    /// Null: no limit.
    #[schema(required)]
    pub limit: Option<u32>,
    /// Attempts that have a place in it.
    pub running: u32,
    /// Tasks that wait for one.
    pub waiting: u32,
    /// Executions that have places in it, the oldest first, at most five.
    pub holders: Vec<String>,
    /// The provider asked for a pause until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub held_until: Option<String>,
}

/// Whether the engine can work.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthView {
    pub status: ServiceStatus,
    pub version: &'static str,
    pub uptime_ms: u64,
    pub database: DatabaseHealth,
}

/// The database's part of the health.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseHealth {
    pub status: DatabaseStatus,
    pub schema_version: u32,
}
