//! The list of models that both wires give at `/v1/models`.

use crate::call::{CallError, Model};
use crate::endpoint::Endpoint;
use crate::secret::clean_to;
use planloom_core::failure::FailureCode;
use serde_json::Value;

/// Bytes of a list that are read; the longest public ones are about a megabyte.
const LIST_BYTES: usize = 16 << 20;
const MODELS: usize = 10_000;
const ID_CHARS: usize = 200;

pub(crate) async fn models(endpoint: &Endpoint, path: &[&str], query: Option<&str>) -> Result<Vec<Model>, CallError> {
    let body = endpoint.get_json(path, query, LIST_BYTES).await?;
    let list = match body.get("data").unwrap_or(&body) {
        Value::Array(list) => list,
        _ => {
            let message = "The provider's list of models has no `data`. Check the base URL.";
            return Err(CallError::new(FailureCode::ProviderProtocol, message));
        }
    };
    let text = |model: &Value, key: &str| {
        model.get(key).and_then(Value::as_str).map(|text| clean_to(text, endpoint.secret(), ID_CHARS))
    };
    let model = |model: &Value| {
        Some(Model { id: text(model, "id")?, name: text(model, "display_name").or(text(model, "name")) })
    };
    Ok(list.iter().filter_map(model).take(MODELS).collect())
}
