//! `GET /incidents/{id}`: one incident, with what happened in it and who was told.

use axum::Json;
use domain::id::IncidentId;

use crate::error::ApiError;
use crate::extract::{Call, Segment};
use crate::wire::IncidentStoryBody;

/// Show an incident
///
/// With its timeline (the newest 500 entries: its own story, and the bad marks that caused it) and its deliveries (the
/// newest 100; what was told together with other incidents is not among them).
#[utoipa::path(
    get, path = "/incidents/{id}", tag = "Incidents", operation_id = "get_incident",
    params(("id" = String, Path, description = "The incident's id.", example = "inc_01h1v6gq3x8c5m9t2k7w4n0b6d")),
    responses(
        (status = 200, description = "The incident.", body = IncidentStoryBody),
        (status = 404, description = "No such incident.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn get(call: Call, Segment(id): Segment) -> Result<Json<IncidentStoryBody>, ApiError> {
    let story = call.app().incident(&call.caller, &IncidentId::trusted(id)).await?;
    let names = call.app().channel_names(&call.caller).await?;
    Ok(Json(IncidentStoryBody::named(story, &names)))
}
