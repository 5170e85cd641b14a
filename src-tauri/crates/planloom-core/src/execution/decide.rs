//! All branching: what an input means in the present state, as events, or why it is refused.

use sha2::{Digest, Sha256};

use super::*;
use crate::limits;

/// A provider's shorter wish to wait is lifted to this, or it could be asked without end.
const RETRY_AFTER_FLOOR_MS: u64 = 1_000;

impl ExecutionState {
    /// Decides, applies at once and settles: the events are in the state and are to be written to disk.
    pub fn step(&mut self, input: Input, now_ms: i64) -> Result<Vec<Event>, Refusal> {
        let mut events = self.decide(input, now_ms)?;
        for event in &events {
            self.apply(event, now_ms);
        }
        if let Some(event) = self.settle() {
            self.apply(&event, now_ms);
            events.push(event);
        }
        Ok(events)
    }

    /// What `input` means now.
    pub fn decide(&self, input: Input, now_ms: i64) -> Result<Vec<Event>, Refusal> {
        match (&self.stage, &input) {
            (Stage::New, Input::Start(_)) => {}
            (Stage::New, _) => return Err(Refusal::NotRunning(ExecutionStatus::Pending)),
            (Stage::Open | Stage::Ended(_), Input::Start(_)) => return Err(Refusal::AlreadyStarted),
            (Stage::Open, _) | (Stage::Ended(_), Input::Resume { .. }) => {}
            (Stage::Ended(_), Input::Undo { step, .. }) => return Err(self.no_undo(*step)),
            (Stage::Ended(_), Input::Decide { step, .. } | Input::Assign { step, .. }) => {
                return Err(self.no_approval(*step));
            }
            (Stage::Ended(_), _) => return Err(Refusal::NotRunning(self.status())),
        }
        match input {
            Input::Start(start) => Ok(vec![Event::Started(start)]),
            Input::Condition { step, result } => self.decide_condition(step, result),
            Input::Admitted { step, model, reserve } => self.decide_admitted(step, model, reserve),
            Input::Answered { step, call, result: Ok(answer) } => self.decide_answer(step, call, answer, now_ms),
            Input::Answered { step, call, result: Err(failure) } => self.decide_failure(step, call, failure, now_ms),
            Input::Scored { step, call, scoring } => self.decide_scored(step, call, scoring, now_ms),
            Input::Decide { step, verdict, by, judged, undo_ms } => {
                self.decide_verdict(step, verdict, by, judged, undo_ms, now_ms)
            }
            Input::Undo { step, by } => match &self.task(step)?.state {
                TaskState::Held { until_ms, .. } if now_ms < *until_ms => Ok(vec![Event::Undone { step, by }]),
                _ => Err(self.no_undo(step)),
            },
            Input::Assign { step, reviewer, by } => match &self.task(step)?.state {
                TaskState::AwaitingApproval(_) => Ok(vec![Event::Assigned { step, reviewer, by }]),
                _ => Err(self.no_approval(step)),
            },
            Input::Cancel { by } => Ok(vec![Event::CancelRequested { by }]),
            Input::Resume { max_cost, by } => self.decide_resume(max_cost, by, now_ms),
            Input::Recover => Ok(self.decide_recover(now_ms)),
            Input::ClockMoved => Ok(self.decide_clock_moved(now_ms)),
            Input::Tick => Ok(self.decide_tick(now_ms)),
        }
    }

    /// The end of the execution, once no task is open.
    fn settle(&self) -> Option<Event> {
        let open = [TaskStatus::Pending, TaskStatus::Queued, TaskStatus::Running, TaskStatus::AwaitingApproval];
        if self.stage != Stage::Open || open.iter().any(|status| self.count(*status) > 0) {
            return None;
        }
        let outcome = self.closing.clone().unwrap_or_else(|| self.natural_outcome());
        Some(Event::Ended { outcome })
    }

