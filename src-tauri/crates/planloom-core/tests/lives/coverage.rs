//! What the lives led through, so that a simulation that has stopped meeting the interesting cases is noticed.

use std::collections::BTreeMap;

use planloom_core::execution::*;

pub type Coverage = BTreeMap<&'static str, u64>;

/// Everything that must have happened in some life.
pub const CASES: [&str; 63] = [
    "started",
    "condition met",
    "skipped",
    "condition failed",
    "admitted",
    "budget short",
    "answered: complete",
    "answered: repair",
    "answered: score",
    "answered: review",
    "answered: mismatch",
    "failed: retry",
    "failed: free retry",
    "failed: for good",
    "interrupted: queue",
    "interrupted: again",
    "interrupted: review",
    "interrupted: fail",
    "retry due",
    "scored: complete",
    "scored: required",
    "scored: low",
    "scored: not scored",
    "scored: imperfect",
    "scored: spot check",
    "scored: no room in the budget",
    "approved",
    "edited",
    "rejected",
    "rejected with retry",
    "approved by timeout",
    "rejected by timeout",
    "held",
    "took effect",
    "undone",
    "assigned",
    "reminded",
    "expired",
    "budget raised",
    "cancel requested",
    "timed out",
    "resumed",
    "resumed with a budget",
    "recovered",
    "clock moved",
    "ended: completed",
    "ended: step failed",
    "ended: step rejected",
    "ended: timeout",
    "ended: cancelled",
    "refused: already started",
    "refused: not running",
    "refused: not resumable",
    "refused: unknown step",
    "refused: late",
    "refused: not due",
    "refused: already decided",
    "refused: not pending",
    "refused: stale",
    "refused: undo too late",
    "refused: budget not raised",
    "paused for approval",
    "paused for the budget",
];

pub fn of_event(event: &Event) -> &'static str {
    match event {
        Event::Started(_) => "started",
        Event::ConditionMet { .. } => "condition met",
        Event::Skipped { .. } => "skipped",
        Event::ConditionFailed { .. } => "condition failed",
        Event::Admitted { .. } => "admitted",
        Event::BudgetShort { .. } => "budget short",
        Event::Answered { next, .. } => match next {
            Next::Complete => "answered: complete",
            Next::Repair => "answered: repair",
            Next::Score => "answered: score",
            Next::Review { .. } => "answered: review",
            Next::Mismatch => "answered: mismatch",
        },
        Event::CallFailed { then, .. } => match then {
            AfterFailure::Retry { free: false, .. } => "failed: retry",
            AfterFailure::Retry { free: true, .. } => "failed: free retry",
            AfterFailure::Fail => "failed: for good",
        },
        Event::Interrupted { then, .. } => match then {
            AfterInterruption::Queue => "interrupted: queue",
            AfterInterruption::Again => "interrupted: again",
            AfterInterruption::Review { .. } => "interrupted: review",
            AfterInterruption::Fail => "interrupted: fail",
        },
        Event::RetryDue { .. } => "retry due",
        Event::Scored { scoring, .. } if scoring.model.is_none() => "scored: no room in the budget",
        Event::Scored { next, .. } => match next {
            Next::Review { reason, .. } => match reason {
                ReviewReason::Required => "scored: required",
                ReviewReason::LowConfidence => "scored: low",
                ReviewReason::NotScored => "scored: not scored",
                ReviewReason::Imperfect => "scored: imperfect",
                ReviewReason::SpotCheck => "scored: spot check",
            },
            Next::Complete | Next::Repair | Next::Score | Next::Mismatch => "scored: complete",
        },
        Event::Decided { held_until_ms: Some(_), .. } => "held",
        Event::Decided { decision, .. } => match (&decision.verdict, &*decision.by) {
            (Verdict::Approved { .. }, "timeout") => "approved by timeout",
            (Verdict::Rejected { .. }, "timeout") => "rejected by timeout",
            (Verdict::Approved { modified: None, .. }, _) => "approved",
            (Verdict::Approved { modified: Some(_), .. }, _) => "edited",
            (Verdict::Rejected { retry: false, .. }, _) => "rejected",
            (Verdict::Rejected { retry: true, .. }, _) => "rejected with retry",
        },
        Event::TookEffect { .. } => "took effect",
        Event::Undone { .. } => "undone",
        Event::Assigned { .. } => "assigned",
        Event::Reminded { .. } => "reminded",
        Event::Expired { .. } => "expired",
        Event::BudgetRaised { .. } => "budget raised",
        Event::CancelRequested { .. } => "cancel requested",
        Event::TimedOut => "timed out",
        Event::Resumed { max_cost: None, .. } => "resumed",
        Event::Resumed { max_cost: Some(_), .. } => "resumed with a budget",
        Event::Recovered => "recovered",
        Event::ClockMoved => "clock moved",
        Event::Ended { outcome } => match outcome {
            Outcome::Completed => "ended: completed",
            Outcome::Failed(ExecutionFailure::StepFailed { .. }) => "ended: step failed",
            Outcome::Failed(ExecutionFailure::StepRejected { .. }) => "ended: step rejected",
            Outcome::Failed(ExecutionFailure::ExecutionTimeout { .. }) => "ended: timeout",
            Outcome::Cancelled => "ended: cancelled",
        },
    }
}

pub fn of_refusal(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::AlreadyStarted => "refused: already started",
        Refusal::NotRunning(_) => "refused: not running",
        Refusal::NotResumable(_) => "refused: not resumable",
        Refusal::UnknownStep(_) => "refused: unknown step",
        Refusal::Late => "refused: late",
        Refusal::NotDue => "refused: not due",
        Refusal::AlreadyDecided(_) => "refused: already decided",
        Refusal::NotPending => "refused: not pending",
        Refusal::Stale { .. } => "refused: stale",
        Refusal::UndoTooLate => "refused: undo too late",
        Refusal::BudgetNotRaised { .. } => "refused: budget not raised",
    }
}

pub fn of_pause(reason: &PausedReason) -> &'static str {
    match reason {
        PausedReason::Approval { .. } => "paused for approval",
        PausedReason::Budget { .. } => "paused for the budget",
    }
}
