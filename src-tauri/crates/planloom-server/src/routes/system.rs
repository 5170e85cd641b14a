//! The service itself: what it can call, how it is, and its own description.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use planloom_engine::registry::ModelView;
use planloom_engine::views::{HealthView, LaneView};
use serde_json::Value;

use crate::docs;
use crate::envelope::{Answer, List, Success, success, whole_list};
use crate::openapi::openapi_json;
use crate::query::NoQuery;
use crate::router::Api;

/// List the model aliases, with provider, prices and whether they can run now.
#[utoipa::path(get, path = "/api/models", operation_id = "listModels", tag = "service",
    responses((status = 200, body = List<ModelView>)))]
pub(crate) async fn models(State(api): State<Api>, _: NoQuery) -> Answer {
    match api.handle.models().await? {
        Value::Array(models) => whole_list(models),
        other => success(other),
    }
}

/// List queues and models with their load.
#[utoipa::path(get, path = "/api/queues", operation_id = "listQueues", tag = "service",
    responses((status = 200, body = List<LaneView>)))]
pub(crate) async fn queues(State(api): State<Api>, _: NoQuery) -> Answer {
    whole_list(api.handle.queues().await?)
}

/// Ask whether the service works. Needs no key and tells nothing private.
#[utoipa::path(get, path = "/api/health", operation_id = "getHealth", tag = "service", security(()),
    responses((status = 200, body = Success<HealthView>)))]
pub(crate) async fn health(State(api): State<Api>, _: NoQuery) -> Answer {
    success(api.handle.health())
}

/// Read counters and gauges in Prometheus' text format.
#[utoipa::path(get, path = "/api/metrics", operation_id = "getMetrics", tag = "service",
    responses((status = 200, description = "Prometheus text", content_type = "text/plain", body = String)))]
pub(crate) async fn metrics(State(api): State<Api>, _: NoQuery) -> Answer {
    let text = api.handle.metrics().await?;
    Ok(typed("text/plain; version=0.0.4; charset=utf-8", text.into()))
}

/// Read this description.
#[utoipa::path(get, path = "/api/openapi.json", operation_id = "getOpenapi", tag = "service", security(()),
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json", body = Object)))]
pub(crate) async fn openapi(_: NoQuery) -> Answer {
    Ok(typed("application/json", openapi_json().into()))
}

/// A page that shows this description and lets one try it.
#[utoipa::path(get, path = "/api/docs", operation_id = "getDocs", tag = "service", security(()),
    responses((status = 200, description = "HTML", content_type = "text/html", body = String)))]
pub(crate) async fn docs(_: NoQuery) -> Answer {
    let (page, policy) = docs::page();
    let mut response = typed("text/html; charset=utf-8", page.into());
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

fn typed(content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
