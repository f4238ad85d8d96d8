//! `POST /api-keys`: a key is made, and shown this once.

use axum::Json;
use axum::http::StatusCode;

use crate::error::ApiError;
use crate::extract::{Call, Sent};
use crate::wire::documents::NewKey;
use crate::wire::{CREATED, IssuedBody, KeySent};

/// Make a key
///
/// The answer shows the key; nothing will show it again.
#[utoipa::path(
    post, path = "/api-keys", tag = "Keys and projects", operation_id = "create_key",
    request_body = NewKey,
    responses((status = 201, description = "The key.", body = IssuedBody)),
)]
pub(crate) async fn create(
    call: Call,
    Sent(KeySent(new)): Sent<KeySent>,
) -> Result<(StatusCode, Json<IssuedBody>), ApiError> {
    let issued = call.app().create_key(&call.caller, new).await?;
    Ok((CREATED, Json(issued.into())))
}
