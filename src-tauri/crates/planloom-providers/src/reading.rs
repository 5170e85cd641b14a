//! What has been read of one answer so far: a pure fold of stream events, whatever their wire.
//!
//! Owns text, usage, stop reason and warnings, and the verdict at the end. Does no IO and knows no clock, so
//! that any split of the bytes gives the same answer.
//!
//! Once a stop reason has been read the answer counts as whole: a connection that breaks after it loses
//! nothing, so the text is kept and not paid for again. Before that, a break is a failure.

use crate::call::{Answer, Call, CallError, CallWarning, TextSink};
use crate::failure::{self, Words};
use crate::secret::{Secret, clean, clean_to};
use crate::{anthropic, openai, sse};
use planloom_core::failure::FailureCode;
use planloom_core::limits;
use planloom_core::usage::Usage;
use serde_json::Value;

/// Characters of a stop reason or a request id that are kept.
const WORD_CHARS: usize = 100;
/// Characters of a malformed answer that are quoted.
const EXCERPT_CHARS: usize = 200;
/// Bytes of text that make one token where a provider counts none.
const BYTES_PER_TOKEN: u64 = 4;

const CONTEXT_FULL: &str =
    "The model's context was full before any answer: shorten the prompt or choose a model with a larger context.";
const ONLY_A_TOOL: &str = "The model asked for a tool instead of answering; a step cannot offer tools, so say in the prompt to answer in text.";

/// The two wire formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// The Messages API.
    Anthropic,
    /// Chat Completions.
    OpenAi,
}

/// What a stop reason means to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    Complete,
    /// `max_tokens` was reached.
    MaxTokens,
    /// The context's end was reached.
    ContextFull,
    /// A turn that the provider wants continued; only its own tools cause it.
    Paused,
    /// The model wants a tool.
    Tool,
    Refused,
    /// The provider gave up in the middle and says so by the stop reason.
    Failed,
    Unknown,
}

impl Stop {
    /// The text is not all that there was to say.
    fn truncates(&self) -> bool {
        match self {
            Stop::MaxTokens | Stop::ContextFull | Stop::Paused => true,
            Stop::Complete | Stop::Tool | Stop::Refused | Stop::Failed | Stop::Unknown => false,
        }
    }
}

/// Whether the stream has more to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    More,
    End,
}

/// Token counts as a wire gave them; `None` where it was silent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) input: Option<u64>,
    pub(crate) output: Option<u64>,
    pub(crate) cache_read: Option<u64>,
    pub(crate) cache_write: Option<u64>,
}

/// The fold.
#[derive(Debug)]
pub struct Reading {
    wire: Wire,
    secret: Option<Secret>,
    prompt_bytes: u64,
    max_tokens: u32,
    pub(crate) text: String,
    pub(crate) refusal: String,
    pub(crate) counts: Counts,
    stop: Option<(Stop, String)>,
    ended: bool,
    events: u64,
}

impl Reading {
    /// `secret` is masked wherever the provider's words are kept.
    pub fn new(wire: Wire, call: &Call, secret: Option<Secret>) -> Reading {
        Reading {
            wire,
            secret,
            prompt_bytes: call.prompt_bytes(),
            max_tokens: call.max_tokens,
            text: String::new(),
            refusal: String::new(),
            counts: Counts::default(),
            stop: None,
            ended: false,
            events: 0,
        }
    }

    /// Takes one event of the stream.
    pub fn event(&mut self, event: &sse::Event, text: TextSink<'_>) -> Result<Flow, CallError> {
        self.events += 1;
        let flow = match self.wire {
            Wire::Anthropic => anthropic::fold::event(self, event, text),
            Wire::OpenAi => openai::fold::event(self, event, text),
        }?;
        self.ended |= flow == Flow::End;
        Ok(flow)
    }

    /// Takes the whole answer of a server that does not stream although it was asked to.
    pub fn whole(&mut self, body: &Value, text: TextSink<'_>) -> Result<(), CallError> {
        self.events += 1;
        match self.wire {
            Wire::Anthropic => anthropic::fold::whole(self, body, text),
            Wire::OpenAi => openai::fold::whole(self, body, text),
        }?;
        self.ended = true;
        Ok(())
    }

    /// True as soon as nothing that follows can change the text.
    pub fn has_stopped(&self) -> bool {
        self.stop.is_some() || self.ended
    }

    /// How many events came.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// What has been used so far. A count that the provider gave stands; where it was silent, or where text
    /// arrived that it has not counted yet, the rest is estimated from the bytes.
    pub fn usage(&self) -> Option<Usage> {
        let counts = self.counts;
        let known = [counts.input, counts.output, counts.cache_read, counts.cache_write];
        // All zeros is how some servers say that they do not count.
        if self.text.is_empty() && !known.iter().flatten().any(|count| *count > 0) {
            return None;
        }
        let cached = counts.cache_read.unwrap_or(0) > 0 || counts.cache_write.unwrap_or(0) > 0;
        let input = counts.input.filter(|count| *count > 0 || cached);
        let from_text = tokens(self.text.len() as u64);
        let output =
            counts.output.filter(|count| (*count > 0 || from_text == 0) && (self.has_stopped() || *count >= from_text));
        Some(Usage {
            input: input.unwrap_or_else(|| tokens(self.prompt_bytes)),
            output: output.unwrap_or(from_text),
            cache_read: counts.cache_read.unwrap_or(0),
            cache_write: counts.cache_write.unwrap_or(0),
            estimated: input.is_none() || output.is_none(),
        })
    }