    fn natural_outcome(&self) -> Outcome {
        if self.count(TaskStatus::Failed) + self.count(TaskStatus::Rejected) == 0 {
            return Outcome::Completed;
        }
        let first = self.tasks.iter().enumerate().find_map(|(step, task)| match task.state.status() {
            TaskStatus::Failed => Some(ExecutionFailure::StepFailed { step: step as StepIndex }),
            TaskStatus::Rejected => Some(ExecutionFailure::StepRejected { step: step as StepIndex }),
            TaskStatus::Pending
            | TaskStatus::Queued
            | TaskStatus::Running
            | TaskStatus::AwaitingApproval
            | TaskStatus::Completed
            | TaskStatus::Skipped
            | TaskStatus::Cancelled => None,
        });
        first.map_or(Outcome::Completed, Outcome::Failed)
    }

    /// The task of a step.
    pub fn task(&self, step: StepIndex) -> Result<&Task, Refusal> {
        self.tasks.get(step as usize).ok_or(Refusal::UnknownStep(step))
    }

    pub(super) fn hitl(&self) -> Option<&Hitl> {
        self.start.as_ref().map(|start| &start.hitl)
    }

    fn is_required(&self, step: StepIndex) -> bool {
        self.required.get(step as usize).copied().unwrap_or_default()
    }

    pub(super) fn review_until_ms(&self, now_ms: i64) -> Option<i64> {
        let timeout_ms = self.hitl()?.timeout_ms?;
        Some(now_ms.saturating_add(i64::try_from(timeout_ms).unwrap_or(i64::MAX)))
    }

    fn review(&self, reason: ReviewReason, now_ms: i64) -> Next {
        Next::Review { reason, until_ms: self.review_until_ms(now_ms) }
    }

    fn decide_condition(&self, step: StepIndex, result: Result<bool, CallFailure>) -> Result<Vec<Event>, Refusal> {
        if self.task(step)?.state != TaskState::Due {
            return Err(Refusal::NotDue);
        }
        Ok(vec![match result {
            Ok(true) => Event::ConditionMet { step },
            Ok(false) => Event::Skipped { step, because: SkipReason::Condition },
            Err(failure) => Event::ConditionFailed { step, failure: failure.of_attempt(0) },
        }])
    }

    fn decide_admitted(&self, step: StepIndex, model: Model, reserve: PicoUsd) -> Result<Vec<Event>, Refusal> {
        let task = self.task(step)?;
        if !matches!(task.state, TaskState::Queued { needed: None }) {
            return Err(Refusal::NotDue);
        }
        let fits = self.room().is_none_or(|room| reserve <= room);
        Ok(vec![if fits {
            Event::Admitted { step, attempt: task.attempt + 1, model, reserved: reserve }
        } else {
            Event::BudgetShort { step, needed: reserve }
        }])
    }

    fn decide_answer(&self, step: StepIndex, call: u32, answer: Answer, now_ms: i64) -> Result<Vec<Event>, Refusal> {
        let repaired = match &self.task(step)?.state {
            TaskState::Running { call: current, .. } if *current == call => false,
            TaskState::Repairing { call: current, .. } if *current == call => true,
            _ => return Err(Refusal::Late),
        };
        let scored = self.hitl().is_some_and(|hitl| hitl.confidence_threshold.is_some());
        let next = match (&answer.mismatch, repaired) {
            (Some(_), false) => Next::Repair,
            (Some(_), true) => Next::Mismatch,
            (None, _) if scored => Next::Score,
            (None, _) if self.is_required(step) => self.review(ReviewReason::Required, now_ms),
            (None, _) => Next::Complete,
        };
        Ok(vec![Event::Answered { step, call, answer: Box::new(answer), next }])
    }

    fn decide_failure(
        &self,
        step: StepIndex,
        call: u32,
        failure: CallFailure,
        now_ms: i64,
    ) -> Result<Vec<Event>, Refusal> {
        let task = self.task(step)?;
        match &task.state {
            TaskState::Running { call: current, .. } | TaskState::Repairing { call: current, .. }
                if *current == call => {}
            _ => return Err(Refusal::Late),
        }
        let (then, message) = self.after_failure(step, task, &failure, now_ms);
        let (usage, cost, duration_ms) = (failure.usage, failure.cost, failure.duration_ms);
        let mut failure = failure.of_attempt(task.attempt);
        if let Some(message) = message {
            failure.message = message;
        }
        Ok(vec![Event::CallFailed { step, call, failure, usage, cost, duration_ms, then }])
    }

