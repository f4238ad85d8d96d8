//! `/api/openapi.json`, and `/api/docs`, which shows it: a page of our own that loads nothing from anywhere else.

use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};

use crate::state::WebState;

const PAGE: &str = include_str!("docs/page.html");
const SCRIPT: &str = include_str!("docs/docs.js");
const STYLE: &str = include_str!("docs/docs.css");

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'",
);

/// The description, as it was made when the server began.
pub(crate) fn description(json: Arc<str>) -> MethodRouter<WebState> {
    get(async move || file("application/json", json.to_string()))
}

pub(crate) fn page() -> MethodRouter<WebState> {
    get(async || file("text/html; charset=utf-8", PAGE))
}

pub(crate) fn script() -> MethodRouter<WebState> {
    get(async || file("text/javascript; charset=utf-8", SCRIPT))
}

pub(crate) fn style() -> MethodRouter<WebState> {
    get(async || file("text/css; charset=utf-8", STYLE))
}

fn file(kind: &'static str, content: impl IntoResponse) -> Response {
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, content).into_response()
}
