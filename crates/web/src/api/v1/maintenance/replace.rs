//! `PUT /maintenance/{id}`: another maintenance window takes the place of one.

use axum::http::StatusCode;
use axum::response::Response;

use crate::error::ApiError;
use crate::extract::{Asked, Call, DryRun, Seen, Segment, Sent};
use crate::wire::drafts::NewWindow;
use crate::wire::{WindowBody, WindowSent, versioned};

/// Replace a maintenance window
///
/// All of it: what is absent goes back to its default. A dry run answers what it would be.
#[utoipa::path(
    put, path = "/maintenance/{id}", tag = "Maintenance", operation_id = "replace_maintenance",
    params(
        ("id" = String, Path, description = "The maintenance window's id.", example = "win_01h1v6gq3x8c5m9t2k7w4n0b6d"),
        ("dry_run" = Option<bool>, Query, description = "Change nothing, and say in `changed` whether anything would."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen.", example = "\"3\""),
    ),
    request_body = NewWindow,
    responses(
        (status = 200, description = "The maintenance window.", body = WindowBody,
            headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "No such maintenance window.", body = crate::chassis::ErrorBody),
        (status = 409, description = "The name is taken, or there are 200 windows.", body = crate::chassis::ErrorBody),
        (status = 412, description = "It has another version by now.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn replace(
    call: Call,
    Segment(id): Segment,
    Seen(only_if): Seen,
    Asked(DryRun(dry_run)): Asked<DryRun>,
    Sent(sent): Sent<WindowSent>,
) -> Result<Response, ApiError> {
    let draft = sent.draft(call.received_at);
    if dry_run {
        let then = WindowBody::from(call.app().foresee_window(&call.caller, &id, draft, only_if).await?);
        return Ok(versioned(StatusCode::OK, then.version, then));
    }
    let replaced = WindowBody::from(call.app().replace_window(&call.caller, &id, draft, only_if).await?);
    Ok(versioned(StatusCode::OK, replaced.version, replaced))
}
