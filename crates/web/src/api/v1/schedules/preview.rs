//! `POST /schedules/preview`: when a schedule would be due.

use axum::Json;

use crate::error::ApiError;
use crate::extract::{Call, Sent};
use crate::wire::documents::Preview;
use crate::wire::{PreviewBody, PreviewSent};

/// Preview a schedule
///
/// The next instants, or a 400 that says at which character the expression stops making sense.
#[utoipa::path(
    post, path = "/schedules/preview", tag = "Schedulers", operation_id = "preview_schedule",
    request_body = Preview,
    responses((status = 200, description = "The next instants.", body = PreviewBody)),
)]
pub(crate) async fn preview(
    call: Call,
    Sent(sent): Sent<PreviewSent>,
) -> Result<Json<PreviewBody>, ApiError> {
    let after = sent.after.unwrap_or(call.received_at);
    let next = app::read::preview(&sent.schedule, after, sent.count);
    Ok(Json(PreviewBody { next: next.iter().map(ToString::to_string).collect() }))
}
