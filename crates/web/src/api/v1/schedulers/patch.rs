//! `PATCH /schedulers/{id}`: a scheduler's configuration changes, if nobody else has changed it meanwhile.

use axum::http::StatusCode;
use axum::response::Response;

use crate::error::ApiError;
use crate::extract::{Call, Seen, Sent, Target};
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
    Seen(only_if): Seen,
    Sent(PatchSent(change)): Sent<PatchSent>,
) -> Result<Response, ApiError> {
    let view = call.app().patch(&call.caller, id, change, only_if).await?;
    Ok(answer(&call, StatusCode::OK, SchedulerBody::with_hints(view)))
}
