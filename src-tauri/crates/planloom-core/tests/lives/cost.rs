//! What the core itself costs, a step.

use std::sync::Arc;
use std::time::Instant;

use planloom_core::execution::*;
use planloom_core::plan::{Hitl, Options};
use planloom_core::usage::{PicoUsd, Prices};

use crate::answers;
use crate::plans::Dice;

fn shape(edges: impl Iterator<Item = (u32, u32)>, steps: u32) -> Shape {
    let step = |index| StepShape { id: format!("s{index}").into(), max_attempts: 1, ..StepShape::default() };
    let mut steps: Vec<StepShape> = (0..steps).map(step).collect();
    for (step, on) in edges {
        steps[step as usize].depends_on.push(on);
        steps[on as usize].dependents.push(step);
    }
    Shape { steps }
}

pub fn chain(steps: u32) -> Shape {
    shape((1..steps).map(|step| (step, step - 1)), steps)
}

/// One, then all, then one.
pub fn fan_out(steps: u32) -> Shape {
    let middle = 1..steps - 1;
    shape(middle.clone().map(|step| (step, 0)).chain(middle.map(|step| (steps - 1, step))), steps)
}

/// Nanoseconds and events a step, with as many at once as the budget lets.
pub fn of_a_step(shape: Shape, max_cost: Option<f64>) -> (u128, f64) {
    let steps = shape.steps.len();
    let mut state = ExecutionState::new("dt_exec_cost".into(), Arc::new(shape));
    let start = Start {
        plan_id: "dt_plan_cost".to_owned(),
        plan_version: 1,
        plan_name: "cost".to_owned(),
        input: TextRef::of("{}"),
        hitl: Hitl::default(),
        options: Options { max_cost, ..Options::default() },
        simulated: false,
        warnings: Vec::new(),
    };
    let mut events = state.step(Input::Start(Box::new(start)), 0).unwrap().len();
    let answer = answers::answer(&mut Dice::new(1), Cost::NOTHING, false);
    let model = answers::model(Some(Prices::FREE));
    let begun = Instant::now();
    while !state.status().has_ended() {
        let queued: Vec<StepIndex> = state.queued().collect();
        for step in queued {
            let input = Input::Admitted { step, model: model.clone(), reserve: PicoUsd(300) };
            events += state.step(input, 1).unwrap().len();
        }
        let wanted: Vec<StepIndex> = state.take_touched();
        for step in wanted {
            if let Some(Effect::Call { step, call, .. }) = state.effect_of(step) {
                events += state.step(Input::Answered { step, call, result: Ok(answer.clone()) }, 2).unwrap().len();
            }
        }
    }
    assert_eq!(state.status(), ExecutionStatus::Completed);
    (begun.elapsed().as_nanos() / steps as u128, events as f64 / steps as f64)
}
