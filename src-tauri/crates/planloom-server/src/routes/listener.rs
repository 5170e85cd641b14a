//! What the listener is doing, beside what the settings want of it.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Visit;
use crate::envelope::{Answer, Success, success};
use crate::query::NoQuery;
use crate::router::Api;
use crate::switch::Wanted;

/// The listener.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListenerView {
    /// What the settings want while the window is open. `planloom serve` listens in any case.
    enabled: bool,
    listening: bool,
    /// Where, while it listens.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "http://127.0.0.1:7317/api")]
    url: Option<String>,
    /// Why it does not do what the settings want, and what to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// Read whether and where the API is open to other programs. Right after a change of the settings, the answer waits
/// until the listener has done what they want.
#[utoipa::path(get, path = "/api/settings/listener", operation_id = "getListener", tag = "settings",
    responses((status = 200, body = Success<ListenerView>)))]
pub(crate) async fn read(State(api): State<Api>, visit: Visit, _: NoQuery) -> Answer {
    let changes = *api.handle.settings_changes().borrow();
    let wanted = Wanted::read(&api.handle).await?;
    let now = api.listener.settled(changes, &visit.closing).await;
    success(ListenerView {
        enabled: wanted.is_enabled,
        listening: now.url.is_some(),
        url: now.url,
        problem: now.problem,
    })
}
