//! `DELETE /rules/{id}`: a routing rule is no more.

use axum::http::StatusCode;

use crate::error::ApiError;
use crate::extract::{Call, Seen, Segment};

/// Delete a routing rule
#[utoipa::path(
    delete, path = "/rules/{id}", tag = "Routing", operation_id = "delete_rule",
    params(
        ("id" = String, Path, description = "The routing rule's id.", example = "rule_01h1v6gq3x8c5m9t2k7w4n0b6d"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen.", example = "\"3\""),
    ),
    responses(
        (status = 204, description = "It is deleted."),
        (status = 404, description = "No such routing rule.", body = crate::chassis::ErrorBody),
        (status = 412, description = "It has another version by now.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn delete(
    call: Call,
    Segment(id): Segment,
    Seen(only_if): Seen,
) -> Result<StatusCode, ApiError> {
    call.app().delete_rule(&call.caller, &id, only_if).await?;
    Ok(StatusCode::NO_CONTENT)
}
