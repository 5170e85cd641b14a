//! The one list of endpoints.
//!
//! Whoever adds an endpoint adds it here; the OpenAPI document is made from the same list. What is not here does not
//! exist, through whichever door one comes.

use std::sync::Arc;

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use planloom_core::check::quote;
use planloom_engine::Handle;
use planloom_engine::views::EventData;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::failure::Failure;
use crate::idempotency::InFlight;
use crate::keys::Keys;
use crate::request_id::RequestIds;
use crate::routes::{drafts, events, executions, hitl, keys, listener, plans, session, settings, system};
use crate::switch::ListenerState;

/// What the handlers work with.
pub(crate) struct Parts {
    pub(crate) handle: Handle,
    pub(crate) keys: Keys,
    pub(crate) listener: ListenerState,
    pub(crate) in_flight: InFlight,
}

/// What the handlers share.
pub(crate) type Api = Arc<Parts>;

/// What is described beside the endpoints: streams of events have no schema of their own in OpenAPI.
#[derive(OpenApi)]
#[openapi(components(schemas(EventData)))]
struct Described;

/// Every endpoint, with its description.
pub(crate) fn endpoints() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(Described::openapi())
        .routes(routes!(plans::list, plans::create))
        .routes(routes!(plans::validate))
        .routes(routes!(plans::dry_run))
        .routes(routes!(plans::read, plans::update, plans::archive))
        .routes(routes!(plans::restore))
        .routes(routes!(plans::versions))
        .routes(routes!(drafts::read, drafts::write, drafts::remove))
        .routes(routes!(drafts::write_layout))
        .routes(routes!(executions::execute))
        .routes(routes!(executions::list))
        .routes(routes!(executions::read, executions::cancel))
        .routes(routes!(executions::step))
        .routes(routes!(executions::timeline))
        .routes(routes!(events::of_execution))
        .routes(routes!(executions::resume))
        .routes(routes!(executions::delete_texts))
        .routes(routes!(events::of_all))
        .routes(routes!(hitl::pending))
        .routes(routes!(hitl::read))
        .routes(routes!(hitl::approve))
        .routes(routes!(hitl::reject))
        .routes(routes!(hitl::undo))
        .routes(routes!(hitl::assign))
        .routes(routes!(hitl::history))
        .routes(routes!(settings::read, settings::change))
        .routes(routes!(settings::put_secret, settings::delete_secret))
        .routes(routes!(settings::test_provider))
        .routes(routes!(settings::found))
        .routes(routes!(settings::data))
        .routes(routes!(settings::back_up))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::remove))
        .routes(routes!(keys::read_main))
        .routes(routes!(keys::renew_main))
        .routes(routes!(listener::read))
        .routes(routes!(session::create))
        .routes(routes!(system::models))
        .routes(routes!(system::queues))
        .routes(routes!(system::health))
        .routes(routes!(system::metrics))
        .routes(routes!(system::openapi))
        .routes(routes!(system::docs))
}

/// The router, under `/api`. It has no guard: doors that strangers can reach bring their own.
pub fn router(handle: Handle, keys: Keys, listener: ListenerState) -> Router {
    let (router, _description) = endpoints().split_for_parts();
    router.fallback(not_found).method_not_allowed_fallback(not_allowed).layer(RequestIds).with_state(Arc::new(Parts {
        handle,
        keys,
        listener,
        in_flight: InFlight::default(),
    }))
}

async fn not_found(method: Method, uri: Uri) -> Failure {
    let path = quote(uri.path());
    let message = format!("There is no {method} {path}. GET /api/docs shows what there is.");
    Failure::new(StatusCode::NOT_FOUND, "ROUTE_NOT_FOUND", message)
}

/// The router adds `Allow`.
async fn not_allowed(method: Method, uri: Uri) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let path = quote(uri.path());
    let message = format!("{path} does not take {method}. The header `Allow` names what it takes.");
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message).into_response()
}
