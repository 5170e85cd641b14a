//! Inputs and times without sense in any state: the core refuses or goes on, and never panics.

use std::sync::Arc;

use planloom_core::execution::*;
use planloom_core::plan::Options;
use planloom_core::usage::{PicoUsd, Prices, Usage};

use crate::answers;
use crate::plans::{Dice, random_plan, random_start};

fn extreme(dice: &mut Dice) -> u64 {
    let small = dice.range(0, 100_000);
    dice.pick(&[0, 1, small, small, small, u64::from(u32::MAX), i64::MAX as u64, u64::MAX])
}

fn time(dice: &mut Dice) -> i64 {
    let near = 1_764_000_000_000 + dice.range(0, 10_000_000) as i64;
    dice.pick(&[near, near, near, near, near, 0, -1, i64::MIN, i64::MAX])
}

fn cost(dice: &mut Dice) -> Cost {
    match dice.range(0, 2) {
        0 => Cost::Known(PicoUsd(extreme(dice))),
        1 => Cost::Unpriced,
        _ => Cost::AtLeast(PicoUsd(extreme(dice))),
    }
}

fn input(dice: &mut Dice, state: &ExecutionState) -> Input {
    let steps = state.tasks.len() as u64;
    let step = if dice.percent(3) { u32::MAX } else { dice.range(0, steps) as StepIndex };
    let current = state.tasks.get(step as usize).map_or(0, |task| task.call);
    let call = if dice.percent(80) { current } else { dice.pick(&[0, current.wrapping_sub(1), u32::MAX]) };
    let by = "eve".to_owned();
    match dice.range(0, 13) {
        0 => Input::Start(Box::new(random_start(dice, &state.shape))),
        1 => Input::Condition { step, result: Ok(dice.percent(50)) },
        2..5 => {
            let prices = dice.pick(&[None, Some(Prices::FREE), Some(Prices { input: u64::MAX, ..Prices::FREE })]);
            Input::Admitted { step, model: answers::model(prices), reserve: PicoUsd(extreme(dice)) }
        }
        5..7 => {
            let cost = cost(dice);
            let mismatch = dice.percent(40);
            let mut answer = answers::answer(dice, cost, mismatch);
            answer.duration_ms = extreme(dice);
            answer.usage = Usage { input: extreme(dice), output: extreme(dice), ..Usage::default() };
            Input::Answered { step, call, result: Ok(answer) }
        }
        7 => {
            let cost = cost(dice);
            let mut failure = answers::failure(dice, cost);
            failure.retry_after_ms = dice.percent(50).then(|| extreme(dice));
            failure.duration_ms = extreme(dice);
            Input::Answered { step, call, result: Err(failure) }
        }
        8 => {
            let cost = cost(dice);
            Input::Scored { step, call, scoring: Box::new(answers::scoring(dice, cost, false)) }
        }
        9 => {
            let verdict = answers::verdict(dice, false);
            Input::Decide { step, verdict, by, judged: None, undo_ms: extreme(dice) }
        }
        10 if dice.percent(80) => Input::Undo { step, by },
        10 => Input::Cancel { by },
        11 => Input::Resume { max_cost: dice.percent(50).then(|| PicoUsd(extreme(dice))), by },
        12 => Input::Recover,
        13 if dice.percent(30) => Input::ClockMoved,
        _ => Input::Tick,
    }
}

/// One state that is told `inputs` things without sense.
pub fn life(seed: u64, inputs: usize) {
    let mut dice = Dice::new(seed);
    let mut plan = random_plan(&mut dice);
    if dice.percent(30) {
        let mut shape = (*plan.shape).clone();
        for step in &mut shape.steps {
            step.backoff_ms = extreme(&mut dice);
            step.max_attempts = extreme(&mut dice) as u32;
        }
        plan.shape = Arc::new(shape);
    }
    let mut state = ExecutionState::new(format!("dt_exec_{seed}").into(), plan.shape);
    let mut start = random_start(&mut dice, &state.shape);
    start.hitl.timeout_ms = start.hitl.timeout_ms.map(|_| extreme(&mut dice));
    start.options = Options { timeout_ms: start.options.timeout_ms.map(|_| extreme(&mut dice)), ..start.options };
    let mut journal = Vec::new();
    let mut tell = |state: &mut ExecutionState, input: Input, now_ms: i64| {
        if let Ok(events) = state.step(input, now_ms) {
            journal.extend(events.into_iter().map(|event| (now_ms, event)));
        }
    };
    tell(&mut state, Input::Start(Box::new(start)), time(&mut dice));
    for _ in 0..inputs {
        let input = input(&mut dice, &state);
        let now_ms = time(&mut dice);
        tell(&mut state, input, now_ms);
        let progress = state.progress();
        let parts = progress.completed + progress.running + progress.pending + progress.failed + progress.cancelled;
        assert_eq!(parts + progress.skipped + progress.awaiting_approval, progress.total);
        assert_eq!(state.paused_reasons().is_empty(), state.status() != ExecutionStatus::Paused);
        assert!(state.effects().count() <= state.tasks.len() + 1);
    }
    let mut replayed = ExecutionState::new(Arc::clone(&state.id), Arc::clone(&state.shape));
    for (at_ms, event) in journal {
        replayed.apply(&event, at_ms);
    }
    replayed.take_touched();
    state.take_touched();
    assert_eq!(replayed, state);
}
