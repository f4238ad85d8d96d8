//! `GET /boards/{id}/page`: what a board shows now.

use axum::Json;

use crate::error::ApiError;
use crate::extract::{Call, Segment};
use crate::wire::BoardPageBody;

/// What a board shows
///
/// Of the window that is open, or of the last one. A key that is limited to services sees theirs only.
#[utoipa::path(
    get, path = "/boards/{id}/page", tag = "Boards", operation_id = "get_board_page",
    params(("id" = String, Path, description = "Its id or its name.", example = "night")),
    responses(
        (status = 200, description = "The page.", body = BoardPageBody),
        (status = 404, description = "No such board.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn page(call: Call, Segment(id): Segment) -> Result<Json<BoardPageBody>, ApiError> {
    Ok(Json(call.app().board_page(&call.caller, &id).await?.into()))
}
