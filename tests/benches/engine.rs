//! The engine's own cost, with steps that do nothing, on the durable store; beside each figure what the bare disk
//! can do in the same run. Prints one JSON document a line.
//!
//! `cargo bench -p planloom-tests --bench engine [-- NAME…]`; the data goes to `PLANLOOM_BENCH_DIR`, else to the
//! target folder, because a folder in memory has no durable commits to measure.

#[path = "engine/disk.rs"]
mod disk;
#[path = "engine/load.rs"]
mod load;

use std::time::{Duration, Instant};

use load::Bench;
use serde_json::{Value, json};

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        if is_wanted("chain") {
            print(chain().await);
        }
        if is_wanted("fan-out") {
            print(fan_out().await);
        }
        if is_wanted("many") {
            print(many().await);
        }
        if is_wanted("long") {
            for result in long().await {
                print(result);
            }
        }
        if is_wanted("wait") {
            print(wait().await);
        }
        if is_wanted("list") {
            print(list().await);
        }
    });
}

fn print(result: Value) {
    println!("{result}");
}

/// 3 steps, 500 executions one after the other, beside the fewest possible durable commits: one a step and one for
/// the start.
async fn chain() -> Value {
    const EXECUTIONS: usize = 500;
    const ROUNDS: usize = 10;
    let bench = Bench::open().await;
    let plan = bench.plan(load::chain(3)).await;
    bench.run(&plan, 20).await;
    // In turn, because the disk's own speed drifts.
    let (mut took, mut limit) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..ROUNDS {
        limit += disk::single_commits(bench.folder(), EXECUTIONS / ROUNDS * 4);
        let begun = Instant::now();
        bench.run(&plan, EXECUTIONS / ROUNDS).await;
        took += begun.elapsed();
    }
    let commits = bench.close().await;
    json!({
        "name": "chain", "steps": EXECUTIONS * 3, "ms": millis(took), "limitMs": millis(limit),
        "ratio": took.as_secs_f64() / limit.as_secs_f64(), "goal": "ratio <= 1.5",
        "msPerStep": millis(took) / (EXECUTIONS as f64 * 3.0), "commits": commits,
    })
}

/// 1 → 1,000 → 1 in one execution; the median of several.
async fn fan_out() -> Value {
    const WIDTH: usize = 1_000;
    let bench = Bench::open().await;
    let plan = bench.plan(load::fan(WIDTH)).await;
    let mut runs = Vec::new();
    for _ in 0..15 {
        let begun = Instant::now();
        bench.run(&plan, 1).await;
        runs.push(begun.elapsed());
    }
    let took = median(runs);
    let limit = disk::grouped_rows(bench.folder(), WIDTH * 5);
    bench.close().await;
    json!({
        "name": "fan-out", "steps": WIDTH + 2, "ms": millis(took), "stepsPerSecond": (WIDTH + 2) as f64 / took.as_secs_f64(),
        "limitMs": millis(limit), "limit": "five rows a step in one commit", "goal": "stepsPerSecond >= 20000",
    })
}

/// 500 executions of 3 steps at once.
async fn many() -> Value {
    const EXECUTIONS: usize = 500;
    let bench = Bench::open().await;
    let plan = bench.plan(load::chain(3)).await;
    bench.run_at_once(&plan, 50).await;
    let mut runs = Vec::new();
    let before = bench.commits().await;
    for _ in 0..7 {
        let begun = Instant::now();
        bench.run_at_once(&plan, EXECUTIONS).await;
        runs.push(begun.elapsed());
    }
    let commits = (bench.commits().await - before) / 7;
    let took = median(runs);
    let limit = disk::grouped_rows(bench.folder(), EXECUTIONS * 3 * 5);
    bench.close().await;
    let steps = EXECUTIONS * 3;
    json!({
        "name": "many", "steps": steps, "ms": millis(took), "stepsPerSecond": steps as f64 / took.as_secs_f64(),
        "commits": commits, "limitMs": millis(limit), "goal": "stepsPerSecond >= 10000, commits much fewer than steps",
    })
}

/// Chains from 10 to 10,000 steps, beside one commit a step.
async fn long() -> Vec<Value> {
    let mut results = Vec::new();
    for length in [10, 100, 1_000, 10_000] {
        let bench = Bench::open().await;
        let plan = bench.plan(load::chain(length)).await;
        let repeats = (1_000 / length).max(1);
        let limit = disk::single_commits(bench.folder(), (length + 1) * repeats);
        let begun = Instant::now();
        bench.run(&plan, repeats).await;
        let took = begun.elapsed();
        bench.close().await;
        let steps = length * repeats;
        results.push(json!({
            "name": "long", "length": length, "steps": steps, "ms": millis(took), "limitMs": millis(limit),
            "ratio": took.as_secs_f64() / limit.as_secs_f64(), "msPerStep": millis(took) / steps as f64,
            "goal": "ratio <= 1.5, msPerStep flat",
        }));
    }
    results
}

/// A diamond of steps of 100 ms: what is spent over the critical path of 300 ms.
async fn wait() -> Value {
    const CRITICAL_MS: f64 = 300.0;
    let bench = Bench::open().await;
    bench.patch(json!({"simulator": {"delayMs": 100}})).await;
    let plan = bench.plan(load::diamond()).await;
    let mut runs = Vec::new();
    for _ in 0..15 {
        let begun = Instant::now();
        bench.run(&plan, 1).await;
        runs.push(begun.elapsed());
    }
    let took = median(runs);
    let limit = disk::single_commits(bench.folder(), 40) / 10;
    bench.close().await;
    json!({
        "name": "wait", "ms": millis(took), "overMs": millis(took) - CRITICAL_MS, "limitMs": millis(limit),
        "limit": "four durable commits", "goal": "overMs <= 5",
    })
}

/// The first page and a search among 100,000 executions.
async fn list() -> Value {
    const ROWS: usize = 100_000;
    let bench = Bench::with_executions(ROWS).await;
    let first = bench.time_lists(None, 1_000).await;
    let search = bench.time_lists(Some("review 7"), 1_000).await;
    bench.close().await;
    json!({
        "name": "list", "rows": ROWS,
        "firstPageMs": {"p50": millis(first.0), "p99": millis(first.1)},
        "searchMs": {"p50": millis(search.0), "p99": millis(search.1)}, "goal": "p99 <= 10 ms",
    })
}

fn median(mut runs: Vec<Duration>) -> Duration {
    runs.sort_unstable();
    runs[runs.len() / 2]
}

fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
