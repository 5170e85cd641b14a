//! Executions: started, read, cancelled, resumed.

use axum::extract::State;
use axum::http::StatusCode;
use planloom_core::execution::ExecutionStatus;
use planloom_engine::views::{CancelledView, DryRunView, ExecutionView, StepDetail, TextsDeleted, TimelineView};
use planloom_engine::{Executed, ExecutionsQuery};
use serde::Serialize;

use super::bodies;
use crate::body::OptionalJson;
use crate::caller::{Caller, Visit};
use crate::drafts::without_drafts;
use crate::envelope::{Answer, List, Success, page, spliced, success, success_with};
use crate::failure::Failure;
use crate::idempotency::{Done, Once, replayed, replayed_creation};
use crate::query::{Ids, NoQuery, Query};
use crate::router::Api;

const COLLECTION: &str = "/api/plans/executions";

/// The words of `status`.
fn statuses() -> [&'static str; 6] {
    use ExecutionStatus::{Cancelled, Completed, Failed, Paused, Pending, Running};
    [Pending, Running, Paused, Completed, Failed, Cancelled].map(ExecutionStatus::as_str)
}

/// Run a plan. With `options.dryRun` nothing is called and nothing stored.
#[utoipa::path(post, path = "/api/plans/{id}/execute", operation_id = "executePlan", tag = "executions",
    request_body = Option<bodies::Execute>, params(("id" = String, Path)),
    responses(
        (status = 201, body = Success<ExecutionView>),
        (status = 200, description = "A dry run", body = Success<DryRunView>)))]
pub(crate) async fn execute(
    State(api): State<Api>,
    Ids(id): Ids<String>,
    _: NoQuery,
    once: Once,
    OptionalJson(request): OptionalJson,
) -> Answer {
    let handle = &api.handle;
    let body = request.clone();
    let done = api.in_flight.once(handle, once, &body, StatusCode::CREATED, |receipt| {
        let handle = handle.clone();
        async move { handle.execute(&id, request, receipt).await }
    });
    match done.await? {
        Done::Now(Executed::DryRun(view)) => success_with(StatusCode::OK, view),
        Done::Now(Executed::Started(view)) => Done::Now(view).created(COLLECTION, |view| &view.id),
        Done::Before(stored) => Ok(replayed_creation(&stored, COLLECTION)),
    }
}

/// List executions, newest first, without their texts.
#[utoipa::path(get, path = "/api/plans/executions", operation_id = "listExecutions", tag = "executions",
    params(
        ("planId" = Option<String>, Query),
        ("status" = Option<ExecutionStatus>, Query),
        ("search" = Option<String>, Query, description = "Part of the plan's name or of an id, in any case"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "20 when left out"),
        ("offset" = Option<u64>, Query, minimum = 0, maximum = 9007199254740991i64, description = "0 when left out")),
    responses((status = 200, body = List<ExecutionView>)))]
pub(crate) async fn list(State(api): State<Api>, mut query: Query) -> Answer {
    let (plan_id, status, search) = (query.text("planId"), query.choice("status", &statuses()), query.text("search"));
    let (limit, offset) = query.range();
    query.finish()?;
    page(api.handle.executions(ExecutionsQuery { plan_id, status, search, limit, offset }).await?)
}

/// Read an execution: status, progress, steps, usage.
#[utoipa::path(get, path = "/api/plans/executions/{id}", operation_id = "getExecution", tag = "executions",
    params(
        ("id" = String, Path),
        ("outputs" = Option<String>, Query, description = "`none` leaves texts out", pattern = "^none$")),
    responses((status = 200, body = Success<ExecutionView>)))]
pub(crate) async fn read(State(api): State<Api>, Ids(id): Ids<String>, mut query: Query, visit: Visit) -> Answer {
    let texts = query.choice("outputs", &["none"]).is_none();
    query.finish()?;
    let json = api.handle.execution(&id, texts).await?;
    if !visit.caller.may_review()
        && let Some(shown) = std::str::from_utf8(&json).ok().and_then(without_drafts)
    {
        return Ok(spliced(StatusCode::OK, shown.as_bytes()));
    }
    Ok(spliced(StatusCode::OK, &json))
}

