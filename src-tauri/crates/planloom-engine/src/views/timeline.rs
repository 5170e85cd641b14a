//! When each step of an execution was queued, called, held back or waiting for a person: told from the journal.
//!
//! The journal is folded as the loop folds it, and after each event the tasks that it touched are looked at; so what
//! follows from the plan's shape alone (a step becomes ready) is there as well, and nothing is decided twice.

use std::sync::Arc;

use planloom_core::check::CheckedPlan;
use planloom_core::execution::{Event, ExecutionState, Shape, StepIndex, Task, TaskState};
use planloom_core::failure::FailureCode;

use super::*;

/// An execution's steps in time.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimelineView {
    pub started_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub completed_at: Option<String>,
    /// The engine's clock: what is open has lasted until then.
    pub now: String,
    /// By step id, in plan order; the segments of a step, oldest first. A step that nothing has happened to has none.
    #[schema(value_type = std::collections::HashMap<String, Vec<SegmentView>>)]
    pub steps: IndexMap<Arc<str>, Vec<SegmentView>>,
}

/// A span of time in which a step was in one state.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SegmentView {
    pub kind: SegmentKind,
    /// The attempt, counted from 1; of a queued step the one that it waits for.
    pub attempt: u32,
    pub started_at: String,
    /// Absent while it lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ended_at: Option<String>,
    /// How it ended; absent for a wait that simply was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub outcome: Option<SegmentOutcome>,
    /// Of the failure that ended a call, or that a backoff follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub code: Option<FailureCode>,
    /// What a step waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<SegmentReason>,
}

/// What a step was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// Ready, waiting for a lane or for the budget.
    Queued,
    /// The model call.
    Call,
    /// The call that mends an answer which did not fit its schema.
    Repair,
    /// The evaluator's call.
    Score,
    /// Waiting before another attempt.
    Backoff,
    /// Waiting for a person.
    Awaiting,
}

/// How a segment ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SegmentOutcome {
    Completed,
    Failed,
    /// The execution was cancelled, or its time was up.
    Cancelled,
    /// The program ended meanwhile; the segment lasts until the next start.
    Interrupted,
    Approved,
    Rejected,
}

/// What a waiting step waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SegmentReason {
    /// Queued: for a place in its lanes.
    Lane,
    /// Queued: for room in the budget.
    Budget,
    /// Backoff: as long as the provider asked for.
    RateLimit,
    /// Backoff: before the next attempt.
    Retry,
    /// Awaiting: the plan or the request asks for a person.
    Required,
    /// Awaiting: the score is below the threshold.
    LowConfidence,
    /// Awaiting: there is no score.
    NotScored,
    /// Awaiting: good enough, but truncated or repaired.
    Imperfect,
    /// Awaiting: one of the share that is reviewed although it passed.
    SpotCheck,
}

/// A segment while the journal is being read.
#[derive(Clone, Copy, Debug)]
struct Segment {
    kind: SegmentKind,
    /// Tells two calls of the same kind apart; 0 where nothing is called.
    call: u32,
    attempt: u32,
    started_at_ms: i64,
    ended_at_ms: Option<i64>,
    outcome: Option<SegmentOutcome>,
    code: Option<FailureCode>,
    reason: Option<SegmentReason>,
}

/// A timeline in the making.
pub(crate) struct Timeline {
    state: ExecutionState,
    /// By step index.
    rows: Vec<Vec<Segment>>,
}

impl Timeline {
    /// Of an execution whose journal has not been read yet.
    pub(crate) fn new(execution: Arc<str>, shape: Arc<Shape>) -> Timeline {
        let rows = vec![Vec::new(); shape.steps.len()];
        Timeline { state: ExecutionState::new(execution, shape), rows }
    }

    /// Takes the next event of the journal.
    pub(crate) fn apply(&mut self, event: &Event, at_ms: i64) {
        self.state.apply(event, at_ms);
        for step in self.state.take_touched() {
            self.look(step, event, at_ms);
        }
    }