    /// Whether the task is tried again, and the message where it has to say more than the provider did.
    fn after_failure(
        &self,
        step: StepIndex,
        task: &Task,
        failure: &CallFailure,
        now_ms: i64,
    ) -> (AfterFailure, Option<String>) {
        if !failure.retryable || (failure.code == FailureCode::Timeout && task.tries.timeouts > 0) {
            return (AfterFailure::Fail, None);
        }
        // No wait is asked for by a zero: that attempt counts, or the provider could be asked without end.
        if let Some(wait_ms) = failure.retry_after_ms.filter(|wait_ms| *wait_ms > 0) {
            return after_wait(failure, wait_ms.max(RETRY_AFTER_FLOOR_MS), task.tries.retry_after_ms, now_ms);
        }
        let shape = &self.shape.steps[step as usize];
        if task.tries.counted + 1 >= shape.max_attempts {
            return (AfterFailure::Fail, None);
        }
        let delay_ms = self.backoff_ms(step, task);
        (AfterFailure::Retry { until_ms: now_ms.saturating_add(delay_ms as i64), free: false }, None)
    }

    /// Doubles with each counted attempt up to a minute, less up to a half by a jitter that follows from the names.
    fn backoff_ms(&self, step: StepIndex, task: &Task) -> u64 {
        let base_ms = self.shape.steps[step as usize].backoff_ms;
        let factor = 1u64.checked_shl(task.tries.counted.min(62)).unwrap_or(u64::MAX);
        let full_ms = base_ms.saturating_mul(factor).min(limits::BACKOFF_CEILING_MS);
        full_ms - (self.draw("backoff", step, task.attempt) * (full_ms / 2) as f64) as u64
    }