/// Cancel an execution. What is finished stays.
#[utoipa::path(delete, path = "/api/plans/executions/{id}", operation_id = "cancelExecution", tag = "executions",
    params(("id" = String, Path)), responses((status = 200, body = Success<CancelledView>)))]
pub(crate) async fn cancel(State(api): State<Api>, Ids(id): Ids<String>, _: NoQuery, visit: Visit) -> Answer {
    success(api.handle.cancel(&id, visit.caller.name()).await?)
}

/// Read one step of an execution in full: its prompt and its attempts.
#[utoipa::path(get, path = "/api/plans/executions/{id}/steps/{stepId}", operation_id = "getStep", tag = "executions",
    params(("id" = String, Path), ("stepId" = String, Path)),
    responses((status = 200, body = Success<StepDetail>)))]
pub(crate) async fn step(
    State(api): State<Api>,
    Ids((id, step_id)): Ids<(String, String)>,
    _: NoQuery,
    visit: Visit,
) -> Answer {
    shown_to(&visit.caller, StatusCode::OK, api.handle.step_detail(&id, &step_id).await?)
}

/// Read when each step was queued, called, held back or waiting for a person.
#[utoipa::path(get, path = "/api/plans/executions/{id}/timeline", operation_id = "getTimeline", tag = "executions",
    params(("id" = String, Path)), responses((status = 200, body = Success<TimelineView>)))]
pub(crate) async fn timeline(State(api): State<Api>, Ids(id): Ids<String>, _: NoQuery) -> Answer {
    Ok(spliced(StatusCode::OK, &api.handle.timeline(&id).await?))
}

/// Resume a failed or cancelled execution, or raise the budget of one that waits for it. The answer leaves texts out.
#[utoipa::path(post, path = "/api/plans/executions/{id}/resume", operation_id = "resumeExecution", tag = "executions",
    request_body = Option<bodies::Resume>, params(("id" = String, Path)),
    responses((status = 200, body = Success<ExecutionView>)))]
pub(crate) async fn resume(
    State(api): State<Api>,
    Ids(id): Ids<String>,
    _: NoQuery,
    visit: Visit,
    once: Once,
    OptionalJson(request): OptionalJson,
) -> Answer {
    let handle = &api.handle;
    let (body, by) = (request.clone(), visit.caller.name().to_owned());
    let done = api.in_flight.once(handle, once, &body, StatusCode::OK, |receipt| {
        let handle = handle.clone();
        async move { handle.resume(&id, request, &by, receipt).await }
    });
    match done.await? {
        Done::Now(view) => success(without_texts(view)),
        Done::Before(stored) => Ok(replayed(&stored)),
    }
}

/// Delete an ended execution's inputs, prompts and outputs for ever. The record stays.
#[utoipa::path(delete, path = "/api/plans/executions/{id}/texts", operation_id = "deleteTexts", tag = "executions",
    params(("id" = String, Path)), responses((status = 200, body = Success<TextsDeleted>)))]
pub(crate) async fn delete_texts(State(api): State<Api>, Ids(id): Ids<String>, _: NoQuery) -> Answer {
    success(api.handle.delete_texts(&id).await?)
}

/// A view with drafts in it, for those who may see them.
fn shown_to<T: Serialize>(caller: &Caller, status: StatusCode, view: T) -> Answer {
    if caller.may_review() {
        return success_with(status, view);
    }
    let text = serde_json::to_string(&view)
        .map_err(|error| Failure::internal(format!("The answer could not be written as JSON: {error}")))?;
    Ok(spliced(status, without_drafts(&text).unwrap_or(text).as_bytes()))
}

/// As `outputs=none` shows it. The stored answers hold no texts (or deleting an execution's texts would not delete
/// them all), and the first answer must not differ from its repetition.
fn without_texts(mut view: ExecutionView) -> ExecutionView {
    view.input = None;
    for step in view.steps.iter_mut().flat_map(|steps| steps.values_mut()) {
        step.output = step.output.take().filter(String::is_empty);
        (step.output_json, step.draft, step.text) = (None, None, None);
    }
    view
}
