//! Settings, providers' keys, and trying a provider out. All of it needs the main key.

use axum::extract::State;
use planloom_core::check::{Problem, Problems};
use planloom_core::fields::Reader;
use planloom_engine::registry::ProviderTest;
use planloom_engine::secrets::Status;
use planloom_engine::settings::PublicSettings;
use serde_json::Value;

use super::bodies;
use crate::body::{Json, NoBody};
use crate::envelope::{Answer, Success, success};
use crate::failure::Failure;
use crate::idempotency::Once;
use crate::query::{Ids, NoQuery};
use crate::router::Api;

/// Characters of a provider's key. No key is longer, and the smallest keychain takes no more.
const SECRET_CHARS: usize = 1_000;

/// Read the settings. Of secrets they say only whether they are set.
#[utoipa::path(get, path = "/api/settings", operation_id = "getSettings", tag = "settings",
    responses((status = 200, body = Success<PublicSettings>)))]
pub(crate) async fn read(State(api): State<Api>, _: NoQuery) -> Answer {
    success(api.handle.settings().await?)
}

/// Change settings, by a JSON Merge Patch.
#[utoipa::path(patch, path = "/api/settings", operation_id = "changeSettings", tag = "settings",
    request_body = Object, responses((status = 200, body = Success<PublicSettings>)))]
pub(crate) async fn change(State(api): State<Api>, _: NoQuery, Json(patch): Json) -> Answer {
    success(api.handle.patch_settings(patch).await?)
}

/// Keep a provider's key. There is no way to read it back.
#[utoipa::path(put, path = "/api/settings/secrets/{name}", operation_id = "putSecret", tag = "settings",
    request_body = bodies::PutSecret, params(("name" = String, Path)),
    responses((status = 200, body = Success<Status>)))]
pub(crate) async fn put_secret(State(api): State<Api>, Ids(name): Ids<String>, _: NoQuery, Json(body): Json) -> Answer {
    success(api.handle.put_secret(&name, read_secret(&body)?).await?)
}

fn read_secret(body: &Value) -> Result<String, Failure> {
    let mut problems = Problems::default();
    let mut value = None;
    if let Some(mut reader) = Reader::object(body, "", &mut problems) {
        value = reader.text("value", 1..=SECRET_CHARS).map(str::to_owned);
        if value.as_ref().is_some_and(|value| !value.chars().all(|c| c.is_ascii_graphic())) {
            // Without the value: what is nearly a key must not come back either.
            let message = "`value` contains white space or characters that a header cannot carry. Copy the key again.";
            reader.report(Problem::invalid("value", "pattern", message));
        }
        reader.finish();
    }
    match value {
        Some(value) if !problems.has_errors() => Ok(value),
        Some(_) | None => Err(Failure::of_problems(problems.into_sorted())),
    }
}

/// Forget a provider's key.
#[utoipa::path(delete, path = "/api/settings/secrets/{name}", operation_id = "deleteSecret", tag = "settings",
    params(("name" = String, Path)), responses((status = 200, body = Success<Status>)))]
pub(crate) async fn delete_secret(State(api): State<Api>, Ids(name): Ids<String>, _: NoQuery) -> Answer {
    success(api.handle.delete_secret(&name).await?)
}

/// Make a real, small call to a provider, and say what happened.
#[utoipa::path(post, path = "/api/settings/providers/{name}/test", operation_id = "testProvider", tag = "settings",
    params(("name" = String, Path)), responses((status = 200, body = Success<ProviderTest>)))]
pub(crate) async fn test_provider(
    State(api): State<Api>,
    Ids(name): Ids<String>,
    _: NoQuery,
    _: Once,
    _: NoBody,
) -> Answer {
    success(api.handle.test_provider(&name).await?)
}
