//! `GET /boards/{id}`: one board.

use axum::http::StatusCode;
use axum::response::Response;

use super::answer;
use crate::error::ApiError;
use crate::extract::{Call, Segment};
use crate::wire::BoardBody;

/// Get a board
#[utoipa::path(
    get, path = "/boards/{id}", tag = "Boards", operation_id = "get_board",
    params(("id" = String, Path, description = "Its id or its name.", example = "night")),
    responses(
        (status = 200, description = "The board.", body = BoardBody, headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "No such board.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn get(call: Call, Segment(id): Segment) -> Result<Response, ApiError> {
    let view = call.app().board(&call.caller, &id).await?;
    Ok(answer(&call, StatusCode::OK, view))
}
