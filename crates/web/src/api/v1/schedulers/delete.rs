//! `DELETE /schedulers/{id}`: a scheduler goes, and its history with it.

use axum::http::StatusCode;

use crate::error::ApiError;
use crate::extract::{Call, Target};

/// Delete a scheduler
///
/// Its history goes with it. The id may be registered again.
#[utoipa::path(
    delete, path = "/schedulers/{id}", tag = "Schedulers", operation_id = "delete_scheduler",
    params(("id" = String, Path, description = "The scheduler's id; a `/` in it travels as `%2F`.", example = "billing-nightly")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "No such scheduler.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn delete(call: Call, Target(id): Target) -> Result<StatusCode, ApiError> {
    call.app().delete(&call.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
