//! Folding events into the state: the same code live and on replay.
//!
//! Nothing is decided here but what the shape of the plan alone implies: a task whose dependencies have ended becomes
//! ready, is skipped when all of them were, and is cancelled as soon as one of them failed, was rejected or cancelled.

use std::sync::Arc;

use super::*;

impl ExecutionState {
    /// An execution that has not been started.
    pub fn new(id: Arc<str>, shape: Arc<Shape>) -> ExecutionState {
        let tasks: Vec<Task> = shape.steps.iter().map(Task::new).collect();
        let mut counts = [0; TaskStatus::COUNT];
        counts[TaskStatus::Pending as usize] = tasks.len() as u32;
        ExecutionState {
            id,
            start: None,
            stage: Stage::New,
            created_at_ms: 0,
            completed_at_ms: None,
            usage: Usage::default(),
            spent: Spent::default(),
            max_cost: None,
            resumes: 0,
            required: Vec::new(),
            closing: None,
            charged: PicoUsd(0),
            reserved: PicoUsd(0),
            elapsed_ms: 0,
            last_at_ms: 0,
            counts,
            due: 0,
            budget_short: BTreeSet::new(),
            queued: BTreeSet::new(),
            active: BTreeSet::new(),
            timers: BTreeSet::new(),
            touched: BTreeSet::new(),
            tasks,
            shape,
        }
    }

    /// Folds one event that happened at `at_ms`.
    pub fn apply(&mut self, event: &Event, at_ms: i64) {
        self.advance_clock(event, at_ms);
        match event {
            Event::Started(start) => self.apply_started(start, at_ms),
            Event::ConditionMet { step } => self.set(*step, TaskState::Queued { needed: None }, at_ms),
            Event::Skipped { step, because } => self.set(*step, TaskState::Skipped { because: *because }, at_ms),
            Event::ConditionFailed { step, failure } => {
                self.set(*step, TaskState::Failed { failure: failure.clone() }, at_ms);
            }
            Event::Admitted { step, attempt, model, reserved } => {
                self.apply_admitted(*step, *attempt, model, *reserved, at_ms);
            }
            Event::BudgetShort { step, needed } => {
                self.set(*step, TaskState::Queued { needed: Some(*needed) }, at_ms);
                // The room that this task was woken for may be enough for another one.
                self.wake_budget_short(at_ms);
            }
            Event::Answered { step, answer, next, .. } => self.apply_answered(*step, answer, *next, at_ms),
            Event::CallFailed { step, failure, usage, cost, duration_ms, then, .. } => {
                self.settle_call(*step, *usage, *cost, *duration_ms);
                self.release(*step, at_ms);
                self.apply_failed(*step, failure, *then, at_ms);
            }
            Event::Interrupted { step, then, .. } => self.apply_interrupted(*step, *then, at_ms),
            Event::RetryDue { step } => self.set(*step, TaskState::Queued { needed: None }, at_ms),
            Event::Scored { step, scoring, next, .. } => self.apply_scored(*step, scoring, *next, at_ms),
            Event::Decided { step, decision, held_until_ms } => {
                self.apply_decided(*step, decision, *held_until_ms, at_ms);
            }
            Event::TookEffect { step } => self.take_effect(*step, at_ms),
            Event::Undone { step, .. } => self.change_approval(*step, at_ms, |_| {}),
            Event::Assigned { step, reviewer, .. } => {
                self.change_approval(*step, at_ms, |approval| approval.assigned_to.clone_from(reviewer));
            }
            Event::Reminded { step, until_ms } => self.change_approval(*step, at_ms, |approval| {
                approval.graced = true;
                approval.until_ms = Some(*until_ms);
            }),
            Event::Expired { step } => self.change_approval(*step, at_ms, |approval| approval.expired = true),
            Event::BudgetRaised { max_cost, .. } => {
                self.max_cost = Some(*max_cost);
                self.wake_budget_short(at_ms);
            }
            Event::CancelRequested { .. } => self.close(Outcome::Cancelled, at_ms),
            Event::TimedOut => {
                let timeout_ms = self.start.as_ref().and_then(|start| start.options.timeout_ms).unwrap_or_default();
                self.close(Outcome::Failed(ExecutionFailure::ExecutionTimeout { timeout_ms }), at_ms);
            }
            Event::Resumed { max_cost, reviews_until_ms, .. } => {
                self.apply_resumed(*max_cost, *reviews_until_ms, at_ms);
            }
            Event::Recovered | Event::ClockMoved => {}
            Event::Ended { outcome } => {
                self.stage = Stage::Ended(outcome.clone());
                self.closing = None;
                self.completed_at_ms = Some(at_ms);
            }
        }
    }

