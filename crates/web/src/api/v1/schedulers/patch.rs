//! `PATCH /schedulers/{id}`: a scheduler's configuration changes, if nobody else has changed it meanwhile.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;

use crate::error::ApiError;
use crate::extract::{Call, Sent, Target};
use crate::wire::documents::Change;
use crate::wire::{PatchSent, SchedulerBody, answer};

/// Change a scheduler
///
/// Absent fields stay as they are; `null` sets a field back to its default.
#[utoipa::path(
    patch, path = "/schedulers/{id}", tag = "Schedulers", operation_id = "change_scheduler",
    params(
        ("id" = String, Path, description = "The scheduler's id; a `/` in it travels as `%2F`.", example = "billing-nightly"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen.", example = "\"3\""),
    ),
    request_body = Change,
    responses(
        (status = 200, description = "The scheduler.", body = SchedulerBody,
            headers(("ETag" = String, description = "The version of the configuration."))),
        (status = 404, description = "No such scheduler.", body = crate::chassis::ErrorBody),
        (status = 412, description = "The configuration has another version by now.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn patch(
    call: Call,
    Target(id): Target,
    headers: HeaderMap,
    Sent(PatchSent(change)): Sent<PatchSent>,
) -> Result<Response, ApiError> {
    let only_if = version_seen(&headers)?;
    let view = call.app().patch(&call.caller, id, change, only_if).await?;
    Ok(answer(StatusCode::OK, SchedulerBody::with_hints(view)))
}

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
