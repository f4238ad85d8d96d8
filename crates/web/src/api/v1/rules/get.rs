//! `GET /rules/{id}`: one routing rule.

use axum::http::StatusCode;
use axum::response::Response;

use crate::error::ApiError;
use crate::extract::{Call, Segment};
use crate::wire::{RuleBody, versioned};

/// Show a routing rule
#[utoipa::path(
    get, path = "/rules/{id}", tag = "Routing", operation_id = "get_rule",
    params(("id" = String, Path, description = "The routing rule's id.", example = "rule_01h1v6gq3x8c5m9t2k7w4n0b6d")),
    responses(
        (status = 200, description = "The routing rule.", body = RuleBody,
            headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "No such routing rule.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn get(call: Call, Segment(id): Segment) -> Result<Response, ApiError> {
    let found = RuleBody::from(call.app().rule(&call.caller, &id).await?);
    Ok(versioned(StatusCode::OK, found.version, found))
}
