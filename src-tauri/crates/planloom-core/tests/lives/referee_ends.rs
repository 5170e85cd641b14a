//! What decisions do, how an execution closes, comes back, and what the outside must see of it.

use super::*;

impl Referee {
    pub(super) fn note_decided(
        &mut self,
        step: StepIndex,
        decision: &Decision,
        held_until_ms: Option<i64>,
        at_ms: i64,
    ) {
        let on_timeout = self.start().hitl.on_timeout.unwrap_or_default();
        let seen = self.seen(step);
        assert_eq!(seen.place, Place::Approval, "decided twice, or without an approval");
        assert!(seen.decision.is_none(), "decided twice");
        if decision.by == "timeout" {
            assert!(seen.until_ms.is_some_and(|until_ms| until_ms <= at_ms), "decided before its deadline");
            assert!(held_until_ms.is_none() && !seen.overdue);
            let unproven = seen.truncated || (seen.score_asked && seen.scored.is_none());
            match &decision.verdict {
                Verdict::Approved { modified, .. } => {
                    assert!(on_timeout == OnTimeout::Approve && !unproven && modified.is_none());
                }
                Verdict::Rejected { retry, .. } => assert!(on_timeout == OnTimeout::Reject && !retry),
            }
        }
        seen.decision = Some(decision.clone());
        match held_until_ms {
            Some(until_ms) => {
                assert!(until_ms > at_ms && until_ms - at_ms <= 30_000);
                seen.place = Place::Held { until_ms };
            }
            None => self.take_effect(step),
        }
    }

    pub(super) fn take_effect(&mut self, step: StepIndex) {
        let seen = self.seen(step);
        match &seen.decision.as_ref().expect("an effect without a decision").verdict {
            Verdict::Approved { .. } => self.complete(step),
            Verdict::Rejected { retry: false, .. } => seen.place = Place::Rejected,
            Verdict::Rejected { retry: true, .. } => {
                seen.place = Place::Ready;
                seen.scored = None;
                self.forget_tries(step);
            }
        }
    }

    pub(super) fn forget_tries(&mut self, step: StepIndex) {
        let seen = self.seen(step);
        seen.admitted = 0;
        seen.not_counted = 0;
        seen.counted = 0;
        seen.timeouts = 0;
        seen.waited_ms = 0;
        seen.interrupted_in_row = 0;
    }

    pub(super) fn close(&mut self, outcome: Outcome) {
        for step in 0..self.tasks.len() as StepIndex {
            if matches!(self.tasks[step as usize].place, Place::Held { .. }) {
                self.take_effect(step);
            }
        }
        for seen in &mut self.tasks {
            if !ended(seen.place) {
                seen.kept = match seen.place {
                    Place::InFlight(Phase::Score) => KeptPlace::Score,
                    Place::Approval => KeptPlace::Approval,
                    _ => KeptPlace::Nothing,
                };
                seen.place = Place::Cancelled;
            }
        }
        self.closing = Some(outcome);
    }

    pub(super) fn resume(&mut self, until_ms: Option<i64>) {
        self.outcome = None;
        self.machine_ms = 0;
        for step in 0..self.tasks.len() as StepIndex {
            self.forget_tries(step);
            let seen = self.seen(step);
            let kept = std::mem::replace(&mut seen.kept, KeptPlace::Nothing);
            if matches!(seen.place, Place::Completed | Place::Skipped) {
                continue;
            }
            match kept {
                KeptPlace::Nothing => {
                    seen.condition_met = false;
                    seen.place = Place::Waiting;
                }
                KeptPlace::Score => {
                    seen.call += 1;
                    seen.place = Place::InFlight(Phase::Score);
                }
                KeptPlace::Approval => {
                    seen.place = Place::Approval;
                    seen.until_ms = until_ms;
                    seen.overdue = false;
                }
            }
        }
    }

    /// What follows from the plan's shape.
    pub(super) fn derive(&mut self) {
        if self.start.is_none() {
            return;
        }
        for at in 0..self.order.len() {
            let step = self.order[at] as usize;
            if self.tasks[step].place != Place::Waiting {
                continue;
            }
            let shape = &self.shape.steps[step];
            let places = || shape.depends_on.iter().map(|on| self.tasks[*on as usize].place);
            let place = if places().any(|place| matches!(place, Place::Failed | Place::Rejected | Place::Cancelled)) {
                Place::Cancelled
            } else if !places().all(ended) {
                continue;
            } else if !shape.depends_on.is_empty() && places().all(|place| place == Place::Skipped) {
                Place::Skipped
            } else if shape.has_condition {
                Place::Due
            } else {
                Place::Ready
            };
            self.tasks[step].place = place;
        }
    }

