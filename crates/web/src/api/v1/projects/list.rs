//! `GET /projects`: the projects that the caller may see.

use axum::Json;

use crate::error::ApiError;
use crate::extract::Call;
use crate::wire::ProjectBody;

/// List projects
///
/// The caller's own; all, for an admin of the project `default`.
#[utoipa::path(
    get, path = "/projects", tag = "Keys and projects", operation_id = "list_projects",
    responses((status = 200, description = "Projects, by id.", body = [ProjectBody])),
)]
pub(crate) async fn list(call: Call) -> Result<Json<Vec<ProjectBody>>, ApiError> {
    let projects = call.app().projects(&call.caller).await?;
    let public_url = call.state.settings().public_url.as_deref();
    Ok(Json(projects.into_iter().map(|project| ProjectBody::of(project, public_url)).collect()))
}
