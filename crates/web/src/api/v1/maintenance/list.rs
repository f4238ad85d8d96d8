//! `GET /maintenance`: the project's maintenance windows.

use axum::Json;

use crate::error::ApiError;
use crate::extract::{Asked, Call, Query, Questions};
use crate::wire::WindowBody;

pub(crate) struct Windows {
    active: Option<bool>,
}

impl Query for Windows {
    fn read(questions: &mut Questions) -> Self {
        Self { active: questions.word("active", &["true", "false"], |word| word.parse().ok()) }
    }
}

/// List maintenance windows
///
/// At most 200, by name. A key that is limited to services sees those that may concern one of them.
#[utoipa::path(
    get, path = "/maintenance", tag = "Maintenance", operation_id = "list_maintenance",
    params(("active" = Option<bool>, Query, description = "Only those that hold now, or only those that do not.")),
    responses((status = 200, description = "Maintenance windows, by name.", body = [WindowBody])),
)]
pub(crate) async fn list(
    call: Call,
    Asked(asked): Asked<Windows>,
) -> Result<Json<Vec<WindowBody>>, ApiError> {
    let windows = call.app().windows(&call.caller).await?.into_iter();
    let wanted =
        windows.filter(|window| asked.active.is_none_or(|active| active == window.current.is_some()));
    Ok(Json(wanted.map(WindowBody::from).collect()))
}
