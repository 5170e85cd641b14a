//! Work in progress on a plan: its draft, and where its steps stand on the canvas.

use axum::extract::State;
use planloom_core::check::Problems;
use planloom_core::fields::{Reader, wrong_type};
use planloom_engine::views::DraftView;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::bodies::WriteDraft;
use crate::body::Json;
use crate::envelope::{Answer, Success, success};
use crate::failure::Failure;
use crate::query::{Ids, NoQuery};
use crate::router::Api;

/// The plan that something was done to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OfPlan {
    plan_id: String,
}

/// Read a plan's draft.
#[utoipa::path(get, path = "/api/plans/{id}/draft", operation_id = "getDraft", tag = "plans",
    params(("id" = String, Path)), responses((status = 200, body = Success<DraftView>)))]
pub(crate) async fn read(State(api): State<Api>, Ids(id): Ids<String>, _: NoQuery) -> Answer {
    success(api.handle.draft(&id).await?)
}

/// Write a plan's draft, errors and all.
#[utoipa::path(put, path = "/api/plans/{id}/draft", operation_id = "putDraft", tag = "plans",
    request_body = WriteDraft, params(("id" = String, Path)),
    responses((status = 200, body = Success<DraftView>)))]
pub(crate) async fn write(State(api): State<Api>, Ids(id): Ids<String>, _: NoQuery, Json(body): Json) -> Answer {
    let (document, revision) = read_draft(&body)?;
    success(api.handle.put_draft(&id, document, revision).await?)
}

fn read_draft(body: &Value) -> Result<(Value, Option<u32>), Failure> {
    let mut problems = Problems::default();
    let mut read = (None, None);
    if let Some(mut reader) = Reader::object(body, "", &mut problems) {
        read = (reader.value("document").cloned(), reader.optional_u32("draftRevision", 1..=u32::MAX));
        if let Some(document) = read.0.as_ref().filter(|document| !document.is_object()) {
            reader.report(wrong_type("document", "an object", document));
        }
        reader.finish();
    }
    match read {
        (Some(document), revision) if !problems.has_errors() => Ok((document, revision)),
        (Some(_) | None, _) => Err(Failure::of_problems(problems.into_sorted())),
    }
}

/// Throw a plan's draft away.
#[utoipa::path(delete, path = "/api/plans/{id}/draft", operation_id = "deleteDraft", tag = "plans",
    params(("id" = String, Path)), responses((status = 200, body = Success<OfPlan>)))]
pub(crate) async fn remove(State(api): State<Api>, Ids(id): Ids<String>, _: NoQuery) -> Answer {
    api.handle.delete_draft(&id).await?;
    success(OfPlan { plan_id: id })
}

/// Write positions and notes on the canvas; makes no new version.
#[utoipa::path(put, path = "/api/plans/{id}/layout", operation_id = "putLayout", tag = "plans",
    request_body = Object, params(("id" = String, Path)),
    responses((status = 200, body = Success<OfPlan>)))]
pub(crate) async fn write_layout(
    State(api): State<Api>,
    Ids(id): Ids<String>,
    _: NoQuery,
    Json(layout): Json,
) -> Answer {
    if !layout.is_object() {
        return Err(Failure::of_problems(vec![wrong_type("", "an object", &layout)]));
    }
    api.handle.put_layout(&id, layout).await?;
    success(OfPlan { plan_id: id })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_draft_is_any_object_and_says_what_was_seen() {
        assert_eq!(read_draft(&json!({"document": {"x": 1}})).unwrap(), (json!({"x": 1}), None));
        assert_eq!(read_draft(&json!({"document": {}, "draftRevision": 4})).unwrap().1, Some(4));
        let field = |body: Value| read_draft(&body).expect_err("wrong").details.field;
        assert_eq!(field(json!({})).as_deref(), Some("document"));
        assert_eq!(field(json!({"document": []})).as_deref(), Some("document"));
        assert_eq!(field(json!({"document": {}, "draftRevision": 0})).as_deref(), Some("draftRevision"));
        assert_eq!(field(json!({"document": {}, "revision": 1})).as_deref(), Some("revision"));
        assert_eq!(field(json!([])).as_deref(), Some(""));
    }
}
