//! The offline provider: a deterministic answer made from the prompt, which says plainly that no model was
//! called, with adjustable delay, length, failures and marks.
//!
//! Without a delay a call is ready at its first poll and touches neither timer nor runtime: benchmarks of the
//! engine send tens of thousands of calls a second through here.

use crate::call::{Answer, Call, CallError, CallKind, Model, Provider, TextSink};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use planloom_core::failure::FailureCode;
use planloom_core::limits;
use planloom_core::usage::Usage;
use std::fmt::Write;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

mod directives;
mod instance;

pub use instance::instance;

/// How every simulated answer in prose begins.
pub const SIMULATED: &str = "[simulated]";

/// Pieces in which a delayed answer arrives.
const PIECES: usize = 8;
/// Characters of the prompt that an answer quotes.
const QUOTED_CHARS: usize = 80;
const BYTES_PER_TOKEN: u64 = 4;

/// How the simulator behaves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SimulatorConfig {
    /// From the call to the end of its answer, which arrives in pieces over this time.
    pub delay_ms: u64,
    /// Length of the answers in prose, and the count that is reported; by default what the text comes to.
    /// More than a call's `max_tokens` gives a truncated answer.
    pub output_tokens: Option<u32>,
    /// The first one that applies to a call decides.
    pub failures: Vec<SimulatedFailure>,
    /// What scoring calls answer.
    pub marks: Marks,
    /// Obey `[[sim:…]]` in prompts. Off by default: a prompt contains what models and users wrote, and that
    /// is data.
    pub directives: bool,
}

/// A failure that the simulator plays.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulatedFailure {
    /// `TIMEOUT` never answers at all, so that the caller's own timeout is what ends the call.
    pub code: FailureCode,
    /// The calls that fail.
    pub kind: CallKind,
    /// Only the first attempts, up to this one; all by default.
    pub first_attempts: Option<u32>,
    /// The share of calls that fail, 0–1, drawn from task and attempt and so the same in every run.
    pub rate: f64,
    pub status: Option<u16>,
    pub retry_after_ms: Option<u64>,
}

impl SimulatedFailure {
    /// Every step's call fails with `code`.
    pub fn new(code: FailureCode) -> SimulatedFailure {
        SimulatedFailure {
            code,
            kind: CallKind::Call,
            first_attempts: None,
            rate: 1.0,
            status: None,
            retry_after_ms: None,
        }
    }

    fn applies(&self, call: &Call) -> bool {
        self.kind == call.kind
            && self.first_attempts.is_none_or(|first| call.attempt <= first)
            && (self.rate >= 1.0 || chance(call) < self.rate)
    }

    fn error(&self) -> CallError {
        let message = format!("{SIMULATED} This failure was asked for in the simulator's settings.");
        let mut error = CallError::new(self.code, message);
        error.status = self.status;
        error.retry_after_ms = self.retry_after_ms;
        if let (FailureCode::ProviderError, Some(status)) = (self.code, self.status) {
            error.retryable = crate::failure::retried_status(status);
        }
        error
    }
}

/// The marks of a simulated evaluation. They are not checked, so that nonsense can be simulated too.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Marks {
    pub factual_consistency: f64,
    pub prompt_adherence: f64,
    pub completeness: f64,
    pub formatting: f64,
}

impl Default for Marks {
    fn default() -> Marks {
        Marks { factual_consistency: 0.9, prompt_adherence: 0.9, completeness: 0.9, formatting: 0.9 }
    }
}

/// The provider.
#[derive(Debug)]
pub(crate) struct Simulator {
    config: SimulatorConfig,
}

/// What one call will do.
struct Script<'a> {
    delay_ms: u64,
    output_tokens: Option<u32>,
    failure: Option<CallError>,
    marks: Marks,
    output: Option<&'a str>,
}

impl Simulator {
    pub(crate) fn new(config: SimulatorConfig) -> Simulator {
        Simulator { config }
    }

    fn script<'a>(&self, call: &'a Call) -> Script<'a> {
        let config = &self.config;
        let mut script = Script {
            delay_ms: config.delay_ms,
            output_tokens: config.output_tokens,
            failure: config.failures.iter().find(|failure| failure.applies(call)).map(SimulatedFailure::error),
            marks: config.marks,
            output: None,
        };
        if config.directives {
            directives::read(&call.prompt).apply(call, &mut script);
        }
        script
    }
}

impl Provider for Simulator {
    fn call<'a>(&'a self, call: &'a Call, text: TextSink<'a>) -> BoxFuture<'a, Result<Answer, CallError>> {
        async move {
            let script = self.script(call);
            let delay_ms = script.delay_ms;
            let start = (delay_ms > 0).then(Instant::now);
            match (outcome(call, script), start) {
                (Ok(answer), None) => {
                    text(&answer.text);
                    Ok(answer)
                }
                (Ok(answer), Some(start)) => {
                    stream(&answer.text, start, delay_ms, text).await;
                    Ok(answer)
                }
                (Err(error), _) if error.code == FailureCode::Timeout => std::future::pending().await,
                (Err(error), None) => Err(error),
                (Err(error), Some(start)) => {
                    sleep_until(start + Duration::from_millis(delay_ms)).await;
                    Err(error)
                }
            }
        }
        .boxed()
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<Model>, CallError>> {
        std::future::ready(Ok(Vec::new())).boxed()
    }
}

