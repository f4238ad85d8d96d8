//! `POST /api-keys/{id}/rotate`: a new key takes an old one's place.

use axum::Json;
use axum::http::StatusCode;
use domain::id::KeyId;

use crate::error::ApiError;
use crate::extract::{Call, Segment, Sent};
use crate::wire::documents::Rotation;
use crate::wire::{CREATED, IssuedBody, RotationSent};

/// Rotate a key
///
/// Makes a key of the same name, role and services; the old one goes on working for the overlap.
#[utoipa::path(
    post, path = "/api-keys/{id}/rotate", tag = "Keys and projects", operation_id = "rotate_key",
    params(("id" = String, Path, description = "The key's id.", example = "key_01h1v6gq3x8c5m9t2k7w4n0b6d")),
    request_body = Option<Rotation>,
    responses(
        (status = 201, description = "The new key.", body = IssuedBody),
        (status = 404, description = "No such key.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn rotate(
    call: Call,
    Segment(id): Segment,
    Sent(sent): Sent<RotationSent>,
) -> Result<(StatusCode, Json<IssuedBody>), ApiError> {
    let issued = call.app().rotate_key(&call.caller, &KeyId::trusted(id), sent.overlap).await?;
    Ok((CREATED, Json(issued.into())))
}
