//! `DELETE /api-keys/{id}`: a key no longer works.

use axum::http::StatusCode;
use domain::id::KeyId;

use crate::error::ApiError;
use crate::extract::{Call, Segment};

/// Revoke a key
///
/// At once. Twice is once.
#[utoipa::path(
    delete, path = "/api-keys/{id}", tag = "Keys and projects", operation_id = "revoke_key",
    params(("id" = String, Path, description = "The key's id.", example = "key_01h1v6gq3x8c5m9t2k7w4n0b6d")),
    responses(
        (status = 204, description = "It no longer works."),
        (status = 404, description = "No such key.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn revoke(call: Call, Segment(id): Segment) -> Result<StatusCode, ApiError> {
    call.app().revoke_key(&call.caller, &KeyId::trusted(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
