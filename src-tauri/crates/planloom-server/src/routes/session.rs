//! Sessions of the page: a one-time code, or the main key, exchanged for a key that ends by itself.

use axum::extract::State;
use axum::http::StatusCode;
use planloom_core::check::Problems;
use planloom_core::fields::Reader;
use planloom_engine::views::timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::bodies;
use crate::body::OptionalJson;
use crate::caller::{Caller, Visit};
use crate::envelope::{Answer, Success, success};
use crate::failure::Failure;
use crate::guard::key_needed;
use crate::idempotency::Once;
use crate::query::NoQuery;
use crate::router::Api;

/// Characters of a code; no code is longer.
const CODE_CHARS: usize = 100;

/// A key with the rights of the main key, which ends by itself, or when the main key is renewed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionView {
    #[schema(example = "dtk_session_…")]
    key: String,
    expires_at: String,
}

/// Begin a session. With a `code` of `planloom serve --open`, which works once, it needs no key; without one it needs
/// the main key, or a session that is not over.
#[utoipa::path(post, path = "/api/session", operation_id = "createSession", tag = "service",
    security((), ("key" = [])), request_body = Option<bodies::CreateSession>,
    responses((status = 200, body = Success<SessionView>)))]
pub(crate) async fn create(
    State(api): State<Api>,
    visit: Visit,
    _: NoQuery,
    _: Once,
    OptionalJson(body): OptionalJson,
) -> Answer {
    match (read_code(&body)?, &visit.caller) {
        (Some(code), _) => {
            if !api.keys.take_code(&code) {
                return Err(spent_code());
            }
        }
        (None, Caller::Window | Caller::Socket | Caller::MainKey | Caller::Session) => {}
        (None, Caller::Key { .. }) => return Err(key_needed()),
    }
    // Not kept for an Idempotency-Key: what is kept is in the database, where no key may be.
    let session = api.keys.make_session();
    success(SessionView { key: session.key, expires_at: timestamp(session.expires_at_s.saturating_mul(1_000)) })
}

fn read_code(body: &Value) -> Result<Option<String>, Failure> {
    let mut problems = Problems::default();
    let mut code = None;
    if let Some(mut reader) = Reader::object(body, "", &mut problems) {
        code = reader.optional_text("code", 1..=CODE_CHARS).map(str::to_owned);
        reader.finish();
    }
    if problems.has_errors() { Err(Failure::of_problems(problems.into_sorted())) } else { Ok(code) }
}

fn spent_code() -> Failure {
    let message = "This code is not valid: it works once, within five minutes. Use the key that `planloom api-info` \
                   shows, or start `planloom serve --open` anew.";
    Failure::new(StatusCode::UNAUTHORIZED, "AUTH_INVALID_API_KEY", message).with_rule("code")
}
