//! Plans: published, versioned, archived.

use axum::extract::State;
use axum::http::StatusCode;
use planloom_core::plan::Plan;
use planloom_engine::PlansQuery;
use planloom_engine::views::{DryRunView, PlanView, Validation, VersionView};
use serde_json::Value;

use super::bodies;
use crate::body::{Json, NoBody};
use crate::envelope::{Answer, List, Success, page, success, whole_list};
use crate::idempotency::Once;
use crate::query::{Ids, IfMatch, NoQuery, Query};
use crate::router::Api;

/// Characters of a version's note.
const NOTE_CHARS: usize = 500;

/// List plans, newest first.
#[utoipa::path(get, path = "/api/plans", operation_id = "listPlans", tag = "plans",
    params(
        ("tags" = Option<String>, Query, description = "`a,b`: has all of them"),
        ("search" = Option<String>, Query, description = "Part of name or description, in any case"),
        ("archived" = Option<bool>, Query, description = "Only archived plans"),
        ("view" = Option<String>, Query, description = "`summary`: prompts cut, statistics added", pattern = "^summary$"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "20 when left out"),
        ("offset" = Option<u64>, Query, minimum = 0, maximum = 9007199254740991i64, description = "0 when left out")),
    responses((status = 200, body = List<PlanView>)))]
pub(crate) async fn list(State(api): State<Api>, mut query: Query) -> Answer {
    let (tags, search, archived) = (query.list("tags"), query.text("search"), query.flag("archived"));
    let summary = query.choice("view", &["summary"]).is_some();
    let (limit, offset) = query.range();
    query.finish()?;
    page(api.handle.plans(PlansQuery { tags, search, archived, summary, limit, offset }).await?)
}

/// Publish a new plan.
#[utoipa::path(post, path = "/api/plans", operation_id = "createPlan", tag = "plans", request_body = Plan,
    responses((status = 201, body = Success<PlanView>)))]
pub(crate) async fn create(State(api): State<Api>, _: NoQuery, once: Once, Json(document): Json) -> Answer {
    let handle = &api.handle;
    let body = document.clone();
    let done = api.in_flight.once(handle, once, &body, StatusCode::CREATED, |receipt| {
        let handle = handle.clone();
        async move { handle.create_plan(document, receipt).await }
    });
    done.await?.created("/api/plans", |plan| &plan.id)
}

/// Check a plan without storing anything.
#[utoipa::path(post, path = "/api/plans/validate", operation_id = "validatePlan", tag = "plans",
    request_body(content = Value, description = "A plan, right or wrong"),
    responses((status = 200, body = Success<Validation>)))]
pub(crate) async fn validate(State(api): State<Api>, _: NoQuery, _: Once, Json(document): Json) -> Answer {
    success(api.handle.validate_plan(document).await?)
}

/// Say what running a plan would do and cost, without storing it.
///
/// The checks and answers are those of an execution with `options.dryRun`. A fault of the plan names its place in the
/// plan, as when it is published: `steps[1].dependsOn`.
#[utoipa::path(post, path = "/api/plans/dry-run", operation_id = "dryRunPlan", tag = "plans",
    request_body = bodies::DryRun, responses((status = 200, body = Success<DryRunView>)))]
pub(crate) async fn dry_run(State(api): State<Api>, _: NoQuery, _: Once, Json(request): Json) -> Answer {
    success(api.handle.dry_run(request).await?)
}

/// Read a plan.
#[utoipa::path(get, path = "/api/plans/{id}", operation_id = "getPlan", tag = "plans",
    params(
        ("id" = String, Path),
        ("version" = Option<u32>, Query, minimum = 1, description = "The newest when left out")),
    responses((status = 200, body = Success<PlanView>)))]
pub(crate) async fn read(State(api): State<Api>, Ids(id): Ids<String>, mut query: Query) -> Answer {
    let version = query.number("version", 1, u64::from(u32::MAX)).and_then(|version| u32::try_from(version).ok());
    query.finish()?;
    success(api.handle.plan(&id, version).await?)
}

/// Publish a new version of a plan.
#[utoipa::path(put, path = "/api/plans/{id}", operation_id = "updatePlan", tag = "plans", request_body = Plan,
    params(
        ("id" = String, Path),
        ("If-Match" = String, Header, description = "The version that the change is made on, as `\"3\"`", pattern = "^(\"[1-9][0-9]{0,8}\"|[1-9][0-9]{0,8})$"),
        ("note" = Option<String>, Query, max_length = 500, description = "What changed")),
    responses((status = 200, body = Success<PlanView>)))]
pub(crate) async fn update(
    State(api): State<Api>,
    Ids(id): Ids<String>,
    mut query: Query,
    IfMatch(version): IfMatch,
    Json(document): Json,
) -> Answer {
    let note = query.short_text("note", NOTE_CHARS);
    query.finish()?;
    success(api.handle.update_plan(&id, document, version, note).await?)
}

/// Archive a plan. Its executions stay readable.
#[utoipa::path(delete, path = "/api/plans/{id}", operation_id = "archivePlan", tag = "plans",
    params(("id" = String, Path)), responses((status = 200, body = Success<PlanView>)))]
pub(crate) async fn archive(State(api): State<Api>, Ids(id): Ids<String>, _: NoQuery) -> Answer {
    success(api.handle.archive_plan(&id).await?)
}

/// Bring an archived plan back.
#[utoipa::path(post, path = "/api/plans/{id}/restore", operation_id = "restorePlan", tag = "plans",
    params(("id" = String, Path)), responses((status = 200, body = Success<PlanView>)))]
pub(crate) async fn restore(State(api): State<Api>, Ids(id): Ids<String>, _: NoQuery, once: Once, _: NoBody) -> Answer {
    let handle = &api.handle;
    let done = api.in_flight.once(handle, once, &Value::Null, StatusCode::OK, |receipt| {
        let handle = handle.clone();
        async move { handle.restore_plan(&id, receipt).await }
    });
    done.await?.answer()
}

/// List a plan's versions, newest first.
#[utoipa::path(get, path = "/api/plans/{id}/versions", operation_id = "listVersions", tag = "plans",
    params(("id" = String, Path)), responses((status = 200, body = List<VersionView>)))]
pub(crate) async fn versions(State(api): State<Api>, Ids(id): Ids<String>, _: NoQuery) -> Answer {
    whole_list(api.handle.versions(&id).await?)
}
