//! The shape of every success: `{"success": true, "data": …}`, and `pagination` beside the data of a list.
//!
//! Failures have a module of their own.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use planloom_engine::views::{Page, Pagination};
use serde::Serialize;
use utoipa::ToSchema;

use crate::failure::Failure;

/// What a handler gives.
pub(crate) type Answer = Result<Response, Failure>;

/// An answer with data.
#[derive(Debug, Serialize, ToSchema)]
pub struct Success<T> {
    /// Always `true`.
    #[schema(example = true)]
    success: bool,
    data: T,
}

/// An answer with a list, or a part of one.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// Always `true`.
    #[schema(example = true)]
    success: bool,
    data: Vec<T>,
    pagination: Pagination,
}

/// 200 with `data`.
pub(crate) fn success<T: Serialize>(data: T) -> Answer {
    success_with(StatusCode::OK, data)
}

/// `status` with `data`.
pub(crate) fn success_with<T: Serialize>(status: StatusCode, data: T) -> Answer {
    written(status, &Success { success: true, data })
}

/// 200 with a part of a list.
pub(crate) fn page<T: Serialize>(page: Page<T>) -> Answer {
    written(StatusCode::OK, &List { success: true, data: page.items, pagination: page.pagination })
}

/// 200 with a list that is always given whole.
pub(crate) fn whole_list<T: Serialize>(data: Vec<T>) -> Answer {
    let limit = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let pagination = Pagination { total: u64::from(limit), limit, offset: 0, has_more: false };
    written(StatusCode::OK, &List { success: true, data, pagination })
}

/// `status` with data that is JSON text already, which is not parsed again.
pub(crate) fn spliced(status: StatusCode, data: &[u8]) -> Response {
    const BEFORE: &[u8] = br#"{"success":true,"data":"#;
    let mut body = Vec::with_capacity(BEFORE.len() + data.len() + 1);
    body.extend_from_slice(BEFORE);
    body.extend_from_slice(data);
    body.push(b'}');
    json(status, body.into())
}

fn written<T: Serialize>(status: StatusCode, body: &T) -> Answer {
    match serde_json::to_vec(body) {
        Ok(body) => Ok(json(status, body.into())),
        Err(error) => Err(Failure::internal(format!("The answer could not be written as JSON: {error}"))),
    }
}

fn json(status: StatusCode, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Names what was created.
pub(crate) fn located(mut response: Response, location: &str) -> Response {
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
