//! Answers: JSON, and the headers of a page.

use app::ports::Page;
use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::SchedulerBody;
use crate::extract::Call;

pub(crate) const CREATED: StatusCode = StatusCode::CREATED;
const X_TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");

/// A scheduler, with the version of its configuration as `ETag`.
pub(crate) fn answer(call: &Call, status: StatusCode, body: SchedulerBody) -> Response {
    versioned(status, body.config_version, body.shown_to(call))
}

/// A thing of a version, which is its `ETag`.
pub(crate) fn versioned<T: Serialize>(status: StatusCode, version: u64, body: T) -> Response {
    let etag = HeaderValue::from_str(&format!("\"{version}\""));
    let mut response = (status, Json(body)).into_response();
    if let Ok(etag) = etag {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

/// A page, with the way to the next one.
pub(crate) fn paged<T: Serialize>(call: &Call, page: Page<T>, total: Option<u64>) -> Response {
    let link = page.next.and_then(|cursor| link(call, &cursor));
    let mut response = Json(page.items).into_response();
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    if let Some(total) = total {
        response.headers_mut().insert(X_TOTAL_COUNT, HeaderValue::from(total));
    }
    response
}

/// The same question with another cursor.
fn link(call: &Call, cursor: &str) -> Option<HeaderValue> {
    let uri = &call.uri;
    let base = call.state.settings().public_url.as_deref().unwrap_or_default().trim_end_matches('/');
    let kept = uri.query().unwrap_or_default().split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !name.is_empty() && name != "cursor"
    });
    let cursor = format!("cursor={}", utf8_percent_encode(cursor, NON_ALPHANUMERIC));
    let query: Vec<&str> = kept.chain([cursor.as_str()]).collect();
    HeaderValue::from_str(&format!("<{base}{}?{}>; rel=\"next\"", uri.path(), query.join("&"))).ok()
}
