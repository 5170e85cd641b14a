//! Keys of the listener: the main one, and those that may do less. A new key is shown once and never stored.

use axum::extract::State;
use planloom_core::check::{Problem, Problems};
use planloom_core::fields::Reader;
use planloom_engine::ApiKeyView;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::bodies;
use crate::body::{Json, NoBody};
use crate::caller::Scope;
use crate::envelope::{Answer, List, Success, success, whole_list};
use crate::failure::Failure;
use crate::idempotency::Once;
use crate::keys;
use crate::query::{Ids, NoQuery};
use crate::router::Api;

/// Characters of a key's name.
const NAME_CHARS: usize = 100;

/// A key that may do less than the main one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyView {
    id: String,
    name: String,
    scopes: Vec<Scope>,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<String>,
    /// Shown once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl KeyView {
    fn new(stored: ApiKeyView, key: Option<String>) -> KeyView {
        let ApiKeyView { id, name, scope, created_at, last_used_at } = stored;
        KeyView { id, name, scopes: Scope::read_all(&scope), created_at, last_used_at, key }
    }
}

/// The main key.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MainKeyView {
    key: String,
    /// The file that holds it.
    path: String,
}

/// What became of a key.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyRemoved {
    id: String,
    /// False: there was none.
    removed: bool,
}

/// List the keys beside the main one.
#[utoipa::path(get, path = "/api/settings/keys", operation_id = "listKeys", tag = "settings",
    responses((status = 200, body = List<KeyView>)))]
pub(crate) async fn list(State(api): State<Api>, _: NoQuery) -> Answer {
    let keys = api.handle.api_keys().await?;
    whole_list(keys.into_iter().map(|stored| KeyView::new(stored, None)).collect())
}

/// Make a key with scopes. It is shown in this answer and never again.
#[utoipa::path(post, path = "/api/settings/keys", operation_id = "createKey", tag = "settings",
    request_body = bodies::CreateKey, responses((status = 200, body = Success<KeyView>)))]
pub(crate) async fn create(State(api): State<Api>, _: NoQuery, _: Once, Json(body): Json) -> Answer {
    let (name, scopes) = read_key(&body)?;
    let key = keys::fresh();
    let stored = api.handle.create_api_key(&name, &scopes, keys::hash(&key)).await?;
    success(KeyView::new(stored, Some(key)))
}

/// Name and scopes, these as the database keeps them.
fn read_key(body: &Value) -> Result<(String, String), Failure> {
    let mut problems = Problems::default();
    let mut read = (None, None);
    if let Some(mut reader) = Reader::object(body, "", &mut problems) {
        read =
            (reader.text("name", 1..=NAME_CHARS).map(str::to_owned), reader.optional_choices("scopes", &Scope::WORDS));
        if body.get("scopes").is_none_or(|given| given.is_null() || given.as_array().is_some_and(Vec::is_empty)) {
            reader.report(Problem::invalid("scopes", "required", "`scopes` must name one scope at least."));
        }
        reader.finish();
    }
    match read {
        (Some(name), Some(scopes)) if !problems.has_errors() => {
            let words: Vec<&str> = scopes.into_iter().map(Scope::as_str).collect();
            Ok((name, words.join(" ")))
        }
        (Some(_) | None, Some(_) | None) => Err(Failure::of_problems(problems.into_sorted())),
    }
}

/// End a key.
#[utoipa::path(delete, path = "/api/settings/keys/{id}", operation_id = "deleteKey", tag = "settings",
    params(("id" = String, Path)), responses((status = 200, body = Success<KeyRemoved>)))]
pub(crate) async fn remove(State(api): State<Api>, Ids(id): Ids<String>, _: NoQuery) -> Answer {
    let removed = api.handle.delete_api_key(&id).await?;
    success(KeyRemoved { id, removed })
}

/// Read the main key.
#[utoipa::path(get, path = "/api/settings/keys/main", operation_id = "getMainKey", tag = "settings",
    responses((status = 200, body = Success<MainKeyView>)))]
pub(crate) async fn read_main(State(api): State<Api>, _: NoQuery) -> Answer {
    success(MainKeyView { key: api.keys.main(), path: api.keys.path().display().to_string() })
}

/// Replace the main key. The old one is worth nothing from then on.
#[utoipa::path(post, path = "/api/settings/keys/main/renew", operation_id = "renewMainKey", tag = "settings",
    responses((status = 200, body = Success<MainKeyView>)))]
pub(crate) async fn renew_main(State(api): State<Api>, _: NoQuery, _: Once, _: NoBody) -> Answer {
    let keys = api.keys.clone();
    let renewed = tokio::task::spawn_blocking(move || keys.renew()).await;
    match renewed {
        Ok(Ok(key)) => success(MainKeyView { key, path: api.keys.path().display().to_string() }),
        Ok(Err(error)) => Err(planloom_engine::Error::StoreUnavailable(error.to_string()).into()),
        Err(error) => Err(Failure::internal(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_key_has_a_name_and_scopes() {
        let read = read_key(&json!({"name": "ci", "scopes": ["run", "review", "run"]}));
        assert_eq!(read.unwrap(), ("ci".to_owned(), "run review".to_owned()));
        let field = |body: Value| read_key(&body).expect_err("wrong").details.field;
        assert_eq!(field(json!({"scopes": ["read"]})).as_deref(), Some("name"));
        assert_eq!(field(json!({"name": "ci"})).as_deref(), Some("scopes"));
        assert_eq!(field(json!({"name": "ci", "scopes": []})).as_deref(), Some("scopes"));
        assert_eq!(field(json!({"name": "ci", "scopes": ["all"]})).as_deref(), Some("scopes[0]"));
        assert_eq!(field(json!({"name": "ci", "scopes": "read"})).as_deref(), Some("scopes"));
    }
}
