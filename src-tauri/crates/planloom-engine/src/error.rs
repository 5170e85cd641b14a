//! Why a request to the engine did not succeed.

use planloom_core::check::Problem;
use planloom_core::execution::Refusal;

use crate::views::DecisionView;

/// A request that was not carried out; nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Faults in what was sent; errors first, warnings may follow.
    #[error("{}", first_message(.0))]
    Problems(Vec<Problem>),
    #[error("There is no plan with the id `{0}`. GET /api/plans lists those that exist.")]
    PlanNotFound(String),
    #[error("The plan `{plan_id}` has no version {version}. GET /api/plans/{plan_id}/versions lists them.")]
    VersionNotFound { plan_id: String, version: u32 },
    #[error("The plan `{0}` has no draft.")]
    DraftNotFound(String),
    #[error("There is no execution with the id `{0}`. GET /api/plans/executions lists those that exist.")]
    ExecutionNotFound(String),
    #[error("The execution `{execution_id}` has no step `{step_id}`.")]
    StepNotFound { execution_id: String, step_id: String },
    #[error("There is no task with the id `{0}` that has been up for review.")]
    TaskNotFound(String),
    #[error("There is no provider with the name `{0}`. GET /api/settings lists them.")]
    ProviderNotFound(String),
    #[error("The plan `{0}` is archived. Restore it with POST /api/plans/{0}/restore to change or run it.")]
    PlanArchived(String),
    #[error("{message}")]
    VersionConflict { current: u64, message: String },
    #[error("{message}")]
    ProviderNotConfigured { message: String, step_ids: Vec<String> },
    #[error("The execution `{id}` is not running: it has ended as {status}.")]
    ExecutionNotRunning { id: String, status: &'static str },
    #[error("The execution `{id}` is {status}. Its texts can be deleted once it has ended; cancel it first.")]
    ExecutionNotEnded { id: String, status: &'static str },
    #[error("{message}")]
    ExecutionNotResumable { message: String },
    #[error("This approval has already been decided: {} by {}.", .0.decision, .0.by)]
    ApprovalAlreadyDecided(Box<DecisionView>),
    #[error("{0}")]
    ApprovalNotPending(String),
    #[error("The output has changed since you read it. Read the approval again and decide on what it says now.")]
    StaleApproval { current: String },
    #[error(
        "This Idempotency-Key was used within the last 24 hours for another request. Use a new key for a new request."
    )]
    IdempotencyConflict,
    #[error("{0}")]
    SecretNotKept(String),
    #[error("{0}")]
    BackupFailed(String),
    /// The disk is full, or the database cannot be written.
    #[error("The database cannot be written at the moment: {0}. Nothing of this request was done; try again.")]
    StoreUnavailable(String),
    #[error("Something went wrong inside Planloom: {0}")]
    Internal(String),
}

fn first_message(problems: &[Problem]) -> &str {
    problems.first().map_or("The request is not valid.", |problem| problem.message.as_str())
}

/// So that a write can stand in a savepoint.
impl From<planloom_store::Error> for Error {
    fn from(error: planloom_store::Error) -> Error {
        Error::from_store(error)
    }
}

impl Error {
    /// What a store's error means to somebody who asked for something.
    pub(crate) fn from_store(error: planloom_store::Error) -> Error {
        if error.is_unavailable() {
            Error::StoreUnavailable(error.to_string())
        } else {
            Error::Internal(error.to_string())
        }
    }

    /// What a refusal means for the execution `id`; `decision` shows a decision.
    pub(crate) fn from_refusal(id: &str, refusal: Refusal) -> Error {
        match refusal {
            Refusal::NotRunning(status) => Error::ExecutionNotRunning { id: id.to_owned(), status: status.as_str() },
            Refusal::NotResumable(status) => Error::ExecutionNotResumable {
                message: format!(
                    "The execution `{id}` is {}. Only a failed or cancelled execution, or one that waits for its budget, \
                     can be resumed.",
                    status.as_str()
                ),
            },
            Refusal::BudgetNotRaised { max_cost } => Error::ExecutionNotResumable {
                message: format!(
                    "The execution `{id}` waits for its budget of {} USD. Resume it with a `maxCost` above that.",
                    max_cost.as_usd()
                ),
            },
            Refusal::AlreadyDecided(decision) => Error::ApprovalAlreadyDecided(Box::new(DecisionView::of(&decision))),
            Refusal::NotPending | Refusal::NotDue => {
                Error::ApprovalNotPending("No approval is open for this task.".to_owned())
            }
            Refusal::UndoTooLate => {
                Error::ApprovalNotPending("This decision has taken effect and can no longer be taken back.".to_owned())
            }
            Refusal::Stale { current } => Error::StaleApproval { current: current.to_string() },
            Refusal::AlreadyStarted | Refusal::UnknownStep(_) | Refusal::Late => Error::Internal(refusal.to_string()),
        }
    }
}
