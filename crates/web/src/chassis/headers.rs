//! What every answer carries: its request id, and the headers that keep browsers and caches from mischief.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::Visit;
use super::request_id::X_REQUEST_ID;
use crate::state::WebState;

const EVERYWHERE: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
];

/// A page that says something else of itself keeps its word.
pub(super) fn dress(visit: &Visit, state: &WebState, headers: &mut HeaderMap) {
    if let Ok(id) = HeaderValue::from_str(&visit.request_id) {
        headers.insert(X_REQUEST_ID, id);
    }
    for (name, value) in EVERYWHERE {
        headers.entry(name).or_insert(value);
    }
    if state.settings().require_https {
        let value = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(value);
    }
}
