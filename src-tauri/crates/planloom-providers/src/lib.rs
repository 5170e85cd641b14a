//! Model providers: the one trait of the backend, and its adapters.
//!
//! A `ProviderConfig` becomes a `Provider`; a `Provider` makes a `Call` and gives an `Answer` or a
//! `CallError`, with the text so far as it arrives. Read `call.rs` first.
//!
//! This crate decides nothing about plans, attempts, waiting or money: it makes one call and says truly what
//! happened. It reads no settings, stores nothing and starts no task, so dropping a call's future is all it
//! takes to end it. A key never leaves its header: not in `Debug`, not in an error, not in a log line.
//!
//! ```text
//! call.rs      Call, Answer, CallError, CallWarning, the trait
//! config.rs    settings → provider        secret.rs       the key, and cleaning of texts
//! anthropic.rs, openai.rs                 one adapter per wire: the request; fold.rs: its events
//! simulator.rs                            no wire at all
//! endpoint.rs  address, client, breaking  exchange.rs     bytes → events → verdict
//! sse.rs       the event stream           reading.rs      the fold of one answer, and its verdict
//! failure.rs   refusal → failure code     retry_after.rs  how long to wait
//! adjust.rs    what a model does not take json_mode.rs    how a schema reaches a model
//! listing.rs   /v1/models                 probe.rs        the test of settings
//! ```

mod adjust;
mod anthropic;
mod call;
mod config;
mod endpoint;
mod exchange;
mod failure;
mod json_mode;
mod listing;
mod openai;
mod probe;
pub mod reading;
mod retry_after;
mod secret;
mod simulator;
pub mod sse;

pub use call::{Answer, Call, CallError, CallKind, CallWarning, Model, Provider, TextSink, usually_retryable};
pub use config::{
    ANTHROPIC_BASE_URL, AnthropicConfig, AnthropicVersion, Error, JsonMode, MaxTokensField, OPENAI_BASE_URL,
    OpenAiConfig, ProviderConfig,
};
pub use endpoint::{check_base_url, is_local};
pub use json_mode::system_with_schema;
pub use probe::{Tested, test};
pub use secret::Secret;
pub use simulator::{Marks, SIMULATED, SimulatedFailure, SimulatorConfig, instance};
