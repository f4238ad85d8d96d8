//! `GET /rules`: the project's routing rules.

use axum::Json;

use crate::error::ApiError;
use crate::extract::Call;
use crate::wire::RuleBody;

/// List routing rules
///
/// At most 200, in the order in which they are looked at: by position, then by name. A key that is limited to services
/// sees those that may concern one of them.
#[utoipa::path(
    get, path = "/rules", tag = "Routing", operation_id = "list_rules",
    responses((status = 200, description = "Rules, in their order.", body = [RuleBody])),
)]
pub(crate) async fn list(call: Call) -> Result<Json<Vec<RuleBody>>, ApiError> {
    let rules = call.app().rules(&call.caller).await?;
    Ok(Json(rules.into_iter().map(RuleBody::from).collect()))
}
