//! `GET /maintenance/{id}`: one maintenance window.

use axum::http::StatusCode;
use axum::response::Response;

use crate::error::ApiError;
use crate::extract::{Call, Segment};
use crate::wire::{WindowBody, versioned};

/// Show a maintenance window
#[utoipa::path(
    get, path = "/maintenance/{id}", tag = "Maintenance", operation_id = "get_maintenance",
    params(("id" = String, Path, description = "The maintenance window's id.", example = "win_01h1v6gq3x8c5m9t2k7w4n0b6d")),
    responses(
        (status = 200, description = "The maintenance window.", body = WindowBody,
            headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "No such maintenance window.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn get(call: Call, Segment(id): Segment) -> Result<Response, ApiError> {
    let found = WindowBody::from(call.app().window(&call.caller, &id).await?);
    Ok(versioned(StatusCode::OK, found.version, found))
}
