//! What is left out of a request after the provider refused it for just that.
//!
//! Models differ in what they take and no list of them stays true, so a 400 that names a parameter of ours is
//! answered by the same request without it. A refused request costs nothing, and no text has arrived yet.

use crate::call::{Call, CallError, CallWarning};
use crate::endpoint::Endpoint;
use planloom_core::failure::FailureCode;
use reqwest::Response;

/// Adjustments that there are, which is also how often a request is sent again at most.
const ADJUSTMENTS: usize = 4;

#[derive(Debug, Default)]
pub(crate) struct Adjustments {
    pub(crate) no_temperature: bool,
    pub(crate) no_stream_options: bool,
    /// `max_completion_tokens` for `max_tokens`, or the other way round.
    pub(crate) other_max_tokens_field: bool,
    /// Why the schema is said in words.
    pub(crate) no_json_mode: Option<String>,
}

impl Adjustments {
    /// Takes up what a refusal names; false if it names nothing that can be done without.
    fn take_up(&mut self, call: &Call, error: &CallError) -> bool {
        const NOT_TAKEN: &[&str] = &[
            "not support",
            "unsupported",
            "unrecognized",
            "unknown",
            "unexpected",
            "not permitted",
            "not allowed",
            "deprecated",
            "removed",
        ];
        if error.code != FailureCode::ProviderError || !matches!(error.status, Some(400 | 422)) {
            return false;
        }
        let message = error.message.to_lowercase();
        let names = |words: &[&str]| words.iter().any(|word| message.contains(word));
        let not_taken = names(NOT_TAKEN);
        if !self.no_stream_options && not_taken && names(&["stream_options"]) {
            self.no_stream_options = true;
        } else if !self.other_max_tokens_field && not_taken && names(&["max_completion_tokens", "'max_tokens'"]) {
            self.other_max_tokens_field = true;
        } else if call.temperature.is_some() && !self.no_temperature && not_taken && names(&["temperature"]) {
            self.no_temperature = true;
        } else if call.json_schema.is_some()
            && self.no_json_mode.is_none()
            && names(&["response_format", "output_config", "schema", "grammar"])
        {
            self.no_json_mode = Some(format!("the provider refused it ({})", error.message.trim_end_matches('.')));
        } else {
            return false;
        }
        true
    }
}

/// Posts a request until it is taken or refused for good.
pub(crate) async fn post(
    endpoint: &Endpoint,
    path: &[&str],
    call: &Call,
    body: impl Fn(&Adjustments, &mut Vec<CallWarning>) -> Vec<u8>,
) -> Result<(Response, Vec<CallWarning>), CallError> {
    let mut adjustments = Adjustments::default();
    let mut refused = 0;
    loop {
        let mut warnings = Vec::new();
        match endpoint.post(path, body(&adjustments, &mut warnings)).await {
            Ok(response) => return Ok((response, warnings)),
            Err(error) => {
                refused += 1;
                if refused > ADJUSTMENTS || !adjustments.take_up(call, &error) {
                    return Err(error);
                }
            }
        }
    }
}
