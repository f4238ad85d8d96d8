//! `PUT` and `DELETE /incidents/{id}/acknowledgement`: someone looks after it, or no longer does.

use axum::Json;
use domain::id::IncidentId;

use crate::error::ApiError;
use crate::extract::{Call, Segment};
use crate::wire::IncidentRecordBody;

/// Acknowledge an incident
///
/// Says that the bearer of the key looks after what is wrong now: repeats, reminders and escalation stop, and a new
/// cause alerts again. Twice is once.
#[utoipa::path(
    put, path = "/incidents/{id}/acknowledgement", tag = "Incidents", operation_id = "acknowledge_incident",
    params(("id" = String, Path, description = "The incident's id.", example = "inc_01h1v6gq3x8c5m9t2k7w4n0b6d")),
    responses(
        (status = 200, description = "The incident.", body = IncidentRecordBody),
        (status = 404, description = "No such incident.", body = crate::chassis::ErrorBody),
        (status = 409, description = "The incident is over.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn put(call: Call, Segment(id): Segment) -> Result<Json<IncidentRecordBody>, ApiError> {
    change(&call, id, true).await
}

/// Withdraw the acknowledgement of an incident
///
/// Whoever gave it. One that nobody acknowledged stays as it is.
#[utoipa::path(
    delete, path = "/incidents/{id}/acknowledgement", tag = "Incidents", operation_id = "withdraw_acknowledgement",
    params(("id" = String, Path, description = "The incident's id.", example = "inc_01h1v6gq3x8c5m9t2k7w4n0b6d")),
    responses(
        (status = 200, description = "The incident.", body = IncidentRecordBody),
        (status = 404, description = "No such incident.", body = crate::chassis::ErrorBody),
        (status = 409, description = "The incident is over.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn delete(call: Call, Segment(id): Segment) -> Result<Json<IncidentRecordBody>, ApiError> {
    change(&call, id, false).await
}

async fn change(call: &Call, id: String, acknowledged: bool) -> Result<Json<IncidentRecordBody>, ApiError> {
    let incident =
        call.app().acknowledge_incident(&call.caller, &IncidentId::trusted(id), acknowledged).await?;
    Ok(Json(incident.into()))
}
