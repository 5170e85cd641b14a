//! Plans, their versions, drafts and checks, as they are shown.

use super::*;

/// A published plan.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanView {
    pub id: String,
    pub version: u32,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    pub steps: Vec<planloom_core::plan::Step>,
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    pub input_schema: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub defaults: Option<planloom_core::plan::Defaults>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub hitl: Option<Hitl>,
    pub created_at: String,
    pub updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub archived_at: Option<String>,
    /// Positions and notes on the canvas.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    pub layout: Option<Value>,
    /// There is work in progress; with `view=summary`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub draft: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub draft_updated_at: Option<String>,
    /// With `view=summary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub stats: Option<PlanStats>,
    /// What the check has to say that stands in nobody's way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Problem>,
}

impl PlanView {
    pub(crate) fn new(id: String, version: u32, plan: Plan, created_at_ms: i64, updated_at_ms: i64) -> PlanView {
        PlanView {
            id,
            version,
            name: plan.name,
            description: plan.description,
            steps: plan.steps,
            tags: plan.tags,
            input_schema: plan.input_schema,
            defaults: plan.defaults,
            hitl: plan.hitl,
            created_at: timestamp(created_at_ms),
            updated_at: timestamp(updated_at_ms),
            archived_at: None,
            layout: None,
            draft: false,
            draft_updated_at: None,
            stats: None,
            warnings: Vec::new(),
        }
    }
}

/// How a plan's executions went.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanStats {
    pub executions: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_execution: Option<LastExecution>,
    /// The statuses of the last twelve, newest first.
    pub recent: Vec<ExecutionStatus>,
    /// USD, over those whose cost is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub average_cost: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub average_duration_ms: Option<u64>,
}

/// The newest execution of a plan.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastExecution {
    pub id: String,
    pub status: ExecutionStatus,
    pub progress: Progress,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paused_reasons: Vec<PausedReasonView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<ExecutionErrorView>,
    /// No model was called.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
    pub created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub completed_at: Option<String>,
}

/// What a list shows of an execution beside what its row has in columns: a part of the view that is kept for lists.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedExecution {
    pub(crate) status: ExecutionStatus,
    pub(crate) progress: Progress,
    #[serde(default)]
    pub(crate) paused_reasons: Vec<PausedReasonView>,
    pub(crate) error: Option<ExecutionErrorView>,
}

/// One version of a plan, without its text.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionView {
    pub version: u32,
    pub created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub note: Option<String>,
}

/// Work in progress on a plan; any state, errors allowed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DraftView {
    pub plan_id: String,
    /// To be sent back with the next change, so that a second window cannot overwrite it unseen.
    pub draft_revision: u64,
    #[schema(value_type = Object)]
    pub document: Value,
    pub updated_at: String,
}

/// The answer of a check.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Validation {
    pub valid: bool,
    pub issues: Vec<Problem>,
}
