//! `PUT /rules/{id}`: another routing rule takes the place of one.

use axum::http::StatusCode;
use axum::response::Response;

use crate::error::ApiError;
use crate::extract::{Asked, Call, DryRun, Seen, Segment, Sent};
use crate::wire::drafts::NewRule;
use crate::wire::{RuleBody, RuleSent, versioned};

/// Replace a routing rule
///
/// All of it: what is absent goes back to its default. A dry run answers what it would be.
#[utoipa::path(
    put, path = "/rules/{id}", tag = "Routing", operation_id = "replace_rule",
    params(
        ("id" = String, Path, description = "The routing rule's id.", example = "rule_01h1v6gq3x8c5m9t2k7w4n0b6d"),
        ("dry_run" = Option<bool>, Query, description = "Change nothing, and say in `changed` whether anything would."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that was seen.", example = "\"3\""),
    ),
    request_body = NewRule,
    responses(
        (status = 200, description = "The routing rule.", body = RuleBody,
            headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "No such routing rule.", body = crate::chassis::ErrorBody),
        (status = 409, description = "The name is taken, or there are 200 rules.", body = crate::chassis::ErrorBody),
        (status = 412, description = "It has another version by now.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn replace(
    call: Call,
    Segment(id): Segment,
    Seen(only_if): Seen,
    Asked(DryRun(dry_run)): Asked<DryRun>,
    Sent(sent): Sent<RuleSent>,
) -> Result<Response, ApiError> {
    let draft = sent.draft();
    if dry_run {
        let then = RuleBody::from(call.app().foresee_rule(&call.caller, &id, draft, only_if).await?);
        return Ok(versioned(StatusCode::OK, then.version, then));
    }
    let replaced = RuleBody::from(call.app().replace_rule(&call.caller, &id, draft, only_if).await?);
    Ok(versioned(StatusCode::OK, replaced.version, replaced))
}