    /// Machine time passes while the execution runs; not while it is paused, nor while no process ran it.
    fn advance_clock(&mut self, event: &Event, at_ms: i64) {
        match event {
            Event::Started(_) | Event::Recovered | Event::ClockMoved | Event::Resumed { .. } => {}
            _ => {
                if self.status() == ExecutionStatus::Running {
                    let passed_ms = at_ms.saturating_sub(self.last_at_ms).max(0);
                    self.elapsed_ms = self.elapsed_ms.saturating_add(passed_ms);
                }
            }
        }
        self.last_at_ms = at_ms;
    }

    fn apply_started(&mut self, start: &Start, at_ms: i64) {
        self.created_at_ms = at_ms;
        self.max_cost = start.options.max_cost.and_then(PicoUsd::from_usd);
        let listed: std::collections::HashSet<&str> = start.hitl.required_for.iter().map(String::as_str).collect();
        let shape = Arc::clone(&self.shape);
        self.required = shape.steps.iter().map(|step| step.requires_approval || listed.contains(&*step.id)).collect();
        self.start = Some(Box::new(start.clone()));
        self.stage = Stage::Open;
        for (index, step) in shape.steps.iter().enumerate() {
            if step.depends_on.is_empty() {
                self.set(index as StepIndex, self.when_ready(index as StepIndex), at_ms);
            }
        }
    }

    fn apply_admitted(&mut self, step: StepIndex, attempt: u32, model: &Model, reserved: PicoUsd, at_ms: i64) {
        self.reserve(step, reserved);
        let task = &mut self.tasks[step as usize];
        task.attempt = attempt;
        // The score of an earlier attempt says nothing of this one.
        task.score = None;
        task.call += 1;
        task.model = Some(model.clone());
        task.started_at_ms.get_or_insert(at_ms);
        let call = task.call;
        self.set(step, TaskState::Running { attempt, call, model: model.clone(), since_ms: at_ms }, at_ms);
    }

    fn apply_answered(&mut self, step: StepIndex, answer: &Answer, next: Next, at_ms: i64) {
        self.settle_call(step, answer.usage, answer.cost, answer.duration_ms);
        let task = &mut self.tasks[step as usize];
        for warning in &answer.warnings {
            if !task.warnings.contains(warning) {
                task.warnings.push(warning.clone());
            }
        }
        task.tries.interruptions = 0;
        let repaired = matches!(task.state, TaskState::Repairing { .. });
        let draft = Draft { output: answer.output, truncated: answer.truncated, repaired, attempt: task.attempt };
        match next {
            Next::Repair => {
                task.call += 1;
                if let Some(model) = task.model.clone() {
                    let state = TaskState::Repairing {
                        attempt: task.attempt,
                        call: task.call,
                        model,
                        since_ms: at_ms,
                        answer: answer.output,
                        mismatch: answer.mismatch.clone().unwrap_or_default(),
                    };
                    self.set(step, state, at_ms);
                }
            }
            Next::Score => self.start_scoring(step, draft, at_ms),
            Next::Complete => {
                self.release(step, at_ms);
                self.set(step, TaskState::Completed { output: answer.output }, at_ms);
            }
            Next::Review { reason, until_ms } => {
                self.release(step, at_ms);
                self.open_approval(step, draft, reason, false, until_ms, at_ms);
            }
            Next::Mismatch => {
                let failure = Failure {
                    code: FailureCode::OutputSchemaMismatch,
                    message: answer.mismatch.clone().unwrap_or_default(),
                    retryable: false,
                    attempt: task.attempt,
                    status: None,
                };
                self.release(step, at_ms);
                self.set(step, TaskState::Failed { failure }, at_ms);
            }
        }
    }

    fn start_scoring(&mut self, step: StepIndex, draft: Draft, at_ms: i64) {
        let task = &mut self.tasks[step as usize];
        task.call += 1;
        let call = task.call;
        self.set(step, TaskState::Scoring { call, draft, since_ms: at_ms }, at_ms);
    }

    fn apply_failed(&mut self, step: StepIndex, failure: &Failure, then: AfterFailure, at_ms: i64) {
        let tries = &mut self.tasks[step as usize].tries;
        tries.interruptions = 0;
        tries.timeouts += u32::from(failure.code == FailureCode::Timeout);
        let state = match then {
            AfterFailure::Retry { until_ms, free } => {
                if free {
                    let wait_ms = u64::try_from(until_ms.saturating_sub(at_ms)).unwrap_or_default();
                    tries.retry_after_ms = tries.retry_after_ms.saturating_add(wait_ms);
                } else {
                    tries.counted += 1;
                }
                TaskState::Backoff { until_ms, failure: failure.clone(), rate_limited: free }
            }
            AfterFailure::Fail => TaskState::Failed { failure: failure.clone() },
        };
        self.set(step, state, at_ms);
    }

