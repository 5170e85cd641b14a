//! The real program under load: requests a second, the time until it runs again after a kill -9, and what it needs when
//! idle. Prints one JSON document a line.
//!
//! `cargo build --release -p planloom-cli && cargo bench -p planloom-tests --bench program [-- NAME…]`

use std::path::PathBuf;
use std::time::{Duration, Instant};

use planloom_tests::Program;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        if is_wanted("idle") {
            println!("{}", idle().await);
        }
        if is_wanted("api") {
            println!("{}", api().await);
        }
        if is_wanted("recover") {
            println!("{}", recover().await);
        }
    });
}

/// Memory and processor time of a server that has nothing to do.
async fn idle() -> Value {
    let program = Program::start().await;
    program.get("/health").await;
    let before = ticks(program.pid());
    tokio::time::sleep(Duration::from_secs(5)).await;
    let used = ticks(program.pid()) - before;
    let resident = resident_kb(program.pid());
    program.stop().await;
    json!({
        "name": "idle", "residentMb": resident as f64 / 1024.0, "cpuTicksIn5s": used, "goal": "residentMb <= 25, no ticks",
    })
}

/// GET of an execution of 3 steps over kept-alive connections; client and server share the processors.
async fn api() -> Value {
    const CONNECTIONS: usize = 16;
    const REQUESTS: usize = 5_000;
    let program = Program::start().await;
    let plan = program.plan(chain(3)).await;
    let id = program.execute(&plan, json!({"options": {"simulate": true}})).await;
    program.until_ended(&id).await;
    let address = program.url.trim_start_matches("http://").to_owned();
    let request = format!(
        "GET /api/plans/executions/{id} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\r\n",
        program.key
    );
    let begun = Instant::now();
    let clients = (0..CONNECTIONS).map(|_| tokio::spawn(load(address.clone(), request.clone(), REQUESTS)));
    let mut times = Vec::with_capacity(CONNECTIONS * REQUESTS);
    for client in clients {
        times.extend(client.await.expect("a client"));
    }
    let took = begun.elapsed();
    times.sort_unstable();
    program.stop().await;
    json!({
        "name": "api", "requests": times.len(), "requestsPerSecond": times.len() as f64 / took.as_secs_f64(),
        "p50Ms": times[times.len() / 2].as_secs_f64() * 1e3, "p99Ms": times[times.len() * 99 / 100].as_secs_f64() * 1e3,
        "goal": "requestsPerSecond >= 20000, p99Ms <= 5",
    })
}

async fn load(address: String, request: String, times: usize) -> Vec<Duration> {
    let mut stream = TcpStream::connect(&address).await.expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    let mut buffer = vec![0; 64 << 10];
    let mut measured = Vec::with_capacity(times);
    for _ in 0..times {
        let begun = Instant::now();
        stream.write_all(request.as_bytes()).await.expect("sent");
        read_answer(&mut stream, &mut buffer).await;
        measured.push(begun.elapsed());
    }
    measured
}

/// Reads one answer with a `content-length`.
async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) {
    let mut filled = 0;
    loop {
        filled += stream.read(&mut buffer[filled..]).await.expect("an answer");
        let Some(head) = buffer[..filled].windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
        assert!(text.starts_with("http/1.1 200"), "{text}");
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        if filled >= head + 4 + length.expect("a length") {
            return;
        }
    }
}

/// Killed at some 5,000 of 10,000 steps: how long from the start until further steps complete.
async fn recover() -> Value {
    const STEPS: u64 = 10_000;
    let program = Program::start().await;
    let settings = json!({"queues": {"default": {"limit": 64}}, "simulator": {"delayMs": 20}});
    program.patch("/settings", settings).await;
    let plan = program.plan(fan(STEPS as usize - 2)).await;
    program.execute(&plan, json!({"options": {"simulate": true}})).await;
    while completed(&program).await < STEPS / 2 {}
    let data: PathBuf = program.data.clone();
    let folder = program.kill().await;
    let begun = Instant::now();
    let program = Program::start_at(&data, &[]).await;
    let listening = begun.elapsed();
    let before = completed(&program).await;
    while completed(&program).await <= before {}
    let took = begun.elapsed();
    program.kill().await;
    drop(folder);
    json!({
        "name": "recover", "steps": STEPS, "completedBefore": before, "listeningMs": millis(listening),
        "runningAgainMs": millis(took), "goal": "runningAgainMs <= 500",
    })
}

async fn completed(program: &Program) -> u64 {
    let answer = program.get("/plans/executions?limit=1").await;
    answer.data()[0]["progress"]["completed"].as_u64().unwrap_or_default()
}

fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

fn resident_kb(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

/// Processor time in the kernel's ticks.
fn ticks(pid: u32) -> i64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<i64> =
        stat.rsplit(')').next().unwrap_or_default().split(' ').filter_map(|it| it.parse().ok()).collect();
    // Behind the name and the state: utime and stime are the 11th and 12th numbers.
    fields.get(10).copied().unwrap_or_default() + fields.get(11).copied().unwrap_or_default()
}

fn chain(length: usize) -> Value {
    let step = |at: usize| match at {
        0 => json!({"id": "s0", "prompt": "begin"}),
        _ => json!({"id": format!("s{at}"), "prompt": "go on", "dependsOn": [format!("s{}", at - 1)]}),
    };
    json!({"name": "chain", "steps": (0..length).map(step).collect::<Vec<_>>()})
}

fn fan(width: usize) -> Value {
    let mut steps = vec![json!({"id": "first", "prompt": "begin"})];
    steps.extend((0..width).map(|at| json!({"id": format!("s{at}"), "prompt": "x", "dependsOn": ["first"]})));
    let all: Vec<String> = (0..width).map(|at| format!("s{at}")).collect();
    steps.push(json!({"id": "last", "prompt": "end", "dependsOn": all}));
    json!({"name": "fan", "steps": steps})
}
