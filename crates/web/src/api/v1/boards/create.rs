//! `POST /boards`: a board is set up.

use axum::response::Response;

use super::answer;
use crate::error::ApiError;
use crate::extract::{Call, Sent};
use crate::wire::documents::NewBoard;
use crate::wire::{BoardBody, BoardSent, CREATED};

/// Set up a board
///
/// Where its window is open it is posted within seconds.
#[utoipa::path(
    post, path = "/boards", tag = "Boards", operation_id = "create_board",
    request_body = NewBoard,
    responses((status = 201, description = "The board.", body = BoardBody,
        headers(("ETag" = String, description = "Its version.")))),
)]
pub(crate) async fn create(
    call: Call,
    Sent(BoardSent(draft)): Sent<BoardSent>,
) -> Result<Response, ApiError> {
    let view = call.app().create_board(&call.caller, draft).await?;
    Ok(answer(&call, CREATED, view))
}
