//! What a model call is, what comes back, and the one trait that every provider implements.
//!
//! Must not know a wire format, and knows nothing of plans: the engine renders, this crate sends.

use futures_util::future::BoxFuture;
use planloom_core::failure::FailureCode;
use planloom_core::usage::Usage;
use serde_json::Value;

/// What a call is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CallKind {
    /// A step's own call.
    #[default]
    Call,
    /// The second call of an attempt, after an answer that did not fit the step's schema.
    Repair,
    /// The evaluator's call.
    Score,
}

/// One model call, rendered and resolved.
#[derive(Clone, Debug, Default)]
pub struct Call {
    pub kind: CallKind,
    /// What the call belongs to. Only the simulator reads it, to be deterministic.
    pub task_id: String,
    /// Counted from 1. Only the simulator reads it.
    pub attempt: u32,
    /// The provider's own name of the model.
    pub model_id: String,
    pub system: Option<String>,
    pub prompt: String,
    pub max_tokens: u32,
    pub temperature: Option<f64>,
    /// The answer must be JSON that fits: sent in the provider's JSON mode where there is one, else said in
    /// the system prompt.
    pub json_schema: Option<Value>,
    /// What the schema is called where the wire wants a name; characters that it does not take are replaced.
    pub json_schema_name: String,
}

impl Call {
    /// Bytes of all that is sent as text.
    pub fn prompt_bytes(&self) -> u64 {
        (self.prompt.len() + self.system.as_deref().map_or(0, str::len)) as u64
    }
}

/// A complete answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub text: String,
    /// `estimated` where the provider gave none.
    pub usage: Usage,
    /// The answer was cut: by `max_tokens`, by the context's end or by a pause.
    pub truncated: bool,
    pub warnings: Vec<CallWarning>,
    /// In the provider's word.
    pub stop_reason: String,
    /// The provider's id of the request, for its support.
    pub request_id: Option<String>,
}

/// Something about a call that a person should know although it succeeded.
#[derive(Clone, Debug, PartialEq)]
pub enum CallWarning {
    /// The provider takes no `temperature`, so none was sent.
    TemperatureLeftOut,
    /// The provider takes less than what was asked.
    TemperatureLowered { asked: f64, sent: f64 },
    /// The schema was given in the system prompt, not in the provider's JSON mode.
    JsonModeLeftOut { because: String },
    /// The model wanted a tool; Planloom offers none.
    ToolRequested,
    /// The provider paused the model's turn, so the text is not whole.
    TurnPaused,
    /// A stop reason that is not known here; the answer was taken as complete.
    StopReasonUnknown { stop_reason: String },
}

impl CallWarning {
    /// The code that the API shows.
    pub fn code(&self) -> &'static str {
        match self {
            CallWarning::TemperatureLeftOut => "TEMPERATURE_LEFT_OUT",
            CallWarning::TemperatureLowered { .. } => "TEMPERATURE_LOWERED",
            CallWarning::JsonModeLeftOut { .. } => "JSON_MODE_LEFT_OUT",
            CallWarning::ToolRequested => "TOOL_REQUESTED",
            CallWarning::TurnPaused => "TURN_PAUSED",
            CallWarning::StopReasonUnknown { .. } => "STOP_REASON_UNKNOWN",
        }
    }

    /// A sentence for people.
    pub fn message(&self) -> String {
        match self {
            CallWarning::TemperatureLeftOut => {
                "This provider takes no temperature for this model, so it was left out.".to_owned()
            }
            CallWarning::TemperatureLowered { asked, sent } => {
                format!("This provider takes a temperature of at most {sent}, so {sent} was sent instead of {asked}.")
            }
            CallWarning::JsonModeLeftOut { because } => {
                format!("The schema was given in the system prompt and not in the provider's JSON mode: {because}.")
            }
            CallWarning::ToolRequested => {
                "The model asked for a tool, which a step cannot offer; its text was taken as the answer.".to_owned()
            }
            CallWarning::TurnPaused => {
                "The provider paused the model's turn, so the answer may not be whole.".to_owned()
            }
            CallWarning::StopReasonUnknown { stop_reason } if stop_reason.is_empty() => {
                "The provider gave no stop reason; the answer was taken as complete.".to_owned()
            }
            CallWarning::StopReasonUnknown { stop_reason } => {
                format!(
                    "The provider stopped for the unknown reason `{stop_reason}`; the answer was taken as complete."
                )
            }
        }
    }
}

/// A call that gave no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct CallError {
    pub code: FailureCode,
    /// The provider's own words where it gave some; never contains the key.
    pub message: String,
    /// The provider's HTTP status, where there was one.
    pub status: Option<u16>,
    /// Another attempt may succeed.
    pub retryable: bool,
    /// How long the provider asks to be left alone.
    pub retry_after_ms: Option<u64>,
    /// What was used up until the failure, as far as the provider had said.
    pub usage: Option<Usage>,
}

impl CallError {
    /// A failure that is as retryable as its code usually is.
    pub fn new(code: FailureCode, message: impl Into<String>) -> CallError {
        CallError {
            code,
            message: message.into(),
            status: None,
            retryable: usually_retryable(code),
            retry_after_ms: None,
            usage: None,
        }
    }

    pub(crate) fn with_usage(mut self, usage: Option<Usage>) -> CallError {
        self.usage = usage;
        self
    }
}

/// Whether an attempt that failed with `code` may be followed by another. `PROVIDER_ERROR` depends on the
/// status, and counts as not retryable without one.
pub fn usually_retryable(code: FailureCode) -> bool {
    match code {
        FailureCode::ProviderRateLimited
        | FailureCode::ProviderOverloaded
        | FailureCode::ProviderUnreachable
        | FailureCode::Timeout
        | FailureCode::Stalled
        | FailureCode::EmptyOutput
        | FailureCode::Interrupted => true,
        FailureCode::ProviderAuth
        | FailureCode::ProviderError
        | FailureCode::ProviderProtocol
        | FailureCode::QuotaExhausted
        | FailureCode::ContextTooLong
        | FailureCode::OutputTooLarge
        | FailureCode::ModelRefused
        | FailureCode::OutputSchemaMismatch
        | FailureCode::TemplateError
        | FailureCode::PromptTooLarge
        | FailureCode::ConditionError
        | FailureCode::InvalidModel => false,
    }
}

/// Receives the pieces of an answer as they arrive.
pub type TextSink<'a> = &'a mut (dyn FnMut(&str) + Send);

/// A model that a provider lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    pub id: String,
    /// A name for people, where the provider gives one.
    pub name: Option<String>,
}

/// Where a model call goes.
///
/// Nothing here limits the whole time of a call: the caller wraps the future in its own timeout. Dropping
/// the future ends the request and closes its connection (of HTTP/2: its stream).
pub trait Provider: Send + Sync + std::fmt::Debug {
    /// Makes one call and hands each piece of text to `text` as it arrives.
    fn call<'a>(&'a self, call: &'a Call, text: TextSink<'a>) -> BoxFuture<'a, Result<Answer, CallError>>;

    /// The models that the provider lists; empty where it has no list.
    fn models(&self) -> BoxFuture<'_, Result<Vec<Model>, CallError>>;
}
