//! `/api/openapi.json`, and `/api/docs`, which shows it: a page of our own that loads nothing from anywhere else.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::state::WebState;

const PAGE: &str = include_str!("docs/page.html");
const SCRIPT: &str = include_str!("docs/docs.js");
const STYLE: &str = include_str!("docs/docs.css");

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

/// Describe the API
///
/// This document.
#[utoipa::path(
    get, path = "/api/openapi.json", tag = "Operations", operation_id = "openapi", security(()),
    responses((status = 200, description = "OpenAPI 3.1.", body = Object)),
)]
pub(crate) async fn description(State(state): State<WebState>) -> Response {
    file("application/json", state.description().to_owned())
}

/// Show the description of the API
#[utoipa::path(
    get, path = "/api/docs", tag = "Operations", operation_id = "docs", security(()),
    responses((status = 200, description = "A page for people.", body = String, content_type = "text/html")),
)]
pub(crate) async fn page() -> Response {
    file("text/html; charset=utf-8", PAGE)
}

pub(crate) async fn script() -> Response {
    file("text/javascript; charset=utf-8", SCRIPT)
}

pub(crate) async fn style() -> Response {
    file("text/css; charset=utf-8", STYLE)
}

pub(crate) fn file(kind: &'static str, content: impl IntoResponse) -> Response {
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, content).into_response()
}
