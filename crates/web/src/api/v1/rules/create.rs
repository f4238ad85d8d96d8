//! `POST /rules`: a routing rule is made.

use axum::response::Response;

use crate::error::ApiError;
use crate::extract::{Call, Sent};
use crate::wire::drafts::NewRule;
use crate::wire::{CREATED, RuleBody, RuleSent, versioned};

/// Make a routing rule
///
/// It holds from now on, for alerts that are decided from now on.
#[utoipa::path(
    post, path = "/rules", tag = "Routing", operation_id = "create_rule",
    request_body = NewRule,
    responses(
        (status = 201, description = "The routing rule.", body = RuleBody,
            headers(("ETag" = String, description = "Its version."))),
        (status = 409, description = "The name is taken, or there are 200 rules.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn create(call: Call, Sent(sent): Sent<RuleSent>) -> Result<Response, ApiError> {
    let made = RuleBody::from(call.app().create_rule(&call.caller, sent.draft()).await?);
    Ok(versioned(CREATED, made.version, made))
}