    /// Holds the state against what was seen.
    pub fn compare(&mut self, state: &ExecutionState) {
        self.compare_tasks(state);
        assert_eq!(state.status(), self.status());
        self.compare_progress(state);
        self.compare_pause(state);
        let sum = self.tasks.iter().fold(Usage::default(), |sum, seen| sum.plus(seen.usage));
        assert_eq!(state.usage, sum, "usage of the execution");
        assert_eq!(state.spent.known.0, self.tasks.iter().map(|seen| seen.known).sum::<u64>());
        let any = |of: fn(&Task) -> bool| state.tasks.iter().any(of);
        assert_eq!(state.spent.unpriced, any(|task| task.spent.unpriced));
        assert_eq!(state.spent.at_least, any(|task| task.spent.at_least));
    }

    fn compare_tasks(&mut self, state: &ExecutionState) {
        for (seen, task) in self.tasks.iter_mut().zip(&state.tasks) {
            // Which of those that fit are woken is checked by the pause, and by the room at each admission.
            if matches!(seen.place, Place::Short(_)) && task.state == (TaskState::Queued { needed: None }) {
                seen.place = Place::Ready;
            }
            let place = match &task.state {
                TaskState::Blocked => Place::Waiting,
                TaskState::Due => Place::Due,
                TaskState::Queued { needed: None } => Place::Ready,
                TaskState::Queued { needed: Some(needed) } => Place::Short(*needed),
                TaskState::Running { .. } => Place::InFlight(Phase::Call),
                TaskState::Repairing { .. } => Place::InFlight(Phase::Repair),
                TaskState::Scoring { .. } => Place::InFlight(Phase::Score),
                TaskState::Backoff { until_ms, rate_limited, .. } => {
                    let longest_ms = if *rate_limited { 600_000 } else { 60_000 };
                    Place::Backoff { until_ms: *until_ms, longest_ms }
                }
                TaskState::AwaitingApproval(_) => Place::Approval,
                TaskState::Held { until_ms, .. } => Place::Held { until_ms: *until_ms },
                TaskState::Completed { .. } => Place::Completed,
                TaskState::Failed { .. } => Place::Failed,
                TaskState::Rejected { .. } => Place::Rejected,
                TaskState::Skipped { .. } => Place::Skipped,
                TaskState::Cancelled(_) => Place::Cancelled,
            };
            assert_eq!(place, seen.place);
            assert_eq!((task.attempt, task.call), (seen.attempt, seen.call));
            assert_eq!(task.usage, seen.usage, "usage of a task");
            assert_eq!(task.decision, seen.decision, "the last decision");
            assert_eq!(task.spent.known.0, seen.known, "cost of a task");
            assert_eq!(task.score.as_ref().map(|score| score.confidence), seen.scored, "score of the last attempt");
            if let TaskState::AwaitingApproval(approval) = &task.state {
                assert_eq!((approval.until_ms, approval.expired), (seen.until_ms, seen.overdue));
                assert_eq!(approval.score.as_ref().map(|score| score.confidence), seen.scored);
                assert_eq!(approval.draft.truncated, seen.truncated);
            }
            if seen.place == Place::Completed {
                assert!(task.completed_at_ms.is_some());
            }
        }
    }

    fn compare_progress(&self, state: &ExecutionState) {
        use Place::*;
        let count = |of: fn(Place) -> bool| self.tasks.iter().filter(|seen| of(seen.place)).count() as u32;
        let expected = Progress {
            total: self.tasks.len() as u32,
            completed: count(|place| place == Completed),
            running: count(|place| matches!(place, InFlight(_))),
            pending: count(|place| matches!(place, Waiting | Due | Ready | Short(_) | Backoff { .. })),
            failed: count(|place| matches!(place, Failed | Rejected)),
            cancelled: count(|place| place == Cancelled),
            skipped: count(|place| place == Skipped),
            awaiting_approval: count(|place| matches!(place, Approval | Held { .. })),
        };
        let seen = state.progress();
        assert_eq!(seen, expected);
        let parts = seen.completed + seen.running + seen.pending + seen.failed + seen.cancelled + seen.skipped;
        assert_eq!(parts + seen.awaiting_approval, seen.total);
    }

    fn compare_pause(&self, state: &ExecutionState) {
        let reasons = state.paused_reasons();
        assert_eq!(reasons.is_empty(), self.status() != ExecutionStatus::Paused, "a pause has a reason");
        for reason in reasons {
            match reason {
                PausedReason::Approval { steps } => {
                    assert!(!steps.is_empty());
                    let open = |step: &StepIndex| self.tasks[*step as usize].place;
                    assert!(steps.iter().map(open).all(|place| matches!(place, Place::Approval | Place::Held { .. })));
                }
                PausedReason::Budget { needed, left } => {
                    assert!(needed > left, "paused although the budget has room");
                    let short = |seen: &Seen| if let Place::Short(needed) = seen.place { Some(needed) } else { None };
                    assert_eq!(self.tasks.iter().filter_map(short).min(), Some(needed));
                }
            }
        }
    }
}
