//! `GET /schedulers/{id}/events`: the truth, fact by fact.

use axum::Json;

use crate::error::ApiError;
use crate::extract::{Asked, Call, Query, Questions, Target};
use crate::wire::EventBody;

pub(crate) struct After {
    version: u64,
    limit: usize,
}

impl Query for After {
    fn read(questions: &mut Questions) -> Self {
        Self {
            version: questions.number("after", 0, i64::MAX as u64, 0),
            limit: questions.number("limit", 1, 1000, 1000) as usize,
        }
    }
}

/// List a scheduler's raw events
///
/// Oldest first. Ask again with the last `version` as `after` until the answer is empty.
#[utoipa::path(
    get, path = "/schedulers/{id}/events", tag = "History", operation_id = "list_events",
    params(
        ("id" = String, Path, description = "The scheduler's id; a `/` in it travels as `%2F`.", example = "billing-nightly"),
        ("after" = Option<u64>, Query, description = "Only events after this version; 0 by default."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "How many, 1 to 1000 (default)."),
    ),
    responses(
        (status = 200, description = "Events, oldest first.", body = [EventBody]),
        (status = 404, description = "No such scheduler.", body = crate::chassis::ErrorBody),
        (status = 410, description = "They are pruned; `firstVersion` is the first that is kept.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn events(
    call: Call,
    Target(id): Target,
    Asked(after): Asked<After>,
) -> Result<Json<Vec<EventBody>>, ApiError> {
    let events = call.app().events(&call.caller, id, after.version, after.limit).await?;
    Ok(Json(events.iter().map(EventBody::from).collect()))
}
