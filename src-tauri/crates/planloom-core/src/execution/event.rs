//! What can happen to an execution, what is recorded of it, and why an input is not possible.
//!
//! The journal is a list of [`Event`]s, so a change here must still read what was written before.

use serde::{Deserialize, Serialize};

use super::{
    Answer, CallFailure, Cost, Decision, ExecutionStatus, Model, Outcome, ReviewReason, Scoring, SkipReason, Start,
    StepIndex, Verdict,
};
use crate::failure::Failure;
use crate::ids::TextHash;
use crate::usage::{PicoUsd, Usage};

/// What can happen to an execution.
#[derive(Clone, Debug)]
pub enum Input {
    Start(Box<Start>),
    /// A condition was evaluated.
    Condition {
        step: StepIndex,
        result: Result<bool, CallFailure>,
    },
    /// A lane has room for the task; `reserve` is what its attempt may cost at most.
    Admitted {
        step: StepIndex,
        model: Model,
        reserve: PicoUsd,
    },
    Answered {
        step: StepIndex,
        call: u32,
        result: Result<Answer, CallFailure>,
    },
    Scored {
        step: StepIndex,
        call: u32,
        scoring: Box<Scoring>,
    },
    Decide {
        step: StepIndex,
        verdict: Verdict,
        by: String,
        judged: Option<TextHash>,
        undo_ms: u64,
    },
    Undo {
        step: StepIndex,
        by: String,
    },
    Assign {
        step: StepIndex,
        reviewer: Option<String>,
        by: String,
    },
    Cancel {
        by: String,
    },
    /// Resumes an ended execution, or raises the budget of one that waits for it.
    Resume {
        max_cost: Option<PicoUsd>,
        by: String,
    },
    /// The process that ran it is gone; a new one takes over.
    Recover,
    /// The clock was set, or the machine slept: what passed meanwhile is nobody's time.
    ClockMoved,
    /// Time has passed.
    Tick,
}

/// Where an answer goes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    Complete,
    Repair,
    Score,
    Review {
        reason: ReviewReason,
        until_ms: Option<i64>,
    },
    /// The repaired answer does not fit the schema either.
    Mismatch,
}

/// What a failed call leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterFailure {
    /// Another attempt at `until_ms`; `free` when it does not use up one of `maxAttempts`.
    Retry {
        until_ms: i64,
        free: bool,
    },
    Fail,
}

/// What an interrupted call leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterInterruption {
    /// A further attempt.
    Queue,
    /// The same repair or scoring call again.
    Again,
    /// The score is given up; a human is asked.
    Review {
        reason: ReviewReason,
        until_ms: Option<i64>,
    },
    Fail,
}

/// What happened; the journal is a list of these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Started(Box<Start>),
    ConditionMet {
        step: StepIndex,
    },
    Skipped {
        step: StepIndex,
        because: SkipReason,
    },
    ConditionFailed {
        step: StepIndex,
        failure: Failure,
    },
    Admitted {
        step: StepIndex,
        attempt: u32,
        model: Model,
        reserved: PicoUsd,
    },
    BudgetShort {
        step: StepIndex,
        needed: PicoUsd,
    },
    Answered {
        step: StepIndex,
        call: u32,
        answer: Box<Answer>,
        next: Next,
    },
    CallFailed {
        step: StepIndex,
        call: u32,
        failure: Failure,
        usage: Usage,
        cost: Cost,
        duration_ms: u64,
        then: AfterFailure,
    },
    Interrupted {
        step: StepIndex,
        call: u32,
        then: AfterInterruption,
    },
    RetryDue {
        step: StepIndex,
    },
    Scored {
        step: StepIndex,
        call: u32,
        scoring: Box<Scoring>,
        next: Next,
    },
    Decided {
        step: StepIndex,
        decision: Box<Decision>,
        held_until_ms: Option<i64>,
    },
    TookEffect {
        step: StepIndex,
    },
    Undone {
        step: StepIndex,
        by: String,
    },
    Assigned {
        step: StepIndex,
        reviewer: Option<String>,
        by: String,
    },
    /// The deadline passed unseen; the reviewer gets until `until_ms`.
    Reminded {
        step: StepIndex,
        until_ms: i64,
    },
    Expired {
        step: StepIndex,
    },
    BudgetRaised {
        max_cost: PicoUsd,
        by: String,
    },
    CancelRequested {
        by: String,
    },
    TimedOut,
    Resumed {
        by: String,
        max_cost: Option<PicoUsd>,
        reviews_until_ms: Option<i64>,
    },
    Recovered,
    ClockMoved,
    Ended {
        outcome: Outcome,
    },
}

/// Why an input is not possible now.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error("the execution has already been started")]
    AlreadyStarted,
    #[error("the execution is not running: it has ended as {0:?}")]
    NotRunning(ExecutionStatus),
    #[error("the execution cannot be resumed while it is {0:?}")]
    NotResumable(ExecutionStatus),
    #[error("the plan has no step with the index {0}")]
    UnknownStep(StepIndex),
    /// An answer to a call that is no longer wanted.
    #[error("the call is no longer wanted")]
    Late,
    #[error("the task has not been waiting for this")]
    NotDue,
    #[error("the approval has already been decided by {}", .0.by)]
    AlreadyDecided(Box<Decision>),
    #[error("no approval is open for this task")]
    NotPending,
    #[error("the output has changed since it was read")]
    Stale { current: TextHash },
    #[error("the decision can no longer be taken back")]
    UndoTooLate,
    #[error("the new budget is not above the present one")]
    BudgetNotRaised { max_cost: PicoUsd },
}
