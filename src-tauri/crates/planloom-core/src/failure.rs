//! Why a task failed: the one list of codes, and what is retried.
//!
//! Three words for three things: a `Problem` is a fault in a plan, a `Refusal` is a request that is not
//! possible now, and a `Failure` is a task that was tried and did not succeed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The code of a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FailureCode {
    ProviderAuth,
    ProviderRateLimited,
    ProviderOverloaded,
    ProviderError,
    ProviderUnreachable,
    ProviderProtocol,
    QuotaExhausted,
    ContextTooLong,
    Timeout,
    Stalled,
    EmptyOutput,
    OutputTooLarge,
    ModelRefused,
    OutputSchemaMismatch,
    TemplateError,
    PromptTooLarge,
    ConditionError,
    Interrupted,
    InvalidModel,
}

/// A failed attempt, as the API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    pub code: FailureCode,
    /// A sentence; the provider's own words where it gave some.
    pub message: String,
    /// Another attempt may succeed.
    pub retryable: bool,
    /// The attempt that failed, counted from 1.
    pub attempt: u32,
    /// The provider's HTTP status, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}
