//! The version that a caller saw, so that it changes nothing that others changed meanwhile.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};

use crate::error::ApiError;
use crate::state::WebState;

/// The version of `If-Match`; none where any will do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen(pub(crate) Option<u64>);

impl FromRequestParts<WebState> for Seen {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &WebState) -> Result<Self, ApiError> {
        version_seen(&parts.headers).map(Self)
    }
}

/// The version of `If-Match`; `*` is any. What is none of our versions matches nothing.
fn version_seen(headers: &HeaderMap) -> Result<Option<u64>, ApiError> {
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
