//! `GET /channels` and `GET /channels/{id}`: the channels, without their secrets.

use axum::Json;
use axum::http::StatusCode;
use axum::response::Response;

use crate::error::ApiError;
use crate::extract::{Call, Segment};
use crate::wire::{ChannelBody, versioned};

/// List channels
///
/// Those of the configuration first, then by name. Secrets are masked.
#[utoipa::path(
    get, path = "/channels", tag = "Channels", operation_id = "list_channels",
    responses((status = 200, description = "Channels, at most 1000.", body = [ChannelBody])),
)]
pub(crate) async fn list(call: Call) -> Result<Json<Vec<ChannelBody>>, ApiError> {
    let channels = call.app().channels(&call.caller).await?;
    Ok(Json(channels.into_iter().map(ChannelBody::from).collect()))
}

/// Get a channel
#[utoipa::path(
    get, path = "/channels/{id}", tag = "Channels", operation_id = "get_channel",
    params(("id" = String, Path, description = "The channel's id or name.", example = "ops")),
    responses(
        (status = 200, description = "The channel.", body = ChannelBody,
            headers(("ETag" = String, description = "How often it was set."))),
        (status = 404, description = "No such channel.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn get(call: Call, Segment(id): Segment) -> Result<Response, ApiError> {
    let view = call.app().channel(&call.caller, &id).await?;
    Ok(versioned(StatusCode::OK, view.version, ChannelBody::from(view)))
}