    /// A number in 0..1 that looks random and is the same on every replay.
    fn draw(&self, purpose: &str, step: StepIndex, attempt: u32) -> f64 {
        let digest = Sha256::digest(format!("{purpose}/{}/{step}/{attempt}", self.id));
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&digest[..8]);
        (u64::from_be_bytes(bytes) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn decide_scored(
        &self,
        step: StepIndex,
        call: u32,
        scoring: Box<Scoring>,
        now_ms: i64,
    ) -> Result<Vec<Event>, Refusal> {
        let task = self.task(step)?;
        let draft = match &task.state {
            TaskState::Scoring { call: current, draft, .. } if *current == call => draft,
            _ => return Err(Refusal::Late),
        };
        let hitl = self.hitl();
        let threshold = hitl.and_then(|hitl| hitl.confidence_threshold).unwrap_or(1.0);
        let spot_check_rate = hitl.and_then(|hitl| hitl.spot_check_rate).unwrap_or_default();
        let reason = match &scoring.score {
            _ if self.is_required(step) => Some(ReviewReason::Required),
            None => Some(ReviewReason::NotScored),
            Some(score) if f64::from(score.confidence) / 10_000.0 < threshold => Some(ReviewReason::LowConfidence),
            Some(_) if draft.truncated || draft.repaired => Some(ReviewReason::Imperfect),
            Some(_) if self.draw("spot-check", step, task.attempt) < spot_check_rate => Some(ReviewReason::SpotCheck),
            Some(_) => None,
        };
        let next = reason.map_or(Next::Complete, |reason| self.review(reason, now_ms));
        Ok(vec![Event::Scored { step, call, scoring, next }])
    }

    fn no_approval(&self, step: StepIndex) -> Refusal {
        match self.task(step) {
            Err(refusal) => refusal,
            Ok(task) => match &task.decision {
                Some(decision) => Refusal::AlreadyDecided(Box::new(decision.clone())),
                None => Refusal::NotPending,
            },
        }
    }

    fn no_undo(&self, step: StepIndex) -> Refusal {
        match self.task(step) {
            Err(refusal) => refusal,
            Ok(task) if task.decision.is_some() => Refusal::UndoTooLate,
            Ok(_) => Refusal::NotPending,
        }
    }

    fn decide_verdict(
        &self,
        step: StepIndex,
        verdict: Verdict,
        by: String,
        judged: Option<TextHash>,
        undo_ms: u64,
        now_ms: i64,
    ) -> Result<Vec<Event>, Refusal> {
        let TaskState::AwaitingApproval(approval) = &self.task(step)?.state else {
            return Err(self.no_approval(step));
        };
        let current = approval.draft.output.hash;
        if judged.is_some_and(|judged| judged != current) {
            return Err(Refusal::Stale { current });
        }
        let undo_ms = undo_ms.min(limits::UNDO_MS) as i64;
        let held_until_ms = (undo_ms > 0).then(|| now_ms.saturating_add(undo_ms));
        let decision = Box::new(Decision { verdict, by, at_ms: now_ms, judged: current });
        Ok(vec![Event::Decided { step, decision, held_until_ms }])
    }

    fn decide_resume(&self, max_cost: Option<PicoUsd>, by: String, now_ms: i64) -> Result<Vec<Event>, Refusal> {
        let raised = |max_cost: PicoUsd| match self.max_cost {
            Some(present) if max_cost <= present => Err(Refusal::BudgetNotRaised { max_cost: present }),
            Some(_) | None => Ok(max_cost),
        };
        match &self.stage {
            Stage::Ended(Outcome::Failed(_) | Outcome::Cancelled) => {
                let max_cost = max_cost.map(raised).transpose()?;
                let mut events = self.unaffordable_scores(max_cost.or(self.max_cost), now_ms);
                events.insert(0, Event::Resumed { by, max_cost, reviews_until_ms: self.review_until_ms(now_ms) });
                Ok(events)
            }
            Stage::Open if !self.budget_short.is_empty() => match max_cost {
                Some(max_cost) => Ok(vec![Event::BudgetRaised { max_cost: raised(max_cost)?, by }]),
                None => Err(Refusal::BudgetNotRaised { max_cost: self.max_cost.unwrap_or_default() }),
            },
            Stage::New | Stage::Open | Stage::Ended(Outcome::Completed) => Err(Refusal::NotResumable(self.status())),
        }
    }

    /// Scoring calls that a resume would start again and that the budget has no room for: a human is asked instead.
    fn unaffordable_scores(&self, max_cost: Option<PicoUsd>, now_ms: i64) -> Vec<Event> {
        let Some(max_cost) = max_cost else { return Vec::new() };
        let mut room = self.room_under(max_cost);
        let mut events = Vec::new();
        for (step, task) in self.tasks.iter().enumerate() {
            if !matches!(task.state, TaskState::Cancelled(Kept::Unscored(_))) {
                continue;
            }
            if task.released <= room {
                room.0 -= task.released.0;
                continue;
            }
            let step = step as StepIndex;
            let scoring = Box::new(Scoring {
                score: None,
                reason: Some("The budget has no room for the evaluator's call.".to_owned()),
                answer: None,
                model: None,
                usage: Usage::default(),
                cost: Cost::NOTHING,
                duration_ms: 0,
            });
            let next = self.review(self.unscored(step), now_ms);
            events.push(Event::Scored { step, call: task.call + 1, scoring, next });
        }
        events
    }

    /// Why a human is asked about an answer without a score.
    pub(super) fn unscored(&self, step: StepIndex) -> ReviewReason {
        if self.is_required(step) { ReviewReason::Required } else { ReviewReason::NotScored }
    }
}

/// Whether a wait that the provider asks for is obeyed.
fn after_wait(failure: &CallFailure, wait_ms: u64, waited_ms: u64, now_ms: i64) -> (AfterFailure, Option<String>) {
    let too_long = if wait_ms > limits::RETRY_AFTER_MS {
        "which is longer than Planloom waits".to_owned()
    } else if waited_ms.saturating_add(wait_ms) > limits::RETRY_AFTER_SUM_MS {
        format!("after {} s of such waits, and together that is longer than Planloom waits", waited_ms.div_ceil(1000))
    } else {
        return (AfterFailure::Retry { until_ms: now_ms.saturating_add(wait_ms as i64), free: true }, None);
    };
    let message = format!(
        "{} The provider asks to wait {} s before the next call, {too_long}. Resume the execution after that time.",
        failure.message,
        wait_ms.div_ceil(1000),
    );
    (AfterFailure::Fail, Some(message))
}

impl CallFailure {
    /// As the task's failure.
    pub fn of_attempt(self, attempt: u32) -> Failure {
        Failure { code: self.code, message: self.message, retryable: self.retryable, attempt, status: self.status }
    }
}
