//! Random lives of executions, thousands of them, each held against the rules by a referee that knows nothing of how
//! the core works.
//!
//! `PLANLOOM_SIM_SEED=n` lives one life again, `PLANLOOM_SIM_RUNS=n` sets how many there are.

#[path = "lives/answers.rs"]
mod answers;
#[path = "lives/cost.rs"]
mod cost;
#[path = "lives/coverage.rs"]
mod coverage;
#[path = "lives/garbage.rs"]
mod garbage;
#[path = "lives/plans.rs"]
mod plans;
#[path = "lives/referee.rs"]
mod referee;
#[path = "lives/world.rs"]
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use coverage::Coverage;
use planloom_core::execution::Shape;
use world::World;

const LIVES: u64 = 20_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn live(seed: u64) -> Result<Coverage, u64> {
    let life = || {
        let mut world = World::new(seed);
        world.run();
        world.coverage
    };
    catch_unwind(AssertUnwindSafe(life)).map_err(|_| seed)
}

#[test]
fn random_lives_keep_the_rules() {
    if let Some(seed) = number("PLANLOOM_SIM_SEED") {
        World::new(seed).run();
        return;
    }
    let lives = number("PLANLOOM_SIM_RUNS").unwrap_or(LIVES);
    let next = AtomicU64::new(0);
    let work = || {
        let mut sum = Coverage::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= lives {
                return Ok(sum);
            }
            for (case, count) in live(seed)? {
                *sum.entry(case).or_default() += count;
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let results: Vec<Result<Coverage, u64>> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        handles.into_iter().map(|handle| handle.join().expect("a thread of the simulation")).collect()
    });
    let mut sum = Coverage::new();
    for result in results {
        match result {
            Ok(coverage) => coverage.into_iter().for_each(|(case, count)| *sum.entry(case).or_default() += count),
            Err(seed) => panic!("a life broke a rule; live it again with PLANLOOM_SIM_SEED={seed}"),
        }
    }
    println!("{lives} lives: {sum:?}");
    let missing: Vec<&str> = coverage::CASES.into_iter().filter(|case| !sum.contains_key(case)).collect();
    assert!(lives < LIVES || missing.is_empty(), "the lives never met: {missing:?}");
}

#[test]
fn nonsense_is_refused_and_never_panics() {
    if let Some(seed) = number("PLANLOOM_SIM_SEED") {
        return garbage::life(seed, 400);
    }
    for seed in 0..2_000 {
        let told = catch_unwind(AssertUnwindSafe(|| garbage::life(seed, 400)));
        assert!(told.is_ok(), "nonsense led to a panic; tell it again with PLANLOOM_SIM_SEED={seed}");
    }
}

/// Printed, not asserted: a figure of time on a shared machine proves little. What would show is a square: at 10,000
/// steps a thousand times the cost of 10.
#[test]
fn the_cost_of_a_step_is_flat() {
    for (what, shape) in
        [("chain", cost::chain as fn(u32) -> Shape), ("fan-out", cost::fan_out), ("short of budget", cost::fan_out)]
    {
        let max_cost = (what == "short of budget").then_some(1e-9);
        for steps in [10, 100, 1_000, 10_000] {
            let (step_ns, events) = cost::of_a_step(shape(steps), max_cost);
            println!("{what} of {steps}: {step_ns} ns and {events:.2} events a step");
        }
    }
}
