//! Versions of what people change: read from `If-Match`, answered as `ETag`.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::error::ApiError;

/// The version of `If-Match`; `*` is any. What is none of our versions matches nothing.
pub(crate) fn version_seen(headers: &HeaderMap) -> Result<Option<u64>, ApiError> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
    tag.parse().map(Some).map_err(|_| {
        let text = domain::time::shorten(text, 40);
        ApiError::new(
            StatusCode::PRECONDITION_FAILED,
            format!("If-Match must be one ETag such as \"3\", was '{text}'"),
        )
    })
}

/// A body with its version as `ETag`.
pub(crate) fn versioned(status: StatusCode, version: u64, body: impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}
