//! Approvals and decisions, as reviewers see them.

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
    /// `approved` or `rejected`.
    pub decision: &'static str,
    pub by: String,
    pub at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
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
    /// `pending`, `expired`, `held` within an undo, or the task's status once decided.
    pub status: String,
    pub model: Option<String>,
    pub queue: String,
    pub confidence: Option<f64>,
    pub summary: Option<String>,
    pub output: Option<String>,
    pub prompt: Option<String>,
    pub tags: Vec<String>,
    pub created_at: String,
    pub waiting_ms: i64,
    pub timeout_at: Option<String>,
    pub assigned_to: Option<String>,
    /// `high` or `normal`.
    pub priority: &'static str,
    /// `reviewer` or `senior`.
    pub reviewer_role: &'static str,
    pub output_hash: String,
    pub expired: bool,
    /// Why a human is asked.
    pub reason: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
    /// Only for a single approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marks: Option<MarksView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<Vec<AttemptView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_output: Option<String>,
}

/// The answer to an approval.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovedView {
    pub task_id: String,
    /// Always `completed`.
    pub status: &'static str,
    pub approved_at: String,
    pub approved_by: String,
    pub comment: Option<String>,
    pub was_modified: bool,
    /// Until then the decision can be taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_until: Option<String>,
}

/// The answer to a rejection.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RejectedView {
    pub task_id: String,
    /// `rejected`, or `pending` when it is tried again.
    pub status: &'static str,
    pub rejected_at: String,
    pub rejected_by: String,
    pub reason: String,
    pub retry: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_until: Option<String>,
}

/// One entry of an approval's history.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    pub event: &'static str,
    pub at: String,
    pub actor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_hash: Option<String>,
}
