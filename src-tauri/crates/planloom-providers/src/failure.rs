//! From a provider's refusal to one of our codes: by status, by the type in its body, by its words.
//!
//! Owns the one mapping for both wires. Must not read from a connection, and must not decide about
//! another attempt beyond saying whether one may help.
//!
//! A code and whether it is retried belong together: `PROVIDER_UNREACHABLE` is everything that broke on the
//! way, a stream cut in the middle included, and is retried; `PROVIDER_PROTOCOL` is an answer that is not of
//! the wire format, and is not.

use crate::call::CallError;
use planloom_core::failure::FailureCode;
use serde_json::Value;

/// What a provider said when it refused, on either wire and in the dialects of compatible servers.
#[derive(Debug, Default)]
pub(crate) struct Words {
    /// `type` and `code`, lower case, in one text to look into.
    kinds: String,
    /// A status inside the body, as servers that fail in the middle of a stream give it.
    status: Option<u16>,
    message: String,
}

impl Words {
    /// Reads `{"error": {"type", "code", "message"}}`, `{"error": "…"}`, and the bare forms
    /// `{"type", "code", "message"}` and `{"detail": …}`; `None` if `body` is none of them.
    pub(crate) fn read(body: &Value) -> Option<Words> {
        let error = match body.get("error") {
            None | Some(Value::Null) => body,
            Some(error) => error,
        };
        let message = match error {
            Value::String(message) => message.clone(),
            other => ["message", "detail", "error_description"]
                .iter()
                .find_map(|key| other.get(*key))
                .map(|message| message.as_str().map_or_else(|| message.to_string(), str::to_owned))?,
        };
        let mut words = Words { message, ..Words::default() };
        for key in ["type", "code", "status"] {
            match error.get(key) {
                Some(Value::String(kind)) => {
                    words.status = words.status.or_else(|| status_number(kind.parse().ok()));
                    words.kinds.push_str(&kind.to_lowercase());
                    words.kinds.push(' ');
                }
                Some(Value::Number(number)) => words.status = words.status.or_else(|| status_number(number.as_u64())),
                Some(_) | None => {}
            }
        }
        Some(words)
    }

    /// The provider's own sentence.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    fn has(&self, kinds: &[&str]) -> bool {
        kinds.iter().any(|kind| self.kinds.contains(kind))
    }

    fn says(&self, phrases: &[&str]) -> bool {
        let message = self.message.to_lowercase();
        phrases.iter().any(|phrase| message.contains(phrase))
    }
}

fn status_number(number: Option<u64>) -> Option<u16> {
    number.and_then(|number| u16::try_from(number).ok()).filter(|status| (400..600).contains(status))
}

/// Statuses after which another attempt may succeed.
pub(crate) fn retried_status(status: u16) -> bool {
    match status {
        408 | 409 | 425 | 429 => true,
        501 | 505 => false,
        other => (500..600).contains(&other),
    }
}

/// The failure that an HTTP status outside 200–299 stands for. `message` is already clean.
pub(crate) fn of_status(status: u16, words: Option<&Words>, message: String) -> CallError {
    let code = words.and_then(|words| of_words(words, status)).unwrap_or(match status {
        401 | 403 => FailureCode::ProviderAuth,
        402 => FailureCode::QuotaExhausted,
        429 => FailureCode::ProviderRateLimited,
        529 => FailureCode::ProviderOverloaded,
        _ => FailureCode::ProviderError,
    });
    let mut error = CallError::new(code, message);
    error.status = Some(status);
    if code == FailureCode::ProviderError {
        error.retryable = retried_status(status);
    }
    error
}

/// The failure that an error inside a running stream stands for. Such an error is retried, whatever its
/// name, unless it says that the key, the quota or the length is the reason.
pub(crate) fn of_stream(words: &Words, message: String) -> CallError {
    let code = of_words(words, words.status.unwrap_or(400)).unwrap_or(match words.status {
        Some(401 | 403) => FailureCode::ProviderAuth,
        Some(402) => FailureCode::QuotaExhausted,
        Some(429) => FailureCode::ProviderRateLimited,
        Some(529) => FailureCode::ProviderOverloaded,
        Some(_) | None => FailureCode::ProviderError,
    });
    let mut error = CallError::new(code, message);
    error.status = words.status;
    if code == FailureCode::ProviderError {
        error.retryable = true;
    }
    error
}

