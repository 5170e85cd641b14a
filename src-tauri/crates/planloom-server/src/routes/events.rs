//! Live views: Server-Sent Events of one execution, or of everything.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use planloom_core::check::{Problem, quote};

use crate::caller::Visit;
use crate::envelope::Answer;
use crate::failure::Failure;
use crate::query::{Ids, NoQuery, Query};
use crate::router::Api;
use crate::sse::{Filter, all_events, execution_events, last_event_id};

/// The events that can be asked for.
const EVENTS: [&str; 5] = ["execution", "task", "approval", "text", "end"];

/// Watch one execution: `snapshot`, then `execution`, `task`, `approval`, `text`, at last `end`.
///
/// Each event holds the new view of what changed; the schema `EventData` has the data of each under the event's name.
/// `Last-Event-ID` goes on where the reader was, with a new `snapshot`
/// if something was missed. After the end: 204.
#[utoipa::path(get, path = "/api/plans/executions/{id}/events", operation_id = "watchExecution", tag = "live",
    params(
        ("id" = String, Path),
        ("Last-Event-ID" = Option<String>, Header, description = "The last event's id", pattern = "^[0-9]+$")),
    responses(
        (status = 200, description = "The events", content_type = "text/event-stream", body = String),
        (status = 204, description = "The reader has seen the end")))]
pub(crate) async fn of_execution(
    State(api): State<Api>,
    Ids(id): Ids<String>,
    _: NoQuery,
    headers: HeaderMap,
    visit: Visit,
) -> Answer {
    let seen = last_event_id(&headers)?;
    execution_events(&api.handle, &id, seen, visit).await
}

/// Watch everything from now on. `lagged` says that events were lost: read again what you show.
///
/// The schema `EventData` has the data of each event under its name.
#[utoipa::path(get, path = "/api/events", operation_id = "watchEverything", tag = "live",
    params(
        ("executionId" = Option<String>, Query, description = "`a,b`: only these executions"),
        ("events" = Option<String>, Query, description = "`execution,approval`: only these events")),
    responses((status = 200, description = "The events", content_type = "text/event-stream", body = String)))]
pub(crate) async fn of_all(State(api): State<Api>, mut query: Query, visit: Visit) -> Result<Response, Failure> {
    let filter = Filter { execution_ids: query.list("executionId"), kinds: query.list("events") };
    query.finish()?;
    if let Some(unknown) = filter.kinds.iter().find(|kind| !EVENTS.contains(&kind.as_str())) {
        let message = format!("There is no event {}; there are {}.", quote(unknown), EVENTS.join(", "));
        return Err(Failure::of_problems(vec![Problem::invalid("events", "enum", message)]));
    }
    Ok(all_events(&api.handle, filter, visit))
}