    fn apply_interrupted(&mut self, step: StepIndex, then: AfterInterruption, at_ms: i64) {
        let held = self.tasks[step as usize].reserved;
        self.settle_call(step, Usage::default(), self.interruption_cost(step), 0);
        let task = &mut self.tasks[step as usize];
        task.tries.interruptions += 1;
        match then {
            AfterInterruption::Queue => {
                self.release(step, at_ms);
                self.set(step, TaskState::Queued { needed: None }, at_ms);
            }
            AfterInterruption::Again => {
                task.call += 1;
                let fresh = task.call;
                let mut state = task.state.clone();
                if let TaskState::Repairing { call, .. } | TaskState::Scoring { call, .. } = &mut state {
                    *call = fresh;
                }
                // The same call again may cost as much again.
                self.reserve(step, held);
                self.set(step, state, at_ms);
            }
            AfterInterruption::Review { reason, until_ms } => {
                if let TaskState::Scoring { draft, .. } = task.state.clone() {
                    self.release(step, at_ms);
                    self.open_approval(step, draft, reason, true, until_ms, at_ms);
                }
            }
            AfterInterruption::Fail => {
                let failure = Failure {
                    code: FailureCode::Interrupted,
                    message: "The program ended three times in a row while the model was working on this step. \
                              Resume the execution to try again."
                        .to_owned(),
                    retryable: false,
                    attempt: task.attempt,
                    status: None,
                };
                self.release(step, at_ms);
                self.set(step, TaskState::Failed { failure }, at_ms);
            }
        }
    }

    fn apply_scored(&mut self, step: StepIndex, scoring: &Scoring, next: Next, at_ms: i64) {
        self.settle_call(step, scoring.usage, scoring.cost, scoring.duration_ms);
        let task = &mut self.tasks[step as usize];
        task.score.clone_from(&scoring.score);
        task.tries.interruptions = 0;
        let TaskState::Scoring { draft, .. } = task.state.clone() else { return };
        self.release(step, at_ms);
        match next {
            Next::Review { reason, until_ms } => self.open_approval(step, draft, reason, true, until_ms, at_ms),
            Next::Complete | Next::Repair | Next::Score | Next::Mismatch => {
                self.set(step, TaskState::Completed { output: draft.output }, at_ms);
            }
        }
    }

    fn open_approval(
        &mut self,
        step: StepIndex,
        draft: Draft,
        reason: ReviewReason,
        score_asked: bool,
        until_ms: Option<i64>,
        at_ms: i64,
    ) {
        let task = &mut self.tasks[step as usize];
        task.decision = None;
        let approval = Approval {
            draft,
            reason,
            score: if score_asked { task.score.clone() } else { None },
            score_asked,
            requested_at_ms: at_ms,
            until_ms,
            expired: false,
            graced: false,
            assigned_to: None,
        };
        self.set(step, TaskState::AwaitingApproval(Box::new(approval)), at_ms);
    }

    fn apply_decided(&mut self, step: StepIndex, decision: &Decision, held_until_ms: Option<i64>, at_ms: i64) {
        let task = &mut self.tasks[step as usize];
        task.decision = Some(decision.clone());
        match (held_until_ms, task.state.clone()) {
            (Some(until_ms), TaskState::AwaitingApproval(approval)) => {
                self.set(step, TaskState::Held { approval, until_ms }, at_ms);
            }
            _ => self.take_effect(step, at_ms),
        }
    }

    /// The decision on the step's approval does what it says.
    fn take_effect(&mut self, step: StepIndex, at_ms: i64) {
        let task = &mut self.tasks[step as usize];
        let (TaskState::AwaitingApproval(approval) | TaskState::Held { approval, .. }) = task.state.clone() else {
            return;
        };
        let Some(decision) = &task.decision else { return };
        let state = match &decision.verdict {
            Verdict::Approved { modified: Some(text), .. } => {
                task.replaced = Some(approval.draft.output);
                TaskState::Completed { output: *text }
            }
            Verdict::Approved { modified: None, .. } => TaskState::Completed { output: approval.draft.output },
            Verdict::Rejected { reason, retry: false, .. } => TaskState::Rejected { reason: reason.clone() },
            Verdict::Rejected { reason, retry: true, retry_prompt } => {
                task.rejection = Some(Rejection {
                    output: approval.draft.output,
                    reason: reason.clone(),
                    retry_prompt: retry_prompt.clone(),
                });
                task.tries = Tries::default();
                task.score = None;
                TaskState::Queued { needed: None }
            }
        };
        self.set(step, state, at_ms);
    }

