//! `GET /schedulers/{id}/route`: who would hear of it, and why.

use axum::Json;

use crate::error::ApiError;
use crate::extract::{Call, Target};
use crate::wire::RouteBody;

/// Explain who would hear of a scheduler
///
/// For each cause, by what the router itself would decide now: whom the scheduler names, which rules apply, or the
/// project's defaults; then each step of the escalation. With the maintenance, the quiet hours and the incident upstream
/// that hold now.
#[utoipa::path(
    get, path = "/schedulers/{id}/route", tag = "Routing", operation_id = "explain_route",
    params(("id" = String, Path, description = "The scheduler's id; a `/` in it travels as `%2F`.", example = "billing-nightly")),
    responses(
        (status = 200, description = "Who would hear.", body = RouteBody),
        (status = 404, description = "No such scheduler.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn route(call: Call, Target(id): Target) -> Result<Json<RouteBody>, ApiError> {
    Ok(Json(call.app().explain(&call.caller, id).await?.into()))
}
