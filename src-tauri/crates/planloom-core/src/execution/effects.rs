//! What should be running now, derived from the state.
//!
//! The shell compares this with what is running: what is missing it starts, what is not wanted it aborts.

use super::{ExecutionState, ExecutionStatus, Stage, StepIndex, TaskState};

/// What kind of model call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    Call,
    Repair,
    Score,
}

/// Something that should be running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Evaluate the step's condition and say the result.
    Evaluate { step: StepIndex },
    /// Call a model; the answer names `call`.
    Call { step: StepIndex, call: u32, phase: Phase },
    /// Say `Tick` at this time or soon after.
    WakeAt { at_ms: i64 },
}

impl ExecutionState {
    /// Everything that should be running, in plan order, the timer last.
    pub fn effects(&self) -> impl Iterator<Item = Effect> {
        let active = if self.stage == Stage::Open { Some(&self.active) } else { None };
        active
            .into_iter()
            .flatten()
            .filter_map(|step| self.effect_of(*step))
            .chain(self.wake_at_ms().map(|at_ms| Effect::WakeAt { at_ms }))
    }

    /// What should be running for one task.
    pub fn effect_of(&self, step: StepIndex) -> Option<Effect> {
        match &self.tasks[step as usize].state {
            TaskState::Due => Some(Effect::Evaluate { step }),
            TaskState::Running { call, .. } => Some(Effect::Call { step, call: *call, phase: Phase::Call }),
            TaskState::Repairing { call, .. } => Some(Effect::Call { step, call: *call, phase: Phase::Repair }),
            TaskState::Scoring { call, .. } => Some(Effect::Call { step, call: *call, phase: Phase::Score }),
            TaskState::Blocked
            | TaskState::Queued { .. }
            | TaskState::Backoff { .. }
            | TaskState::AwaitingApproval(_)
            | TaskState::Held { .. }
            | TaskState::Completed { .. }
            | TaskState::Failed { .. }
            | TaskState::Rejected { .. }
            | TaskState::Skipped { .. }
            | TaskState::Cancelled(_) => None,
        }
    }

    /// When the next timer is due: a retry, a deadline, a held decision, or the execution's own time.
    pub fn wake_at_ms(&self) -> Option<i64> {
        if self.stage != Stage::Open {
            return None;
        }
        let timer = self.timers.first().map(|(at_ms, _)| *at_ms);
        timer.into_iter().chain(self.times_out_at_ms()).min()
    }

    /// When the execution's own time is used up, if its clock goes on as now.
    pub(super) fn times_out_at_ms(&self) -> Option<i64> {
        let timeout_ms = self.start.as_ref()?.options.timeout_ms?;
        let left_ms = i64::try_from(timeout_ms).unwrap_or(i64::MAX).saturating_sub(self.elapsed_ms);
        (self.status() == ExecutionStatus::Running).then(|| self.last_at_ms.saturating_add(left_ms))
    }

    /// The tasks that changed since this was last asked.
    pub fn take_touched(&mut self) -> Vec<StepIndex> {
        std::mem::take(&mut self.touched).into_iter().collect()
    }
}
