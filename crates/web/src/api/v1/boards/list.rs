//! `GET /boards`: the project's boards.

use axum::Json;

use crate::error::ApiError;
use crate::extract::Call;
use crate::wire::BoardBody;

/// List boards
#[utoipa::path(
    get, path = "/boards", tag = "Boards", operation_id = "list_boards",
    responses((status = 200, description = "The boards, by name.", body = [BoardBody])),
)]
pub(crate) async fn list(call: Call) -> Result<Json<Vec<BoardBody>>, ApiError> {
    let boards = call.app().boards(&call.caller).await?;
    Ok(Json(boards.into_iter().map(|view| BoardBody::of(view, call.received_at)).collect()))
}
