//! `GET /schedulers/{id}`: one scheduler.

use axum::http::StatusCode;
use axum::response::Response;

use crate::error::ApiError;
use crate::extract::{Call, Target};
use crate::wire::{SchedulerBody, answer};

/// Show a scheduler
#[utoipa::path(
    get, path = "/schedulers/{id}", tag = "Schedulers", operation_id = "get_scheduler",
    params(("id" = String, Path, description = "The scheduler's id; a `/` in it travels as `%2F`.", example = "billing-nightly")),
    responses(
        (status = 200, description = "The scheduler.", body = SchedulerBody,
            headers(("ETag" = String, description = "The version of the configuration."))),
        (status = 404, description = "No such scheduler.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn get(call: Call, Target(id): Target) -> Result<Response, ApiError> {
    let view = call.app().scheduler(&call.caller, id).await?;
    Ok(answer(&call, StatusCode::OK, view.into()))
}
