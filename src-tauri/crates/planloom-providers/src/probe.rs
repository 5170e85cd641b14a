//! The test of a provider's settings: one real, minimal call, and what happened.

use crate::call::{Call, CallError, Provider};
use planloom_core::failure::FailureCode;
use planloom_core::usage::Usage;
use std::time::{Duration, Instant};

/// Enough for a word; models that think first may need all of it for that.
const MAX_TOKENS: u32 = 32;

/// What a test call did.
#[derive(Clone, Debug, PartialEq)]
pub struct Tested {
    /// The provider was reached, took the key and ran the model.
    pub ok: bool,
    /// A sentence for people.
    pub message: String,
    pub model_id: String,
    pub duration_ms: u64,
    pub usage: Option<Usage>,
    pub request_id: Option<String>,
    /// Why not, where it is not ok.
    pub error: Option<CallError>,
}

/// Makes one call of a few tokens to `model_id`, and waits for at most `timeout_ms`.
pub async fn test(provider: &dyn Provider, model_id: &str, timeout_ms: u64) -> Tested {
    let call = Call {
        task_id: "test".to_owned(),
        attempt: 1,
        model_id: model_id.to_owned(),
        prompt: "Answer with the one word: ready".to_owned(),
        max_tokens: MAX_TOKENS,
        ..Call::default()
    };
    let start = Instant::now();
    let mut ignore = |_: &str| {};
    let result = tokio::time::timeout(Duration::from_millis(timeout_ms), provider.call(&call, &mut ignore)).await;
    let duration_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let result = result.unwrap_or_else(|_| {
        let message = format!(
            "No answer within {timeout_ms} ms. Check the base URL, or whether the model is still being loaded."
        );
        Err(CallError::new(FailureCode::Timeout, message))
    });
    let tested = Tested {
        ok: true,
        message: String::new(),
        model_id: model_id.to_owned(),
        duration_ms,
        usage: None,
        request_id: None,
        error: None,
    };
    match result {
        Ok(answer) => Tested {
            message: format!("{model_id} answered in {duration_ms} ms."),
            usage: Some(answer.usage),
            request_id: answer.request_id,
            ..tested
        },
        Err(error) if matches!(error.code, FailureCode::EmptyOutput | FailureCode::ModelRefused) => Tested {
            message: format!("{model_id} was reached in {duration_ms} ms, but gave no text: {}", error.message),
            usage: error.usage,
            ..tested
        },
        Err(error) => {
            Tested { ok: false, message: explained(&error, model_id), usage: error.usage, error: Some(error), ..tested }
        }
    }
}

fn explained(error: &CallError, model_id: &str) -> String {
    let said = &error.message;
    if error.code == FailureCode::ProviderAuth {
        format!("The provider did not take the key: enter it again. It said: {said}")
    } else if error.code == FailureCode::QuotaExhausted {
        format!("The provider's account has no quota left. It said: {said}")
    } else if error.status == Some(404) {
        format!(
            "Not found: check that the base URL has the path that the provider documents, such as /v1, and that it has the model {model_id}. It said: {said}"
        )
    } else {
        said.clone()
    }
}
