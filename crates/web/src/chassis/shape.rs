//! The one shape of every error, whoever raised it: a use case, an extractor, or the framework itself.

use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use domain::{Instant, Problem};
use serde::Serialize;
use utoipa::ToSchema;

use super::Visit;
use crate::error::ApiError;

/// The one shape of every error.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Error, example = json!({
    "statusCode": 404, "timestamp": "2024-01-15T01:00:00.000Z", "path": "/api/v1/schedulers/unknown-id",
    "method": "GET", "error": "Not Found", "message": "Scheduler unknown-id not found",
    "requestId": "0018d0a0f1c07b6f3b1c2d3e4f5a6b7c"
}))]
pub struct ErrorBody {
    /// The status, again.
    pub status_code: u16,
    /// When it was answered.
    #[schema(format = DateTime)]
    pub timestamp: String,
    /// The path as it was asked for.
    pub path: String,
    /// The method.
    pub method: String,
    /// What the status is called.
    pub error: &'static str,
    /// What went wrong, in one string.
    pub message: String,
    /// What the log knows the request by.
    pub request_id: String,
    /// Every problem of a request that is invalid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
    /// Of events that are pruned: the first version that is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_version: Option<u64>,
}

/// One field and what is wrong with it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Detail {
    /// The field's path.
    #[schema(example = "schedule.cron")]
    pub field: String,
    /// What is wrong: the limit, and what was sent in short.
    #[schema(example = "at character 1: minute 61 is above 59")]
    pub problem: String,
}

impl From<Problem> for Detail {
    fn from(problem: Problem) -> Self {
        Self { field: problem.field, problem: problem.problem }
    }
}

/// Most characters of a path that are repeated.
const PATH_CHARS_MAX: usize = 1000;

/// Marks an answer that says in a shape of its own what went wrong: a page for people, or the answer of another
/// product's dialect.
#[derive(Clone, Copy, Debug)]
pub struct OwnShape;

/// Gives an error its shape; leaves everything else as it is.
pub(super) fn shaped(visit: &Visit, response: Response, now: Instant) -> Response {
    if is_question_about_methods(visit, &response) {
        return methods(response);
    }
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    if !is_error || response.extensions().get::<OwnShape>().is_some() {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    let error = parts.extensions.remove::<ApiError>().unwrap_or_else(|| framework(visit, parts.status));
    parts.status = error.status;
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let body = body(visit, error, now);
    Response::from_parts(parts, if visit.method == Method::HEAD { Body::empty() } else { body })
}

fn body(visit: &Visit, error: ApiError, now: Instant) -> Body {
    let body = ErrorBody {
        status_code: error.status.as_u16(),
        timestamp: now.to_string(),
        path: domain::time::shorten(visit.uri.path(), PATH_CHARS_MAX),
        method: visit.method.to_string(),
        error: error.status.canonical_reason().unwrap_or("Error"),
        message: error.message,
        request_id: visit.request_id.to_string(),
        details: error.details.into_iter().map(Detail::from).collect(),
        first_version: error.first_version,
    };
    serde_json::to_vec(&body).map_or_else(|_| Body::empty(), Body::from)
}

/// What the framework refuses before any of ours is asked.
fn framework(visit: &Visit, status: StatusCode) -> ApiError {
    let message = match status {
        StatusCode::NOT_FOUND => format!("Cannot {} {}", visit.method, visit.uri.path()),
        StatusCode::METHOD_NOT_ALLOWED => {
            format!("{} is not allowed here", visit.method)
        }
        other => other.canonical_reason().unwrap_or("the request was refused").to_owned(),
    };
    ApiError::new(status, message)
}

fn is_question_about_methods(visit: &Visit, response: &Response) -> bool {
    visit.method == Method::OPTIONS && response.status() == StatusCode::METHOD_NOT_ALLOWED
}

/// `OPTIONS` is answered from the list that a wrong method would get. What stands beside the API has no list at this
/// point: it can only be read, or answers `OPTIONS` itself.
fn methods(response: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::NO_CONTENT;
    let known = parts.headers.get(header::ALLOW).and_then(|value| value.to_str().ok()).unwrap_or("GET,HEAD");
    if let Ok(value) = HeaderValue::from_str(&format!("{known},OPTIONS")) {
        parts.headers.insert(header::ALLOW, value);
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::empty())
}
