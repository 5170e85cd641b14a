//! Approvals and decisions, as reviewers see them.

use planloom_core::confidence::{Priority, ReviewerRole};

use super::*;

/// The evaluator's marks, 0 to 1.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MarksView {
    pub factual_consistency: f64,
    pub prompt_adherence: f64,
    pub completeness: f64,
    pub formatting: f64,
    pub summary: String,
    pub confidence: f64,
    /// Version of the evaluator's prompt.
    pub prompt_version: u32,
}

/// What a reviewer, or a timer, decided.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecisionView {
    pub decision: DecisionKind,
    pub by: String,
    pub at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
    pub was_modified: bool,
    pub output_hash: String,
}

/// One approval, as the inbox lists it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalView {
    pub task_id: String,
    pub plan_execution_id: String,
    pub plan_id: String,
    pub plan_name: String,
    pub step_id: String,
    pub status: ApprovalStatus,
    #[schema(required)]
    pub model: Option<String>,
    pub queue: String,
    #[schema(required)]
    pub confidence: Option<f64>,
    #[schema(required)]
    pub summary: Option<String>,
    #[schema(required)]
    pub output: Option<String>,
    #[schema(required)]
    pub prompt: Option<String>,
    pub tags: Vec<String>,
    pub created_at: String,
    pub waiting_ms: i64,
    #[schema(required)]
    pub timeout_at: Option<String>,
    #[schema(required)]
    pub assigned_to: Option<String>,
    pub priority: Priority,
    pub reviewer_role: ReviewerRole,
    pub output_hash: String,
    pub expired: bool,
    pub reason: ApprovalReason,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
    /// Only for a single approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub marks: Option<MarksView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub attempts: Option<Vec<AttemptView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub decision: Option<DecisionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub original_output: Option<String>,
}

/// The answer to an approval.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovedView {
    pub task_id: String,
    pub status: ApprovedStatus,
    pub approved_at: String,
    pub approved_by: String,
    #[schema(required)]
    pub comment: Option<String>,
    pub was_modified: bool,
    /// Until then the decision can be taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub held_until: Option<String>,
}

/// The answer to a rejection.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RejectedView {
    pub task_id: String,
    pub status: RejectedStatus,
    pub rejected_at: String,
    pub rejected_by: String,
    pub reason: String,
    pub retry: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub held_until: Option<String>,
}

/// One entry of an approval's history.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    pub event: HistoryEvent,
    pub at: String,
    pub actor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub confidence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub output_hash: Option<String>,
}
