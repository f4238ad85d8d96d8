//! The body of a request: JSON of a bounded size, turned into what a use case takes.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use http_body_util::LengthLimitError;

use crate::error::ApiError;
use crate::state::WebState;
use crate::wire::{Wire, json};

/// Most bytes of a body.
pub(crate) const BODY_BYTES_MAX: usize = 1024 * 1024;

/// A body, read and checked.
#[derive(Debug)]
pub(crate) struct Sent<T>(pub(crate) T);

impl<T: Wire> FromRequest<WebState> for Sent<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &WebState) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let announced = announced_length(&parts.headers);
        if announced.is_some_and(|length| length > BODY_BYTES_MAX as u64) {
            return Err(too_large());
        }
        let bytes = read(body).await?;
        if bytes.is_empty() {
            return T::absent().map(Self).map_err(ApiError::invalid);
        }
        must_be_json(&parts.headers)?;
        let value = json::parse(&bytes).map_err(ApiError::bad_request)?;
        T::read(value).map(Self).map_err(ApiError::invalid)
    }
}

async fn read(body: Body) -> Result<Bytes, ApiError> {
    to_bytes(body, BODY_BYTES_MAX).await.map_err(|error| match std::error::Error::source(&error) {
        Some(source) if source.is::<LengthLimitError>() => too_large(),
        _ => ApiError::bad_request("the body ended before it was complete"),
    })
}

pub(crate) fn announced_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large() -> ApiError {
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body has more than {BODY_BYTES_MAX} bytes"))
}

/// A body that does not say what it is, is taken for JSON.
fn must_be_json(headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    let kind =
        value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json")) {
        return Ok(());
    }
    let message = format!("the body must be application/json, was '{}'", domain::time::shorten(&kind, 60));
    Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message))
}
