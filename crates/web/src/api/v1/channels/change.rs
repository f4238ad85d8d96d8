//! `POST /channels`, `PUT` and `DELETE /channels/{id}`: channels are made, replaced and taken away.

use axum::http::StatusCode;
use axum::response::Response;

use crate::error::ApiError;
use crate::extract::{Asked, Call, DryRun, Seen, Segment, Sent};
use crate::wire::documents::NewChannel;
use crate::wire::{CREATED, ChannelBody, ChannelGiven, versioned};

/// Make a channel
///
/// The receiver is asked whether it would take messages, where it can be asked without disturbing anybody: what it
/// refuses for good is a 400, what it cannot say now a `warning`. Channels that run a local command are made in the
/// configuration file only.
#[utoipa::path(
    post, path = "/channels", tag = "Channels", operation_id = "create_channel",
    request_body = NewChannel,
    responses((status = 201, description = "The channel.", body = ChannelBody,
        headers(("ETag" = String, description = "How often it was set.")))),
)]
pub(crate) async fn create(
    call: Call,
    Sent(ChannelGiven(sent)): Sent<ChannelGiven>,
) -> Result<Response, ApiError> {
    let view = call.app().create_channel(&call.caller, sent).await?;
    Ok(versioned(CREATED, view.version, ChannelBody::from(view)))
}

/// Replace a channel
///
/// A secret that is given as it was shown stays what it is. A channel that was switched off is on again.
#[utoipa::path(
    put, path = "/channels/{id}", tag = "Channels", operation_id = "replace_channel",
    params(
        ("id" = String, Path, description = "The channel's id or name.", example = "ops"),
        ("dry_run" = Option<bool>, Query, description = "Change nothing, and say in `changed` whether anything would."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen.", example = "\"3\""),
    ),
    request_body = NewChannel,
    responses(
        (status = 200, description = "The channel.", body = ChannelBody,
            headers(("ETag" = String, description = "How often it was set."))),
        (status = 404, description = "No such channel.", body = crate::chassis::ErrorBody),
        (status = 412, description = "It was changed meanwhile.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn replace(
    call: Call,
    Segment(id): Segment,
    Seen(only_if): Seen,
    Asked(DryRun(dry_run)): Asked<DryRun>,
    Sent(ChannelGiven(sent)): Sent<ChannelGiven>,
) -> Result<Response, ApiError> {
    let view = call.app().replace_channel(&call.caller, &id, only_if, sent, dry_run).await?;
    Ok(versioned(StatusCode::OK, view.version, ChannelBody::from(view)))
}

/// Delete a channel
///
/// What is on its way to it is given up and stays listed among the deliveries.
#[utoipa::path(
    delete, path = "/channels/{id}", tag = "Channels", operation_id = "delete_channel",
    params(("id" = String, Path, description = "The channel's id or name.", example = "ops")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "No such channel.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn delete(call: Call, Segment(id): Segment) -> Result<StatusCode, ApiError> {
    call.app().delete_channel(&call.caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