/// What the body says more exactly than the status does.
fn of_words(words: &Words, status: u16) -> Option<FailureCode> {
    const QUOTA: &[&str] = &["insufficient_quota", "billing", "quota_exceeded", "insufficient_credits"];
    const QUOTA_SAID: &[&str] =
        &["credit balance is too low", "exceeded your current quota", "insufficient credits", "insufficient balance"];
    const LENGTH: &[&str] = &["context_length_exceeded", "exceed_context_size", "context_window_exceeded"];
    const LENGTH_SAID: &[&str] = &[
        "prompt is too long",
        "exceeds the available context size",
        "maximum context length",
        "exceed context limit",
        "context length",
        "context window",
        "context size",
        "input is too long",
        "too many tokens",
    ];
    if words.has(QUOTA) || (matches!(status, 400..=403 | 429) && words.says(QUOTA_SAID)) {
        Some(FailureCode::QuotaExhausted)
    } else if words.has(LENGTH) || (matches!(status, 400 | 413 | 422) && words.says(LENGTH_SAID)) {
        Some(FailureCode::ContextTooLong)
    } else if words.has(&["overloaded"]) {
        Some(FailureCode::ProviderOverloaded)
    } else if words.has(&["rate_limit"]) {
        Some(FailureCode::ProviderRateLimited)
    } else if words.has(&["authentication_error", "permission_error", "invalid_api_key", "permission_denied"]) {
        Some(FailureCode::ProviderAuth)
    } else if words.has(&["content_filter", "content_policy_violation"]) {
        Some(FailureCode::ModelRefused)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_statuses_of_the_spec_are_retried() {
        let retried: Vec<u16> = (400..600).filter(|status| retried_status(*status)).collect();
        let expected: Vec<u16> = [408, 409, 425, 429]
            .into_iter()
            .chain((500..600).filter(|status| *status != 501 && *status != 505))
            .collect();
        assert_eq!(retried, expected);
    }

    fn check(status: u16, body: Value, code: FailureCode, retryable: bool) {
        let words = Words::read(&body);
        let error = of_status(status, words.as_ref(), String::new());
        assert_eq!((error.code, error.retryable, error.status), (code, retryable, Some(status)), "{body}");
    }

    #[test]
    fn refusals_with_a_status() {
        use FailureCode::*;
        check(
            401,
            json!({"error": {"type": "authentication_error", "message": "invalid x-api-key"}}),
            ProviderAuth,
            false,
        );
        check(403, json!({}), ProviderAuth, false);
        check(402, json!({"error": {"message": "Insufficient credits", "code": 402}}), QuotaExhausted, false);
        check(429, json!({"error": {"type": "rate_limit_error", "message": "slow down"}}), ProviderRateLimited, true);
        check(429, json!({"error": {"type": "insufficient_quota", "message": "…"}}), QuotaExhausted, false);
        check(429, json!({"error": {"code": "insufficient_quota", "message": "…"}}), QuotaExhausted, false);
        check(
            400,
            json!({"error": {"type": "invalid_request_error", "message": "Your credit balance is too low to access the API"}}),
            QuotaExhausted,
            false,
        );
        check(529, json!({"error": {"type": "overloaded_error", "message": "Overloaded"}}), ProviderOverloaded, true);
        check(529, json!(null), ProviderOverloaded, true);
        check(503, json!({"error": {"type": "overloaded_error", "message": "Overloaded"}}), ProviderOverloaded, true);
        check(500, json!({"error": "boom"}), ProviderError, true);
        check(501, json!({"error": "no"}), ProviderError, false);
        check(404, json!({"error": {"type": "not_found_error", "message": "model: x"}}), ProviderError, false);
        check(409, json!({"message": "conflict"}), ProviderError, true);
    }

    #[test]
    fn too_long_in_every_dialect() {
        use FailureCode::ContextTooLong;
        for body in [
            json!({"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 210000 tokens > 200000 maximum"}}),
            json!({"error": {"code": "context_length_exceeded", "message": "…", "type": "invalid_request_error"}}),
            json!({"error": {"code": 400, "type": "exceed_context_size_error", "message": "request (6031 tokens) exceeds the available context size (2048 tokens)"}}),
            json!({"object": "error", "message": "This model's maximum context length is 8192 tokens.", "type": "BadRequestError", "code": 400}),
            json!({"detail": "input is too long"}),
        ] {
            check(400, body, ContextTooLong, false);
        }
        check(413, json!({"error": {"message": "body too large"}}), FailureCode::ProviderError, false);
    }

    #[test]
    fn errors_inside_a_stream_are_retried_unless_they_name_a_lasting_reason() {
        for (body, code, retryable) in [
            (json!({"error": {"type": "api_error", "message": "…"}}), FailureCode::ProviderError, true),
            (json!({"error": {"type": "overloaded_error", "message": "…"}}), FailureCode::ProviderOverloaded, true),
            (json!({"error": {"type": "rate_limit_error", "message": "…"}}), FailureCode::ProviderRateLimited, true),
            (json!({"error": {"code": 502, "message": "upstream"}}), FailureCode::ProviderError, true),
            (json!({"error": {"code": 429, "message": "…"}}), FailureCode::ProviderRateLimited, true),
            (json!({"error": {"code": "insufficient_quota", "message": "…"}}), FailureCode::QuotaExhausted, false),
            (json!({"error": {"code": 401, "message": "…"}}), FailureCode::ProviderAuth, false),
        ] {
            let error = of_stream(&Words::read(&body).unwrap(), String::new());
            assert_eq!((error.code, error.retryable), (code, retryable), "{body}");
        }
    }
}
