//! `POST /boards/{id}/post`: a board is posted or edited now.

use axum::Json;

use crate::error::ApiError;
use crate::extract::{Call, Segment};
use crate::wire::BoardPostBody;

/// Post a board now
///
/// Or edit what it has posted in the window that is open. Where the channel could not take it, `problem` says why, and
/// it is tried again.
#[utoipa::path(
    post, path = "/boards/{id}/post", tag = "Boards", operation_id = "post_board",
    params(("id" = String, Path, description = "Its id or its name.", example = "night")),
    responses(
        (status = 200, description = "What came of it.", body = BoardPostBody),
        (status = 404, description = "No such board.", body = crate::chassis::ErrorBody),
        (status = 409, description = "No window is open; the message says when the next begins.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn post(call: Call, Segment(id): Segment) -> Result<Json<BoardPostBody>, ApiError> {
    Ok(Json(call.app().post_board(&call.caller, &id).await?.into()))
}
