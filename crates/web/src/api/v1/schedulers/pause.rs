//! `PUT` and `DELETE /schedulers/{id}/pause`: nothing is judged for a while.

use axum::http::StatusCode;
use axum::response::Response;

use crate::error::ApiError;
use crate::extract::{Call, Sent, Target};
use crate::wire::documents::Pause;
use crate::wire::{PauseSent, SchedulerBody, answer};

/// Pause a scheduler
///
/// Nothing is expected of it meanwhile, and an open incident ends.
#[utoipa::path(
    put, path = "/schedulers/{id}/pause", tag = "Schedulers", operation_id = "pause_scheduler",
    params(("id" = String, Path, description = "The scheduler's id; a `/` in it travels as `%2F`.", example = "billing-nightly")),
    request_body = Option<Pause>,
    responses(
        (status = 200, description = "The scheduler.", body = SchedulerBody),
        (status = 404, description = "No such scheduler.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn put(
    call: Call,
    Target(id): Target,
    Sent(PauseSent { until }): Sent<PauseSent>,
) -> Result<Response, ApiError> {
    let view = call.app().pause(&call.caller, id, until).await?;
    Ok(answer(&call, StatusCode::OK, view.into()))
}

/// Resume a scheduler
///
/// As if it were registered now. One that is not paused stays as it is.
#[utoipa::path(
    delete, path = "/schedulers/{id}/pause", tag = "Schedulers", operation_id = "resume_scheduler",
    params(("id" = String, Path, description = "The scheduler's id; a `/` in it travels as `%2F`.", example = "billing-nightly")),
    responses(
        (status = 200, description = "The scheduler.", body = SchedulerBody),
        (status = 404, description = "No such scheduler.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn delete(call: Call, Target(id): Target) -> Result<Response, ApiError> {
    let view = call.app().resume(&call.caller, id).await?;
    Ok(answer(&call, StatusCode::OK, view.into()))
}
