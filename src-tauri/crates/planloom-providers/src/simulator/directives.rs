//! `[[sim:key=value,…]]` in a prompt, for scripts and tests; read only where the settings allow it.
//!
//! | key | meaning |
//! | --- | --- |
//! | `delay` | milliseconds |
//! | `tokens` | length of the answer |
//! | `fail` | an HTTP status or a failure code |
//! | `times` | only the first so many attempts fail |
//! | `retry_after` | milliseconds that the failure asks for |
//! | `on` | `call`, `repair` or `score`: which calls fail; `call` by default |
//! | `marks` | four numbers: factual consistency, prompt adherence, completeness, formatting |
//! | `output` | the answer itself, up to the closing brackets |
//!
//! A key that is not in the table, and a value that cannot be read, is passed over.

use super::{Marks, Script, SimulatedFailure};
use crate::call::{Call, CallKind};
use crate::failure;
use planloom_core::failure::FailureCode;

const OPEN: &str = "[[sim:";
const CLOSE: &str = "]]";

#[derive(Debug, Default)]
pub(super) struct Directives<'a> {
    delay_ms: Option<u64>,
    tokens: Option<u32>,
    failure: Option<SimulatedFailure>,
    marks: Option<Marks>,
    output: Option<&'a str>,
}

impl<'a> Directives<'a> {
    pub(super) fn apply(self, call: &Call, script: &mut Script<'a>) {
        script.delay_ms = self.delay_ms.unwrap_or(script.delay_ms);
        script.output_tokens = self.tokens.or(script.output_tokens);
        script.marks = self.marks.unwrap_or(script.marks);
        if let Some(failure) = self.failure {
            script.failure = failure.applies(call).then(|| failure.error());
        }
        // The evaluator's prompt quotes the step's, so what that orders for itself is not the score's answer.
        if call.kind != CallKind::Score {
            script.output = self.output;
        }
    }
}

/// All directives of a prompt; later ones win.
pub(super) fn read(prompt: &str) -> Directives<'_> {
    let mut directives = Directives::default();
    let mut rest = prompt;
    while let Some((_, after)) = rest.split_once(OPEN) {
        let Some((directive, after)) = after.split_once(CLOSE) else { break };
        read_one(directive, &mut directives);
        rest = after;
    }
    directives
}

fn read_one<'a>(directive: &'a str, directives: &mut Directives<'a>) {
    let mut failure: Option<SimulatedFailure> = None;
    let (mut kind, mut times, mut retry_after_ms) = (CallKind::Call, None, None);
    let mut rest = directive;
    while let Some((key, after)) = rest.split_once('=') {
        if key == "output" {
            directives.output = Some(after);
            break;
        }
        let (value, next) = value(after);
        match key {
            "delay" => directives.delay_ms = value.parse().ok().or(directives.delay_ms),
            "tokens" => directives.tokens = value.parse().ok().or(directives.tokens),
            "marks" => directives.marks = marks(value).or(directives.marks),
            "fail" => failure = read_failure(value),
            "times" => times = value.parse().ok(),
            "retry_after" => retry_after_ms = value.parse().ok(),
            "on" => kind = read_kind(value),
            _ => {}
        }
        rest = next;
    }
    if let Some(failure) = failure {
        directives.failure = Some(SimulatedFailure { kind, first_attempts: times, retry_after_ms, ..failure });
    }
}

/// A value ends at the comma before the next `key=`, so that it may contain commas itself.
fn value(text: &str) -> (&str, &str) {
    let Some((before, _)) = text.split_once('=') else { return (text, "") };
    match before.rfind(',') {
        Some(comma) => (&text[..comma], &text[comma + 1..]),
        None => (text, ""),
    }
}

fn marks(value: &str) -> Option<Marks> {
    let marks: Vec<f64> = value.split(',').map(|mark| mark.trim().parse()).collect::<Result<_, _>>().ok()?;
    match marks[..] {
        [factual_consistency, prompt_adherence, completeness, formatting] => {
            Some(Marks { factual_consistency, prompt_adherence, completeness, formatting })
        }
        _ => None,
    }
}

fn read_kind(value: &str) -> CallKind {
    match value {
        "repair" => CallKind::Repair,
        "score" => CallKind::Score,
        _ => CallKind::Call,
    }
}

fn read_failure(value: &str) -> Option<SimulatedFailure> {
    match value.parse() {
        Ok(status) => {
            let code = failure::of_status(status, None, String::new()).code;
            Some(SimulatedFailure { status: Some(status), ..SimulatedFailure::new(code) })
        }
        Err(_) => {
            let code: FailureCode = serde_json::from_value(value.into()).ok()?;
            Some(SimulatedFailure::new(code))
        }
    }
}
