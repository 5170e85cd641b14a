//! What providers, evaluators and people say in the simulation.

use planloom_core::execution::{Answer, CallFailure, Cost, Model, Score, Scoring, TextRef, Verdict};
use planloom_core::failure::FailureCode;
use planloom_core::usage::{PicoUsd, Prices, Usage};

use crate::plans::Dice;

pub const CODES: [(FailureCode, bool); 19] = [
    (FailureCode::ProviderAuth, false),
    (FailureCode::ProviderRateLimited, true),
    (FailureCode::ProviderOverloaded, true),
    (FailureCode::ProviderError, true),
    (FailureCode::ProviderUnreachable, true),
    (FailureCode::ProviderProtocol, true),
    (FailureCode::QuotaExhausted, false),
    (FailureCode::ContextTooLong, false),
    (FailureCode::Timeout, true),
    (FailureCode::Stalled, true),
    (FailureCode::EmptyOutput, true),
    (FailureCode::OutputTooLarge, false),
    (FailureCode::ModelRefused, false),
    (FailureCode::OutputSchemaMismatch, false),
    (FailureCode::TemplateError, false),
    (FailureCode::PromptTooLarge, false),
    (FailureCode::ConditionError, false),
    (FailureCode::Interrupted, false),
    (FailureCode::InvalidModel, false),
];

/// The most that an attempt of a step can cost, by its calls.
#[derive(Clone, Copy)]
pub struct Ceiling {
    pub call: u64,
    pub repair: u64,
    pub score: u64,
}

impl Ceiling {
    pub fn random(dice: &mut Dice) -> Ceiling {
        Ceiling { call: dice.range(0, 4_000), repair: dice.range(0, 4_000), score: dice.range(0, 1_500) }
    }
}

pub fn model(prices: Option<Prices>) -> Model {
    Model { alias: "sonnet".into(), provider: "anthropic".into(), model_id: "m".into(), prices }
}

pub fn usage(dice: &mut Dice) -> Usage {
    Usage {
        input: dice.range(0, 5_000),
        output: dice.range(0, 900),
        cache_read: dice.range(0, 3),
        cache_write: 0,
        estimated: dice.percent(3),
    }
}

pub fn answer(dice: &mut Dice, cost: Cost, mismatch: bool) -> Answer {
    Answer {
        output: TextRef::of(&format!("text {}", dice.next())),
        usage: usage(dice),
        cost,
        duration_ms: dice.range(0, 30_000),
        prompt: TextRef::of("p"),
        truncated: dice.percent(6),
        warnings: if dice.percent(10) { vec!["temperature was left out".to_owned()] } else { Vec::new() },
        mismatch: mismatch.then(|| "/a is missing".to_owned()),
    }
}

pub fn failure(dice: &mut Dice, cost: Cost) -> CallFailure {
    // The retried ones are the more interesting.
    let (code, retryable) = loop {
        let drawn = dice.pick(&CODES);
        if drawn.1 || dice.percent(25) {
            break drawn;
        }
    };
    let retry_after_ms = match code {
        FailureCode::ProviderRateLimited | FailureCode::ProviderOverloaded if dice.percent(60) => {
            Some(dice.pick(&[0, 1, 900, 20_000, 300_000, 599_000, 600_000, 600_001, 7_200_000, u64::MAX]))
        }
        _ => None,
    };
    CallFailure {
        code,
        message: "The provider said no.".to_owned(),
        retryable,
        status: retryable.then_some(500),
        retry_after_ms,
        usage: usage(dice),
        cost,
        duration_ms: dice.range(0, 30_000),
    }
}

pub fn scoring(dice: &mut Dice, cost: Cost, calm: bool) -> Scoring {
    let marks = [(); 4].map(|()| dice.pick(&[100, 100, 95, 85, 85, 60, 20]));
    let weighted = [30, 25, 25, 20].iter().zip(marks).map(|(weight, mark)| weight * u16::from(mark)).sum();
    let score = Score { marks, summary: "As asked.".to_owned(), confidence: weighted, prompt_version: 1 };
    let scored = calm || !dice.percent(20);
    Scoring {
        score: scored.then_some(score),
        reason: (!scored).then(|| "a mark was left out".to_owned()),
        answer: None,
        model: Some(model(Some(Prices::FREE))),
        usage: usage(dice),
        cost,
        duration_ms: dice.range(0, 9_000),
    }
}

pub fn verdict(dice: &mut Dice, calm: bool) -> Verdict {
    if dice.percent(if calm { 90 } else { 55 }) {
        let modified = dice.percent(30).then(|| TextRef::of(&format!("edited {}", dice.next())));
        return Verdict::Approved { modified, comment: None };
    }
    Verdict::Rejected {
        reason: "Not as it should be.".to_owned(),
        retry: !calm && dice.percent(60),
        retry_prompt: dice.percent(50).then(|| "Shorter.".to_owned()),
    }
}

/// What a call really costs, and what is said of it.
pub fn cost(dice: &mut Dice, ceiling: u64, prices: Option<Prices>, answered: bool) -> (u64, Cost) {
    if prices == Some(Prices::FREE) {
        return (0, Cost::NOTHING);
    }
    // The worst case is the one that a budget has to stand.
    let real = if dice.percent(60) { ceiling } else { dice.range(0, ceiling) };
    if prices.is_none() {
        return (real, Cost::Unpriced);
    }
    if !answered && dice.percent(30) {
        return (real, Cost::AtLeast(PicoUsd(dice.range(0, real))));
    }
    (real, Cost::Known(PicoUsd(real)))
}