    /// Changes the step's approval, and opens it again if a decision was held.
    fn change_approval(&mut self, step: StepIndex, at_ms: i64, change: impl FnOnce(&mut Approval)) {
        let task = &mut self.tasks[step as usize];
        match task.state.clone() {
            TaskState::AwaitingApproval(mut approval) => {
                change(&mut approval);
                self.set(step, TaskState::AwaitingApproval(approval), at_ms);
            }
            TaskState::Held { mut approval, .. } => {
                change(&mut approval);
                task.decision = None;
                self.set(step, TaskState::AwaitingApproval(approval), at_ms);
            }
            _ => {}
        }
    }

    /// Everything that has not ended is cancelled; a held decision takes effect first, for it was given.
    fn close(&mut self, outcome: Outcome, at_ms: i64) {
        self.closing = Some(outcome);
        let steps = 0..self.tasks.len() as StepIndex;
        for step in steps.clone() {
            if matches!(self.tasks[step as usize].state, TaskState::Held { .. }) {
                self.take_effect(step, at_ms);
            }
        }
        for step in steps {
            let task = &self.tasks[step as usize];
            let kept = match &task.state {
                state if state.has_ended() => continue,
                TaskState::Scoring { draft, .. } => Kept::Unscored(draft.clone()),
                TaskState::AwaitingApproval(approval) => Kept::Unreviewed(approval.clone()),
                _ => Kept::Nothing,
            };
            if matches!(task.state, TaskState::Running { .. } | TaskState::Repairing { .. } | TaskState::Scoring { .. })
            {
                let held = task.reserved;
                self.settle_call(step, Usage::default(), self.interruption_cost(step), 0);
                self.tasks[step as usize].released = held;
            }
            self.let_go(step);
            self.set(step, TaskState::Cancelled(kept), at_ms);
        }
    }

    fn apply_resumed(&mut self, max_cost: Option<PicoUsd>, reviews_until_ms: Option<i64>, at_ms: i64) {
        self.stage = Stage::Open;
        self.completed_at_ms = None;
        self.elapsed_ms = 0;
        self.resumes += 1;
        if max_cost.is_some() {
            self.max_cost = max_cost;
        }
        let shape = Arc::clone(&self.shape);
        let mut returning = Vec::new();
        for step in 0..self.tasks.len() as StepIndex {
            let task = &mut self.tasks[step as usize];
            task.tries = Tries::default();
            match &task.state {
                TaskState::Completed { .. } | TaskState::Skipped { .. } => continue,
                TaskState::Cancelled(kept) => returning.push((step, kept.clone())),
                _ => returning.push((step, Kept::Nothing)),
            }
            task.completed_at_ms = None;
            self.set(step, TaskState::Blocked, at_ms);
        }
        for (step, shape) in shape.steps.iter().enumerate() {
            let ended = |wanted: fn(&TaskState) -> bool| {
                shape.depends_on.iter().filter(|on| wanted(&self.tasks[**on as usize].state)).count() as u32
            };
            let completed = ended(|state| matches!(state, TaskState::Completed { .. }));
            let skipped = ended(|state| matches!(state, TaskState::Skipped { .. }));
            let task = &mut self.tasks[step];
            task.open_dependencies = shape.depends_on.len() as u32 - completed - skipped;
            task.completed_dependencies = completed;
            task.failed_dependencies = 0;
        }
        for (step, kept) in returning {
            match kept {
                Kept::Unreviewed(mut approval) => {
                    approval.until_ms = reviews_until_ms;
                    approval.expired = false;
                    approval.graced = false;
                    self.set(step, TaskState::AwaitingApproval(approval), at_ms);
                }
                Kept::Unscored(draft) => {
                    self.reserve(step, self.tasks[step as usize].released);
                    self.start_scoring(step, draft, at_ms);
                }
                Kept::Nothing => {
                    let task = &self.tasks[step as usize];
                    if task.open_dependencies == 0 && task.state == TaskState::Blocked {
                        self.set(step, self.when_ready(step), at_ms);
                    }
                }
            }
        }
    }
}

impl Task {
    fn new(step: &StepShape) -> Task {
        Task {
            state: TaskState::Blocked,
            attempt: 0,
            call: 0,
            model: None,
            usage: Usage::default(),
            spent: Spent::default(),
            duration_ms: 0,
            started_at_ms: None,
            completed_at_ms: None,
            warnings: Vec::new(),
            score: None,
            decision: None,
            replaced: None,
            rejection: None,
            open_dependencies: step.depends_on.len() as u32,
            completed_dependencies: 0,
            failed_dependencies: 0,
            tries: Tries::default(),
            reserved: PicoUsd(0),
            released: PicoUsd(0),
        }
    }
}
