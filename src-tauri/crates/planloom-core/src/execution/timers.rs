//! What time brings: a recovery, a clock that moved, a retry that is due, a deadline that has passed.

use super::*;
use crate::limits;
use crate::plan::OnTimeout;

/// A deadline that is found passed by more than this was not watched: the machine slept or the clock was set.
const UNWATCHED_MS: i64 = 30_000;

impl ExecutionState {
    /// The process that ran the execution is gone, and with it the calls that were in flight.
    pub(super) fn decide_recover(&self, now_ms: i64) -> Vec<Event> {
        let mut events = vec![Event::Recovered];
        let mut room = self.room();
        for step in &self.active {
            let task = &self.tasks[*step as usize];
            let charge = self.charge(*step, self.interruption_cost(*step));
            // The call may cost as much again, beside what the cut one did.
            let fits = room.is_none_or(|room| charge <= room);
            let third = task.tries.interruptions + 1 >= limits::INTERRUPTIONS;
            let (call, then) = match &task.state {
                TaskState::Running { call, .. } | TaskState::Repairing { call, .. } if third => {
                    (*call, AfterInterruption::Fail)
                }
                TaskState::Running { call, .. } => (*call, AfterInterruption::Queue),
                // Without room for the repair, a further attempt waits for the budget.
                TaskState::Repairing { call, .. } if !fits => (*call, AfterInterruption::Queue),
                TaskState::Scoring { call, .. } if third || !fits => {
                    let reason = self.unscored(*step);
                    (*call, AfterInterruption::Review { reason, until_ms: self.review_until_ms(now_ms) })
                }
                TaskState::Repairing { call, .. } | TaskState::Scoring { call, .. } => {
                    room = room.map(|room| PicoUsd(room.0.saturating_sub(charge.0)));
                    (*call, AfterInterruption::Again)
                }
                TaskState::Blocked
                | TaskState::Due
                | TaskState::Queued { .. }
                | TaskState::Backoff { .. }
                | TaskState::AwaitingApproval(_)
                | TaskState::Held { .. }
                | TaskState::Completed { .. }
                | TaskState::Failed { .. }
                | TaskState::Rejected { .. }
                | TaskState::Skipped { .. }
                | TaskState::Cancelled(_) => continue,
            };
            events.push(Event::Interrupted { step: *step, call, then });
        }
        events.extend(self.graces(now_ms));
        events.extend(self.stranded(now_ms));
        events
    }

    /// The clock was set, or the machine slept.
    pub(super) fn decide_clock_moved(&self, now_ms: i64) -> Vec<Event> {
        let mut events = vec![Event::ClockMoved];
        events.extend(self.graces(now_ms));
        events.extend(self.stranded(now_ms));
        events
    }

    /// Retries and held decisions that are further away than they can be were timed by a clock that was set back
    /// since: they are due. A review's deadline is a date that was told to people, and stays.
    fn stranded(&self, now_ms: i64) -> Vec<Event> {
        let mut events = Vec::new();
        for (at_ms, step) in self.timers.iter().rev() {
            let left_ms = at_ms.saturating_sub(now_ms);
            if left_ms <= limits::UNDO_MS as i64 {
                break;
            }
            match &self.tasks[*step as usize].state {
                TaskState::Backoff { rate_limited: false, .. } if left_ms > limits::BACKOFF_CEILING_MS as i64 => {
                    events.push(Event::RetryDue { step: *step });
                }
                TaskState::Backoff { rate_limited: true, .. } if left_ms > limits::RETRY_AFTER_MS as i64 => {
                    events.push(Event::RetryDue { step: *step });
                }
                TaskState::Held { .. } => events.push(Event::TookEffect { step: *step }),
                TaskState::Backoff { .. }
                | TaskState::AwaitingApproval(_)
                | TaskState::Blocked
                | TaskState::Due
                | TaskState::Queued { .. }
                | TaskState::Running { .. }
                | TaskState::Repairing { .. }
                | TaskState::Scoring { .. }
                | TaskState::Completed { .. }
                | TaskState::Failed { .. }
                | TaskState::Rejected { .. }
                | TaskState::Skipped { .. }
                | TaskState::Cancelled(_) => {}
            }
        }
        events
    }

    /// Deadlines that passed unseen and would decide: the reviewer is reminded and gets some time.
    fn graces(&self, now_ms: i64) -> Vec<Event> {
        self.timers
            .iter()
            .take_while(|(at_ms, _)| *at_ms <= now_ms)
            .filter_map(|(_, step)| self.grace(*step, now_ms))
            .collect()
    }

    fn grace(&self, step: StepIndex, now_ms: i64) -> Option<Event> {
        let hitl = self.hitl()?;
        let TaskState::AwaitingApproval(approval) = &self.tasks[step as usize].state else { return None };
        let decides = match hitl.on_timeout.unwrap_or_default() {
            OnTimeout::Hold => false,
            OnTimeout::Reject | OnTimeout::Approve => true,
        };
        if approval.expired || !decides {
            return None;
        }
        let grace_ms = hitl.timeout_ms.unwrap_or_default().min(limits::GRACE_MS) as i64;
        Some(Event::Reminded { step, until_ms: now_ms.saturating_add(grace_ms) })
    }

    /// What is due by now.
    pub(super) fn decide_tick(&self, now_ms: i64) -> Vec<Event> {
        if self.times_out_at_ms().is_some_and(|at_ms| at_ms <= now_ms) {
            return vec![Event::TimedOut];
        }
        self.timers
            .iter()
            .take_while(|(at_ms, _)| *at_ms <= now_ms)
            .filter_map(|(at_ms, step)| self.decide_timer(*step, *at_ms, now_ms))
            .collect()
    }

    fn decide_timer(&self, step: StepIndex, at_ms: i64, now_ms: i64) -> Option<Event> {
        match &self.tasks[step as usize].state {
            TaskState::Backoff { .. } => Some(Event::RetryDue { step }),
            TaskState::Held { .. } => Some(Event::TookEffect { step }),
            TaskState::AwaitingApproval(approval) => Some(self.decide_deadline(step, approval, at_ms, now_ms)),
            TaskState::Blocked
            | TaskState::Due
            | TaskState::Queued { .. }
            | TaskState::Running { .. }
            | TaskState::Repairing { .. }
            | TaskState::Scoring { .. }
            | TaskState::Completed { .. }
            | TaskState::Failed { .. }
            | TaskState::Rejected { .. }
            | TaskState::Skipped { .. }
            | TaskState::Cancelled(_) => None,
        }
    }

    fn decide_deadline(&self, step: StepIndex, approval: &Approval, at_ms: i64, now_ms: i64) -> Event {
        if now_ms.saturating_sub(at_ms) > UNWATCHED_MS
            && let Some(event) = self.grace(step, now_ms)
        {
            return event;
        }
        let unproven = (approval.score_asked && approval.score.is_none()) || approval.draft.truncated;
        let on_timeout = self.hitl().and_then(|hitl| hitl.on_timeout).unwrap_or_default();
        let verdict = match on_timeout {
            OnTimeout::Reject => Verdict::Rejected {
                reason: "The time for the review was up.".to_owned(),
                retry: false,
                retry_prompt: None,
            },
            OnTimeout::Approve if !unproven => Verdict::Approved { modified: None, comment: None },
            OnTimeout::Approve | OnTimeout::Hold => return Event::Expired { step },
        };
        let decision =
            Decision { verdict, by: "timeout".to_owned(), at_ms: now_ms, judged: approval.draft.output.hash };
        Event::Decided { step, decision: Box::new(decision), held_until_ms: None }
    }
}
