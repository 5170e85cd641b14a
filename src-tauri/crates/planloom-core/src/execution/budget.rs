//! What the calls of an execution cost, and what its budget still allows.
//!
//! An attempt holds a reservation from its admission to its end; what its calls cost is taken out of it, so what is
//! charged and what is reserved never exceed the budget together as long as no attempt costs more than it reserved.

use super::*;
use crate::usage::Prices;

impl ExecutionState {
    /// What the budget has left for new attempts; `None` without a budget.
    pub fn room(&self) -> Option<PicoUsd> {
        self.max_cost.map(|max_cost| self.room_under(max_cost))
    }

    /// What a budget of `max_cost` would have left.
    pub(super) fn room_under(&self, max_cost: PicoUsd) -> PicoUsd {
        PicoUsd(max_cost.0.saturating_sub(self.charged.0).saturating_sub(self.reserved.0))
    }

    /// What is known of the cost of a call that is cut off now.
    pub(super) fn interruption_cost(&self, step: StepIndex) -> Cost {
        let task = &self.tasks[step as usize];
        let prices = task.model.as_ref().map(|model| model.prices);
        if self.start.as_ref().is_some_and(|start| start.simulated) {
            return Cost::NOTHING;
        }
        match (&task.state, prices) {
            // The evaluator is another model than the task's.
            (TaskState::Scoring { .. }, _) => Cost::AtLeast(PicoUsd(0)),
            (_, Some(Some(Prices::FREE))) => Cost::NOTHING,
            (_, Some(None)) => Cost::Unpriced,
            (_, Some(Some(_)) | None) => Cost::AtLeast(PicoUsd(0)),
        }
    }

    /// What `cost` takes from the budget: what is not known counts with all that the attempt still holds.
    pub(super) fn charge(&self, step: StepIndex, cost: Cost) -> PicoUsd {
        match cost {
            Cost::Known(part) => part,
            Cost::Unpriced => PicoUsd(0),
            Cost::AtLeast(part) => part.max(self.tasks[step as usize].reserved),
        }
    }

    /// Books what a call used and cost.
    pub(super) fn settle_call(&mut self, step: StepIndex, usage: Usage, cost: Cost, duration_ms: u64) {
        let charge = self.charge(step, cost);
        let task = &mut self.tasks[step as usize];
        task.usage = task.usage.plus(usage);
        task.spent.add(cost);
        task.duration_ms = task.duration_ms.saturating_add(duration_ms);
        self.usage = self.usage.plus(usage);
        self.spent.add(cost);
        self.charged = self.charged.plus(charge);
        let from_reserve = charge.0.min(task.reserved.0);
        task.reserved.0 -= from_reserve;
        self.reserved.0 = self.reserved.0.saturating_sub(from_reserve);
    }

    /// Holds `amount` for the task's attempt.
    pub(super) fn reserve(&mut self, step: StepIndex, amount: PicoUsd) {
        let task = &mut self.tasks[step as usize];
        let before = std::mem::replace(&mut task.reserved, amount);
        self.reserved = PicoUsd(self.reserved.0.saturating_sub(before.0)).plus(amount);
    }

    /// The attempt is over: what it held of the budget is free again.
    pub(super) fn release(&mut self, step: StepIndex, at_ms: i64) {
        self.let_go(step);
        self.wake_budget_short(at_ms);
    }

    /// The attempt is over, and nothing is to be woken by it.
    pub(super) fn let_go(&mut self, step: StepIndex) {
        let reserved = std::mem::take(&mut self.tasks[step as usize].reserved);
        self.reserved = PicoUsd(self.reserved.0.saturating_sub(reserved.0));
    }

    /// As many tasks as the budget has room for together are queued for their lane again, the cheapest first.
    pub(super) fn wake_budget_short(&mut self, at_ms: i64) {
        let Some(mut room) = self.room() else { return };
        while let Some((needed, step)) = self.budget_short.first().copied() {
            if needed > room {
                break;
            }
            room.0 -= needed.0;
            self.set(step, TaskState::Queued { needed: None }, at_ms);
        }
    }
}
