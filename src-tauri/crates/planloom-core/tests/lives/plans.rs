//! Random plans, and the dice that everything in the simulation is drawn with.

use std::sync::Arc;

use planloom_core::execution::{Shape, Start, StepIndex, StepShape, TextRef};
use planloom_core::plan::{Hitl, OnTimeout, Options};
use planloom_core::usage::PicoUsd;

/// SplitMix64: small, and the same on every machine and with every version of every library.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x1234_5678_9abc_def1))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `from` to `to`, both included.
    pub fn range(&mut self, from: u64, to: u64) -> u64 {
        from + self.next() % (to - from + 1)
    }

    pub fn index(&mut self, len: usize) -> usize {
        (self.next() % len as u64) as usize
    }

    pub fn percent(&mut self, chance: u64) -> bool {
        self.next() % 100 < chance
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.index(of.len())]
    }
}

/// A plan's shape, and an order in which each step follows what it depends on.
pub struct RandomPlan {
    pub shape: Arc<Shape>,
    pub order: Vec<StepIndex>,
    /// Steps whose answer has a schema, so that it can fail to fit.
    pub with_schema: Vec<bool>,
}

/// The edges of a plan of `len` steps, each as (step, what it depends on), with what is depended on first.
fn edges(dice: &mut Dice, len: usize) -> Vec<(usize, usize)> {
    let mut edges = Vec::new();
    match dice.range(0, 4) {
        0 => edges.extend((1..len).map(|step| (step, step - 1))),
        1 => {
            edges.extend((1..len.saturating_sub(1)).map(|step| (step, 0)));
            edges.extend((1..len.saturating_sub(1)).map(|step| (len - 1, step)));
        }
        2 => {
            // Diamonds in a row.
            for step in 1..len {
                match step % 3 {
                    1 => edges.push((step, step - 1)),
                    2 => edges.push((step, step - 2)),
                    _ => edges.extend([(step, step - 1), (step, step - 2)]),
                }
            }
        }
        _ => {
            let density = dice.range(5, 60);
            for step in 1..len {
                let near = step.saturating_sub(8);
                edges.extend((near..step).filter(|_| dice.percent(density)).map(|on| (step, on)));
            }
        }
    }
    edges
}

pub fn random_plan(dice: &mut Dice) -> RandomPlan {
    let len = match dice.range(0, 499) {
        0 => 300,
        1..300 => dice.range(1, 8),
        300..470 => dice.range(9, 18),
        _ => dice.range(19, 40),
    } as usize;
    let mut order: Vec<StepIndex> = (0..len as StepIndex).collect();
    if dice.percent(50) {
        for at in (1..len).rev() {
            order.swap(at, dice.index(at + 1));
        }
    }
    let mut steps: Vec<StepShape> = (0..len).map(|index| random_step(dice, index)).collect();
    for (step, on) in edges(dice, len) {
        let (step, on) = (order[step], order[on]);
        steps[step as usize].depends_on.push(on);
        steps[on as usize].dependents.push(step);
    }
    let with_schema = (0..len).map(|_| dice.percent(20)).collect();
    RandomPlan { shape: Arc::new(Shape { steps }), order, with_schema }
}

fn random_step(dice: &mut Dice, index: usize) -> StepShape {
    StepShape {
        id: format!("s{index}").into(),
        has_condition: dice.percent(20),
        requires_approval: dice.percent(8),
        max_attempts: dice.range(1, 4) as u32,
        backoff_ms: dice.pick(&[0, 1, 500, 1_000, 5_000, 40_000]),
        ..StepShape::default()
    }
}

pub fn random_start(dice: &mut Dice, shape: &Shape) -> Start {
    let mut required_for = Vec::new();
    if dice.percent(40) {
        required_for.extend(shape.steps.iter().filter(|_| dice.percent(15)).map(|step| step.id.to_string()));
    }
    let hitl = Hitl {
        required_for,
        confidence_threshold: dice.percent(45).then(|| dice.pick(&[0.0, 0.5, 0.85, 1.0])),
        timeout_ms: dice.percent(50).then(|| dice.pick(&[0, 1_000, 60_000, 3_600_000])),
        on_timeout: dice.pick(&[None, Some(OnTimeout::Hold), Some(OnTimeout::Reject), Some(OnTimeout::Approve)]),
        spot_check_rate: dice.pick(&[None, None, Some(0.05), Some(0.5), Some(1.0)]),
        ..Hitl::default()
    };
    let max_cost = dice.percent(35).then(|| PicoUsd(dice.range(0, 12_000 * shape.steps.len() as u64)).as_usd());
    let options = Options {
        timeout_ms: dice.percent(30).then(|| dice.pick(&[1, 30_000, 100_000, 300_000, 600_000, 7_200_000])),
        max_cost,
        ..Options::default()
    };
    Start {
        plan_id: "dt_plan_sim".to_owned(),
        plan_version: 1,
        plan_name: "sim".to_owned(),
        input: TextRef::of("{}"),
        hitl,
        options,
        simulated: dice.percent(5),
        warnings: Vec::new(),
    }
}
