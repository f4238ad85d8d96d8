//! Calls from browsers of other origins: off unless origins are named.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::request_id::X_REQUEST_ID;
use crate::settings::WebSettings;

/// The layer for these settings, where there is any origin.
pub(crate) fn cors(settings: &WebSettings) -> Option<CorsLayer> {
    let origins = &settings.cors_origins;
    if origins.is_empty() {
        return None;
    }
    let any = origins.iter().any(|origin| *origin == HeaderValue::from_static("*"));
    let allowed = if any { AllowOrigin::any() } else { AllowOrigin::list(origins.iter().cloned()) };
    let methods = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let asked = [
        settings.key_header.clone(),
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        header::IF_MATCH,
        HeaderName::from_static("idempotency-key"),
        X_REQUEST_ID,
    ];
    let shown = [
        header::ETAG,
        header::LINK,
        header::RETRY_AFTER,
        HeaderName::from_static("x-total-count"),
        X_REQUEST_ID,
    ];
    let layer = CorsLayer::new().allow_origin(allowed).allow_methods(methods).allow_headers(asked);
    Some(layer.expose_headers(shown).max_age(Duration::from_mins(10)))
}