    /// The verdict. `cut` is why reading ended, where it did not end by itself.
    pub fn finish(mut self, cut: Option<CallError>) -> Result<Answer, CallError> {
        let usage = self.usage();
        let (stop, stop_reason) = match self.stop.take() {
            Some(stop) => stop,
            None if self.ended => (Stop::Unknown, String::new()),
            None => return Err(cut.unwrap_or_else(cut_off).with_usage(usage)),
        };
        if let Some(error) = self.failed(&stop, &stop_reason) {
            return Err(error.with_usage(usage));
        }
        let warnings = match stop {
            Stop::Paused => vec![CallWarning::TurnPaused],
            Stop::Tool => vec![CallWarning::ToolRequested],
            Stop::Unknown => vec![CallWarning::StopReasonUnknown { stop_reason: stop_reason.clone() }],
            Stop::Complete | Stop::MaxTokens | Stop::ContextFull | Stop::Refused | Stop::Failed => Vec::new(),
        };
        let usage = usage.unwrap_or_default();
        Ok(Answer { text: self.text, usage, truncated: stop.truncates(), warnings, stop_reason, request_id: None })
    }

    /// Why an answer that has stopped is none.
    fn failed(&self, stop: &Stop, stop_reason: &str) -> Option<CallError> {
        if *stop == Stop::Refused || !self.refusal.is_empty() {
            return Some(CallError::new(FailureCode::ModelRefused, self.refusal_message(stop_reason)));
        }
        if *stop == Stop::Failed {
            let message = format!("The provider gave up in the middle of the answer (stop reason `{stop_reason}`).");
            return Some(CallError { retryable: true, ..CallError::new(FailureCode::ProviderError, message) });
        }
        if !self.text.trim().is_empty() {
            return None;
        }
        Some(match stop {
            Stop::ContextFull => CallError::new(FailureCode::ContextTooLong, CONTEXT_FULL),
            Stop::Tool => CallError::new(FailureCode::ProviderProtocol, ONLY_A_TOOL),
            Stop::MaxTokens | Stop::Paused => {
                let message =
                    format!("The model used all {} tokens without answering: raise maxTokens.", self.max_tokens);
                CallError::new(FailureCode::EmptyOutput, message)
            }
            Stop::Complete | Stop::Refused | Stop::Failed | Stop::Unknown => {
                CallError::new(FailureCode::EmptyOutput, "The model answered with an empty text.")
            }
        })
    }

    fn refusal_message(&self, stop_reason: &str) -> String {
        if self.refusal.is_empty() {
            format!("The model refused to answer (stop reason `{stop_reason}`).")
        } else {
            format!("The model refused to answer: {}", clean(&self.refusal, self.secret.as_ref()))
        }
    }

    /// Adds a piece of the answer, and hands it on.
    pub(crate) fn push_text(&mut self, piece: &str, text: TextSink<'_>) -> Result<(), CallError> {
        if piece.is_empty() {
            return Ok(());
        }
        if self.text.len() + piece.len() > limits::OUTPUT_BYTES {
            return Err(too_large().with_usage(self.usage()));
        }
        self.text.push_str(piece);
        text(piece);
        Ok(())
    }

    /// Adds to what the model said instead of an answer.
    pub(crate) fn push_refusal(&mut self, piece: &str) {
        if self.refusal.len() < limits::NAME_CHARS * 100 {
            self.refusal.push_str(piece);
        }
    }

    pub(crate) fn set_stop(&mut self, stop: Stop, stop_reason: &str) {
        self.stop = Some((stop, clean_to(stop_reason, self.secret.as_ref(), WORD_CHARS)));
    }

    /// An error object inside the stream.
    pub(crate) fn error(&self, body: &Value) -> CallError {
        let error = match Words::read(body) {
            Some(words) => failure::of_stream(&words, clean(words.message(), self.secret.as_ref())),
            None => failure::of_stream(&Words::default(), clean(&body.to_string(), self.secret.as_ref())),
        };
        error.with_usage(self.usage())
    }

    /// The JSON of an event's data.
    pub(crate) fn json(&self, data: &str) -> Result<Value, CallError> {
        serde_json::from_str(data).map_err(|error| {
            let excerpt = clean_to(data, self.secret.as_ref(), EXCERPT_CHARS);
            self.protocol(format!("The provider's stream carried something that is not JSON ({error}): {excerpt}"))
        })
    }

    /// An answer that is not of the wire format.
    pub(crate) fn protocol(&self, message: String) -> CallError {
        CallError::new(FailureCode::ProviderProtocol, message).with_usage(self.usage())
    }
}

fn cut_off() -> CallError {
    CallError::new(FailureCode::ProviderUnreachable, "The connection closed before the answer was whole.")
}

/// The failure of an answer beyond the bound.
pub(crate) fn too_large() -> CallError {
    let mebibytes = limits::OUTPUT_BYTES >> 20;
    CallError::new(
        FailureCode::OutputTooLarge,
        format!("The answer is longer than {mebibytes} MiB; reading was stopped. Lower maxTokens or ask for less."),
    )
}

fn tokens(bytes: u64) -> u64 {
    bytes.div_ceil(BYTES_PER_TOKEN)
}