    fn look(&mut self, step: StepIndex, event: &Event, at_ms: i64) {
        let task = &self.state.tasks[step as usize];
        let present = present(task, at_ms);
        let row = &mut self.rows[step as usize];
        if let Some(open) = row.last_mut().filter(|segment| segment.ended_at_ms.is_none()) {
            if let Some(present) = present.filter(|present| (present.kind, present.call) == (open.kind, open.call)) {
                // A step that has waited for the budget is told so, although it looks for a lane again in between.
                if present.reason == Some(SegmentReason::Budget) {
                    open.reason = present.reason;
                }
                return;
            }
            open.ended_at_ms = Some(at_ms);
            let (outcome, code) = ending(open.kind, &task.state, event);
            open.outcome = outcome;
            open.code = code.or(open.code);
        }
        row.extend(present);
    }

    /// The view, when the whole journal was read.
    pub(crate) fn finish(self, plan: &CheckedPlan, now_ms: i64) -> TimelineView {
        let ids = plan.steps().iter().map(|step| Arc::clone(&step.id));
        let rows = self.rows.into_iter().map(|row| row.into_iter().map(SegmentView::of).collect());
        TimelineView {
            started_at: timestamp(self.state.created_at_ms),
            completed_at: self.state.completed_at_ms.map(timestamp),
            now: timestamp(now_ms),
            steps: ids.zip(rows).collect(),
        }
    }
}

impl SegmentView {
    fn of(segment: Segment) -> SegmentView {
        SegmentView {
            kind: segment.kind,
            attempt: segment.attempt,
            started_at: timestamp(segment.started_at_ms),
            ended_at: segment.ended_at_ms.map(timestamp),
            outcome: segment.outcome,
            code: segment.code,
            reason: segment.reason,
        }
    }
}

/// What a task is doing, as a segment that begins now; nothing when it neither works nor waits for its turn.
fn present(task: &Task, at_ms: i64) -> Option<Segment> {
    let begun = |kind, call, attempt| Segment {
        kind,
        call,
        attempt,
        started_at_ms: at_ms,
        ended_at_ms: None,
        outcome: None,
        code: None,
        reason: None,
    };
    Some(match &task.state {
        TaskState::Queued { needed } => {
            let reason = if needed.is_some() { SegmentReason::Budget } else { SegmentReason::Lane };
            Segment { reason: Some(reason), ..begun(SegmentKind::Queued, 0, task.attempt + 1) }
        }
        TaskState::Running { call, attempt, .. } => begun(SegmentKind::Call, *call, *attempt),
        TaskState::Repairing { call, attempt, .. } => begun(SegmentKind::Repair, *call, *attempt),
        TaskState::Scoring { call, draft, .. } => begun(SegmentKind::Score, *call, draft.attempt),
        TaskState::Backoff { failure, rate_limited, .. } => {
            let reason = if *rate_limited { SegmentReason::RateLimit } else { SegmentReason::Retry };
            let segment = begun(SegmentKind::Backoff, 0, task.attempt);
            Segment { reason: Some(reason), code: Some(failure.code), ..segment }
        }
        TaskState::AwaitingApproval(approval) | TaskState::Held { approval, .. } => {
            let segment = begun(SegmentKind::Awaiting, 0, approval.draft.attempt);
            Segment { reason: Some(SegmentReason::of(approval.reason)), ..segment }
        }
        TaskState::Blocked
        | TaskState::Due
        | TaskState::Completed { .. }
        | TaskState::Failed { .. }
        | TaskState::Rejected { .. }
        | TaskState::Skipped { .. }
        | TaskState::Cancelled(_) => return None,
    })
}

/// How a segment of this kind ended, by the state that followed it and the event that brought it.
fn ending(kind: SegmentKind, next: &TaskState, event: &Event) -> (Option<SegmentOutcome>, Option<FailureCode>) {
    if let TaskState::Cancelled(_) = next {
        return (Some(SegmentOutcome::Cancelled), None);
    }
    match kind {
        SegmentKind::Queued | SegmentKind::Backoff => (None, None),
        SegmentKind::Awaiting if matches!(next, TaskState::Completed { .. }) => (Some(SegmentOutcome::Approved), None),
        // For good, or for another attempt.
        SegmentKind::Awaiting => (Some(SegmentOutcome::Rejected), None),
        SegmentKind::Call | SegmentKind::Repair | SegmentKind::Score => call_ending(event),
    }
}

