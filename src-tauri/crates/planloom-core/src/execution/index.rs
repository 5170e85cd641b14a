//! Putting a task into a state: every counter and index follows, and so does what the plan's shape implies.

use std::sync::Arc;

use super::*;

impl ExecutionState {
    /// What a blocked task becomes when all its dependencies have ended, none of them badly.
    pub(super) fn when_ready(&self, step: StepIndex) -> TaskState {
        let shape = &self.shape.steps[step as usize];
        if !shape.depends_on.is_empty() && self.tasks[step as usize].completed_dependencies == 0 {
            TaskState::Skipped { because: SkipReason::Dependencies }
        } else if shape.has_condition {
            TaskState::Due
        } else {
            TaskState::Queued { needed: None }
        }
    }

    /// Puts a task into a state and lets what follows from the plan's shape follow.
    pub(super) fn set(&mut self, step: StepIndex, state: TaskState, at_ms: i64) {
        let shape = Arc::clone(&self.shape);
        let mut changes = vec![(step, state)];
        while let Some((step, state)) = changes.pop() {
            let ended_before = self.tasks[step as usize].state.has_ended();
            self.index(step, state, at_ms);
            let state = &self.tasks[step as usize].state;
            if ended_before || !state.has_ended() {
                continue;
            }
            let completed = matches!(state, TaskState::Completed { .. });
            let skipped = matches!(state, TaskState::Skipped { .. });
            for dependent in &shape.steps[step as usize].dependents {
                let task = &mut self.tasks[*dependent as usize];
                task.open_dependencies -= 1;
                task.completed_dependencies += u32::from(completed);
                task.failed_dependencies += u32::from(!completed && !skipped);
                if task.state != TaskState::Blocked {
                    continue;
                }
                if task.failed_dependencies > 0 {
                    changes.push((*dependent, TaskState::Cancelled(Kept::Nothing)));
                } else if task.open_dependencies == 0 {
                    changes.push((*dependent, self.when_ready(*dependent)));
                }
            }
        }
    }

    /// Replaces a task's state and keeps every index and counter in step.
    fn index(&mut self, step: StepIndex, state: TaskState, at_ms: i64) {
        let task = &mut self.tasks[step as usize];
        let old = std::mem::replace(&mut task.state, state);
        let new = &task.state;
        self.counts[old.status() as usize] -= 1;
        self.counts[new.status() as usize] += 1;
        if new.has_ended() && !old.has_ended() {
            task.completed_at_ms = Some(at_ms);
        }
        if let Some(timer) = timer_of(&old) {
            self.timers.remove(&(timer, step));
        }
        if let Some(timer) = timer_of(new) {
            self.timers.insert((timer, step));
        }
        self.due -= u32::from(old == TaskState::Due);
        self.due += u32::from(*new == TaskState::Due);
        if let TaskState::Queued { needed } = &old {
            match needed {
                None => self.queued.remove(&step),
                Some(needed) => self.budget_short.remove(&(*needed, step)),
            };
        }
        if let TaskState::Queued { needed } = new {
            match needed {
                None => self.queued.insert(step),
                Some(needed) => self.budget_short.insert((*needed, step)),
            };
        }
        match new {
            TaskState::Due
            | TaskState::Running { .. }
            | TaskState::Repairing { .. }
            | TaskState::Scoring { .. }
            | TaskState::Backoff { .. }
            | TaskState::AwaitingApproval(_)
            | TaskState::Held { .. } => drop(self.active.insert(step)),
            TaskState::Blocked
            | TaskState::Queued { .. }
            | TaskState::Completed { .. }
            | TaskState::Failed { .. }
            | TaskState::Rejected { .. }
            | TaskState::Skipped { .. }
            | TaskState::Cancelled(_) => drop(self.active.remove(&step)),
        }
        self.touched.insert(step);
    }
}

/// When a state wants a tick.
fn timer_of(state: &TaskState) -> Option<i64> {
    match state {
        TaskState::Backoff { until_ms, .. } | TaskState::Held { until_ms, .. } => Some(*until_ms),
        TaskState::AwaitingApproval(approval) if !approval.expired => approval.until_ms,
        TaskState::AwaitingApproval(_)
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
        | TaskState::Cancelled(_) => None,
    }
}
