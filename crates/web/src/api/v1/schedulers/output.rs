//! `GET /schedulers/{id}/output/{version}`: what the job printed of which an entry of its history tells.

use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::extract::{Call, Target, Version};

/// Show what a job printed
///
/// Byte for byte as it came in, the first 100 000 bytes at most; it need not be UTF-8. Kept as long as its entry in the
/// history.
#[utoipa::path(
    get, path = "/schedulers/{id}/output/{version}", tag = "History", operation_id = "get_output",
    params(
        ("id" = String, Path, description = "The scheduler's id; a `/` in it travels as `%2F`.", example = "billing-nightly"),
        ("version" = u64, Path, description = "The `id` of the history's entry that has `output_bytes`.", example = 31),
    ),
    responses(
        (status = 200, description = "The bytes.", body = String, content_type = "text/plain"),
        (status = 404, description = "No such scheduler, or nothing is kept of what was printed then.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn output(
    call: Call,
    Target(id): Target,
    Version(version): Version,
) -> Result<Response, ApiError> {
    let output = call.app().output(&call.caller, id, version).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], Bytes::from(output.0)).into_response())
}
