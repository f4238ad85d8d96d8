//! `DELETE /boards/{id}`: a board is gone; what it has posted stays.

use axum::http::StatusCode;

use crate::error::ApiError;
use crate::extract::{Call, Seen, Segment};

/// Delete a board
///
/// What it has posted stays where it is, and is not edited any more.
#[utoipa::path(
    delete, path = "/boards/{id}", tag = "Boards", operation_id = "delete_board",
    params(
        ("id" = String, Path, description = "Its id or its name.", example = "night"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen.", example = "\"3\""),
    ),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "No such board.", body = crate::chassis::ErrorBody),
        (status = 412, description = "It has another version by now.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn delete(
    call: Call,
    Segment(id): Segment,
    Seen(only_if): Seen,
) -> Result<StatusCode, ApiError> {
    call.app().delete_board(&call.caller, &id, only_if).await?;
    Ok(StatusCode::NO_CONTENT)
}
