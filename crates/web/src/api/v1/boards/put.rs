//! `PUT /boards/{id}`: a board is set anew, if nobody else has changed it meanwhile.

use axum::http::StatusCode;
use axum::response::Response;

use super::answer;
use crate::error::ApiError;
use crate::extract::{Asked, Call, DryRun, Seen, Segment, Sent};
use crate::wire::documents::NewBoard;
use crate::wire::{BoardBody, BoardSent, versioned};

/// Set a board anew
///
/// As a whole: what is absent goes back to its default. A window that is open goes on where it begins at the same
/// time; else its message is closed, and another is posted for the new one. A dry run answers what it would be.
#[utoipa::path(
    put, path = "/boards/{id}", tag = "Boards", operation_id = "replace_board",
    params(
        ("id" = String, Path, description = "Its id or its name.", example = "night"),
        ("dry_run" = Option<bool>, Query, description = "Change nothing, and say in `changed` whether anything would."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen.", example = "\"3\""),
    ),
    request_body = NewBoard,
    responses(
        (status = 200, description = "The board.", body = BoardBody, headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "No such board.", body = crate::chassis::ErrorBody),
        (status = 412, description = "It has another version by now.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn put(
    call: Call,
    Segment(id): Segment,
    Seen(only_if): Seen,
    Asked(DryRun(dry_run)): Asked<DryRun>,
    Sent(BoardSent(draft)): Sent<BoardSent>,
) -> Result<Response, ApiError> {
    if dry_run {
        let then = call.app().foresee_board(&call.caller, &id, draft, only_if).await?;
        return Ok(versioned(StatusCode::OK, then.then.version, BoardBody::foreseen(then, call.received_at)));
    }
    let view = call.app().replace_board(&call.caller, &id, draft, only_if).await?;
    Ok(answer(&call, StatusCode::OK, view))
}