/// Hands the text on in pieces. Each piece has its own due time, so that the delays do not add up their
/// roundings.
async fn stream(answer: &str, start: Instant, delay_ms: u64, text: TextSink<'_>) {
    let mut from = 0;
    for piece in 1..=PIECES {
        let share = |whole: u64| whole * piece as u64 / PIECES as u64;
        sleep_until(start + Duration::from_micros(share(delay_ms.saturating_mul(1_000)))).await;
        let to = answer.floor_char_boundary(share(answer.len() as u64) as usize);
        if to > from {
            text(&answer[from..to]);
            from = to;
        }
    }
}

fn outcome(call: &Call, script: Script<'_>) -> Result<Answer, CallError> {
    if let Some(error) = script.failure {
        return Err(error);
    }
    let mut text = match (script.output, call.kind, &call.json_schema) {
        (Some(output), _, _) => output.to_owned(),
        (None, CallKind::Score, _) => evaluation(&script.marks),
        (None, CallKind::Call | CallKind::Repair, Some(schema)) => instance(schema).to_string(),
        (None, CallKind::Call | CallKind::Repair, None) => prose(call, script.output_tokens),
    };
    let truncated = script.output_tokens.is_some_and(|tokens| tokens > call.max_tokens);
    if truncated {
        let kept = (u64::from(call.max_tokens) * BYTES_PER_TOKEN).min(text.len() as u64);
        text.truncate(text.floor_char_boundary(kept as usize));
    }
    if text.len() > limits::OUTPUT_BYTES {
        return Err(crate::reading::too_large());
    }
    if text.trim().is_empty() {
        return Err(CallError::new(FailureCode::EmptyOutput, format!("{SIMULATED} The answer is empty.")));
    }
    let output = match script.output_tokens {
        Some(tokens) => u64::from(tokens.min(call.max_tokens)),
        None => (text.len() as u64).div_ceil(BYTES_PER_TOKEN),
    };
    let usage = Usage { input: call.prompt_bytes().div_ceil(BYTES_PER_TOKEN), output, ..Usage::default() };
    let stop_reason = if truncated { "max_tokens" } else { "end_turn" }.to_owned();
    Ok(Answer { text, usage, truncated, warnings: Vec::new(), stop_reason, request_id: None })
}

fn evaluation(marks: &Marks) -> String {
    let Marks { factual_consistency, prompt_adherence, completeness, formatting } = marks;
    format!(
        r#"{{"factualConsistency":{factual_consistency},"promptAdherence":{prompt_adherence},"completeness":{completeness},"formatting":{formatting},"summary":"{SIMULATED} No model judged this."}}"#
    )
}

fn prose(call: &Call, output_tokens: Option<u32>) -> String {
    let mut text = String::with_capacity(256);
    let quoted = &call.prompt[..call.prompt.char_indices().nth(QUOTED_CHARS).map_or(call.prompt.len(), |(end, _)| end)];
    text.push_str(SIMULATED);
    text.push_str(" No model was called. This stands in for the answer of ");
    text.push_str(&call.model_id);
    text.push_str(" to “");
    text.extend(quoted.trim().chars().map(|character| if character.is_control() { ' ' } else { character }));
    if quoted.len() < call.prompt.len() {
        text.push('…');
    }
    text.push('”');
    let _ = write!(text, " ({:08x}).", fingerprint(call) as u32);
    if let Some(tokens) = output_tokens {
        let bytes = (u64::from(tokens) * BYTES_PER_TOKEN).min(limits::OUTPUT_BYTES as u64 + 1) as usize;
        while text.len() < bytes {
            text.push_str(" And so on.");
        }
        text.truncate(text.floor_char_boundary(bytes.max(SIMULATED.len())));
    }
    text
}

/// A number drawn from what is asked, the same on every machine.
fn fingerprint(call: &Call) -> u64 {
    let hash = mix(0, call.prompt.as_bytes());
    mix(mix(hash, call.system.as_deref().unwrap_or_default().as_bytes()), call.model_id.as_bytes())
}

/// A number from 0 to 1, drawn from task and attempt.
fn chance(call: &Call) -> f64 {
    let hash = mix(mix(u64::from(call.attempt), call.task_id.as_bytes()), &[call.kind as u8]);
    (hash >> 11) as f64 / (1u64 << 53) as f64
}

/// Eight bytes at a time, because a prompt may be a megabyte long.
fn mix(seed: u64, bytes: &[u8]) -> u64 {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut hash = seed ^ (bytes.len() as u64).wrapping_mul(ODD);
    for eight in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..eight.len()].copy_from_slice(eight);
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(ODD).rotate_left(29);
    }
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(ODD);
    hash ^ (hash >> 29)
}
