//! Settings, providers' keys, trying a provider out, and the data folder. All of it needs the main key.

use std::path::PathBuf;

use axum::extract::State;
use axum::http::StatusCode;
use planloom_core::check::{Problem, Problems};
use planloom_core::fields::Reader;
use planloom_engine::registry::{LocalServer, ProviderTest};
use planloom_engine::secrets::Status;
use planloom_engine::settings::PublicSettings;
use planloom_engine::views::{BackupView, DataView};
use serde_json::Value;

use super::bodies;
use crate::body::{Json, NoBody, OptionalJson};
use crate::envelope::{Answer, List, Success, success, success_with, whole_list};
use crate::failure::Failure;
use crate::idempotency::{Done, Once, replayed};
use crate::query::{Ids, NoQuery};
use crate::router::Api;

/// Characters of a provider's key. No key is longer, and the smallest keychain takes no more.
const SECRET_CHARS: usize = 1_000;
/// Characters of a file's path.
const PATH_CHARS: usize = 4_000;

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

/// Look for model servers of this machine: at the usual ports, and where `OPENAI_BASE_URL` says. Takes a second at most.
#[utoipa::path(get, path = "/api/settings/providers/found", operation_id = "findLocalServers", tag = "settings",
    responses((status = 200, body = List<LocalServer>)))]
pub(crate) async fn found(State(api): State<Api>, _: NoQuery) -> Answer {
    whole_list(api.handle.local_servers().await)
}

/// Read where everything is kept, how much it is, and which backups there are.
#[utoipa::path(get, path = "/api/settings/data", operation_id = "getData", tag = "settings",
    responses((status = 200, body = Success<DataView>)))]
pub(crate) async fn data(State(api): State<Api>, _: NoQuery) -> Answer {
    success(api.handle.data().await?)
}

/// Write a checked backup of the database, while everything runs.
#[utoipa::path(post, path = "/api/settings/data/backup", operation_id = "createBackup", tag = "settings",
    request_body = Option<bodies::CreateBackup>, responses((status = 201, body = Success<BackupView>)))]
pub(crate) async fn back_up(
    State(api): State<Api>,
    _: NoQuery,
    once: Once,
    OptionalJson(request): OptionalJson,
) -> Answer {
    let path = read_path(&request)?;
    let handle = &api.handle;
    let done = api.in_flight.once(handle, once, &request, StatusCode::CREATED, |receipt| {
        let handle = handle.clone();
        async move { handle.back_up(path, receipt).await }
    });
    match done.await? {
        Done::Now(backup) => success_with(StatusCode::CREATED, backup),
        Done::Before(stored) => Ok(replayed(&stored)),
    }
}

fn read_path(body: &Value) -> Result<Option<PathBuf>, Failure> {
    let mut problems = Problems::default();
    let mut path = None;
    if let Some(mut reader) = Reader::object(body, "", &mut problems) {
        path = reader.optional_text("path", 1..=PATH_CHARS).map(PathBuf::from);
        if path.as_ref().is_some_and(|path| path.to_string_lossy().contains('\0')) {
            reader.report(Problem::invalid("path", "pattern", "`path` contains a zero character; leave it out."));
        }
        reader.finish();
    }
    if problems.has_errors() { Err(Failure::of_problems(problems.into_sorted())) } else { Ok(path) }
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