fn call_ending(event: &Event) -> (Option<SegmentOutcome>, Option<FailureCode>) {
    let (outcome, code) = match event {
        Event::Answered { answer, .. } if answer.mismatch.is_some() => {
            (SegmentOutcome::Failed, Some(FailureCode::OutputSchemaMismatch))
        }
        Event::Answered { .. } => (SegmentOutcome::Completed, None),
        Event::CallFailed { failure, .. } => (SegmentOutcome::Failed, Some(failure.code)),
        Event::Scored { scoring, .. } if scoring.score.is_none() => (SegmentOutcome::Failed, None),
        Event::Scored { .. } => (SegmentOutcome::Completed, None),
        Event::Interrupted { .. } => (SegmentOutcome::Interrupted, None),
        // None of the others ends a call but by cancelling its task.
        Event::Started(_)
        | Event::ConditionMet { .. }
        | Event::Skipped { .. }
        | Event::ConditionFailed { .. }
        | Event::Admitted { .. }
        | Event::BudgetShort { .. }
        | Event::RetryDue { .. }
        | Event::Decided { .. }
        | Event::TookEffect { .. }
        | Event::Undone { .. }
        | Event::Assigned { .. }
        | Event::Reminded { .. }
        | Event::Expired { .. }
        | Event::BudgetRaised { .. }
        | Event::CancelRequested { .. }
        | Event::TimedOut
        | Event::Resumed { .. }
        | Event::Recovered
        | Event::ClockMoved
        | Event::Ended { .. } => return (None, None),
    };
    (Some(outcome), code)
}

impl SegmentReason {
    fn of(reason: planloom_core::execution::ReviewReason) -> SegmentReason {
        use planloom_core::execution::ReviewReason;
        match reason {
            ReviewReason::Required => SegmentReason::Required,
            ReviewReason::LowConfidence => SegmentReason::LowConfidence,
            ReviewReason::NotScored => SegmentReason::NotScored,
            ReviewReason::Imperfect => SegmentReason::Imperfect,
            ReviewReason::SpotCheck => SegmentReason::SpotCheck,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use planloom_core::execution::{Model, Start, StepShape, TextRef};
    use planloom_core::usage::PicoUsd;

    #[test]
    fn a_step_that_waited_for_the_budget_says_so_also_when_it_looks_for_a_lane_again() {
        let step = StepShape { id: Arc::from("a"), max_attempts: 1, ..StepShape::default() };
        let mut timeline = Timeline::new(Arc::from("e"), Arc::new(Shape { steps: vec![step] }));
        let start = Start {
            plan_id: "p".to_owned(),
            plan_version: 1,
            plan_name: "p".to_owned(),
            input: TextRef::of("{}"),
            hitl: Hitl::default(),
            options: Options { max_cost: Some(0.000001), ..Options::default() },
            simulated: false,
            warnings: Vec::new(),
        };
        let model = Model { alias: Arc::from("m"), provider: Arc::from("p"), model_id: Arc::from("m"), prices: None };
        let events = [
            Event::Started(Box::new(start)),
            Event::BudgetShort { step: 0, needed: PicoUsd(2_000_000) },
            Event::BudgetRaised { max_cost: PicoUsd(3_000_000), by: "local".to_owned() },
            Event::Admitted { step: 0, attempt: 1, model, reserved: PicoUsd(2_000_000) },
        ];
        for (event, at_ms) in events.iter().zip([10, 20, 30, 40]) {
            timeline.apply(event, at_ms);
        }
        let segments = &timeline.rows[0];
        let told = |segment: &Segment| (segment.kind, segment.reason, segment.started_at_ms, segment.ended_at_ms);
        assert_eq!(
            segments.iter().map(told).collect::<Vec<_>>(),
            [(SegmentKind::Queued, Some(SegmentReason::Budget), 10, Some(40)), (SegmentKind::Call, None, 40, None)]
        );
    }
}
