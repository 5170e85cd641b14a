//! Approvals: what waits for a human, and what the human says. A GET never decides anything.

use axum::extract::State;
use axum::http::StatusCode;
use planloom_engine::ApprovalsQuery;
use planloom_engine::views::{ApprovalView, ApprovedView, HistoryEntry, RejectedView};

use super::bodies;
use crate::body::{Json, OptionalJson};
use crate::caller::Visit;
use crate::envelope::{Answer, List, Success, page, success, whole_list};
use crate::idempotency::{Done, Once, marked};
use crate::query::{Ids, NoQuery, Query};
use crate::router::Api;

/// List what waits for a human.
#[utoipa::path(get, path = "/api/hitl/pending", operation_id = "listApprovals", tag = "approvals",
    params(
        ("queue" = Option<String>, Query),
        ("tags" = Option<String>, Query, description = "`a,b`: its plan has all of them"),
        ("reviewerId" = Option<String>, Query, description = "Assigned to this reviewer"),
        ("includeExpired" = Option<bool>, Query, description = "Overdue ones too"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "20 when left out"),
        ("offset" = Option<u64>, Query, minimum = 0, maximum = 9007199254740991i64, description = "0 when left out")),
    responses((status = 200, body = List<ApprovalView>)))]
pub(crate) async fn pending(State(api): State<Api>, mut query: Query) -> Answer {
    let (queue, tags, reviewer_id) = (query.text("queue"), query.list("tags"), query.text("reviewerId"));
    let include_expired = query.flag("includeExpired");
    let (limit, offset) = query.range();
    query.finish()?;
    page(api.handle.approvals(ApprovalsQuery { queue, tags, reviewer_id, include_expired, limit, offset }).await?)
}

/// Read one approval, with marks, earlier attempts, and both texts once it is decided.
#[utoipa::path(get, path = "/api/hitl/{taskId}", operation_id = "getApproval", tag = "approvals",
    params(("taskId" = String, Path)), responses((status = 200, body = Success<ApprovalView>)))]
pub(crate) async fn read(State(api): State<Api>, Ids(task_id): Ids<String>, _: NoQuery) -> Answer {
    success(api.handle.approval(&task_id).await?)
}

/// Let an output go on, as it is or edited.
#[utoipa::path(post, path = "/api/hitl/{taskId}/approve", operation_id = "approve", tag = "approvals",
    request_body = Option<bodies::Approve>, params(("taskId" = String, Path)),
    responses((status = 200, body = Success<ApprovedView>)))]
pub(crate) async fn approve(
    State(api): State<Api>,
    Ids(task_id): Ids<String>,
    _: NoQuery,
    visit: Visit,
    once: Once,
    OptionalJson(request): OptionalJson,
) -> Answer {
    let handle = &api.handle;
    let (body, by) = (request.clone(), visit.caller.name().to_owned());
    let done = api.in_flight.once(handle, once, &body, StatusCode::OK, |receipt| {
        let handle = handle.clone();
        async move { handle.approve(&task_id, request, &by, receipt).await }
    });
    done.await?.answer()
}

/// Refuse an output, for good or for another attempt.
#[utoipa::path(post, path = "/api/hitl/{taskId}/reject", operation_id = "reject", tag = "approvals",
    request_body = bodies::Reject, params(("taskId" = String, Path)),
    responses((status = 200, body = Success<RejectedView>)))]
pub(crate) async fn reject(
    State(api): State<Api>,
    Ids(task_id): Ids<String>,
    _: NoQuery,
    visit: Visit,
    once: Once,
    Json(request): Json,
) -> Answer {
    let handle = &api.handle;
    let (body, by) = (request.clone(), visit.caller.name().to_owned());
    let done = api.in_flight.once(handle, once, &body, StatusCode::OK, |receipt| {
        let handle = handle.clone();
        async move { handle.reject(&task_id, request, &by, receipt).await }
    });
    done.await?.answer()
}

/// Take a decision back, while it is held.
#[utoipa::path(delete, path = "/api/hitl/{taskId}/decision", operation_id = "undoDecision", tag = "approvals",
    params(("taskId" = String, Path)), responses((status = 200, body = Success<ApprovalView>)))]
pub(crate) async fn undo(State(api): State<Api>, Ids(task_id): Ids<String>, _: NoQuery, visit: Visit) -> Answer {
    success(api.handle.undo(&task_id, visit.caller.name()).await?)
}

/// Say who shall decide.
#[utoipa::path(post, path = "/api/hitl/{taskId}/assign", operation_id = "assign", tag = "approvals",
    request_body = bodies::Assign, params(("taskId" = String, Path)),
    responses((status = 200, body = Success<ApprovalView>)))]
pub(crate) async fn assign(
    State(api): State<Api>,
    Ids(task_id): Ids<String>,
    _: NoQuery,
    visit: Visit,
    once: Once,
    Json(request): Json,
) -> Answer {
    let handle = &api.handle;
    let (body, by) = (request.clone(), visit.caller.name().to_owned());
    let done = api.in_flight.once(handle, once, &body, StatusCode::OK, |receipt| {
        let (handle, task_id) = (handle.clone(), task_id.clone());
        async move { handle.assign(&task_id, request, &by, receipt).await }
    });
    match done.await? {
        Done::Now(view) => success(view),
        // Of an assignment only that it was made is kept; who asks again sees the approval as it is now.
        Done::Before(_) => Ok(marked(success(handle.approval(&task_id).await?)?)),
    }
}

/// Read everything that happened to a task's approvals, oldest first.
#[utoipa::path(get, path = "/api/hitl/{taskId}/history", operation_id = "getHistory", tag = "approvals",
    params(("taskId" = String, Path)), responses((status = 200, body = List<HistoryEntry>)))]
pub(crate) async fn history(State(api): State<Api>, Ids(task_id): Ids<String>, _: NoQuery) -> Answer {
    whole_list(api.handle.history(&task_id).await?)
}
