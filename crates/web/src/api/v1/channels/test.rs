//! `POST /channels/{id}/test` and `/enable`: a channel is tried out, or switched on again.

use axum::Json;
use axum::http::StatusCode;

use crate::error::ApiError;
use crate::extract::{Call, Segment};
use crate::wire::TrialBody;

/// Test a channel
///
/// Sends a message that says it is a test, at once, and answers what came of it. A channel that was switched off and
/// takes it is on again.
#[utoipa::path(
    post, path = "/channels/{id}/test", tag = "Channels", operation_id = "test_channel",
    params(("id" = String, Path, description = "The channel's id or name.", example = "ops")),
    responses(
        (status = 200, description = "What came of it.", body = TrialBody),
        (status = 404, description = "No such channel.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn test(call: Call, Segment(id): Segment) -> Result<Json<TrialBody>, ApiError> {
    Ok(Json(call.app().test_channel(&call.caller, &id).await?.into()))
}

/// Switch a channel on again
///
/// One that was switched off because its receiver refused us for good. Twice is once.
#[utoipa::path(
    post, path = "/channels/{id}/enable", tag = "Channels", operation_id = "enable_channel",
    params(("id" = String, Path, description = "The channel's id or name.", example = "ops")),
    responses(
        (status = 204, description = "It is on."),
        (status = 404, description = "No such channel.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn enable(call: Call, Segment(id): Segment) -> Result<StatusCode, ApiError> {
    call.app().enable_channel(&call.caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
