//! `POST /maintenance`: a maintenance window is made.

use axum::response::Response;

use crate::error::ApiError;
use crate::extract::{Call, Sent};
use crate::wire::drafts::NewWindow;
use crate::wire::{CREATED, WindowBody, WindowSent, versioned};

/// Make a maintenance window
///
/// It holds at once. A key that is limited to services names services among these in the selector.
#[utoipa::path(
    post, path = "/maintenance", tag = "Maintenance", operation_id = "create_maintenance",
    request_body = NewWindow,
    responses(
        (status = 201, description = "The maintenance window.", body = WindowBody,
            headers(("ETag" = String, description = "Its version."))),
        (status = 409, description = "The name is taken, or there are 200 windows.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn create(call: Call, Sent(sent): Sent<WindowSent>) -> Result<Response, ApiError> {
    let made = WindowBody::from(call.app().create_window(&call.caller, sent.draft(call.received_at)).await?);
    Ok(versioned(CREATED, made.version, made))
}
