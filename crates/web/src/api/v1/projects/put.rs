//! `PUT /projects/{id}`: a project is made or renamed.

use axum::Json;
use axum::http::StatusCode;
use domain::ProjectId;

use crate::error::ApiError;
use crate::extract::{Call, Segment, Sent};
use crate::wire::documents::NewProject;
use crate::wire::{CREATED, ProjectBody, ProjectSent};

/// Make or rename a project
///
/// Made by an admin of the project `default`; renamed by its own admins, too.
#[utoipa::path(
    put, path = "/projects/{id}", tag = "Keys and projects", operation_id = "put_project",
    params(("id" = String, Path, description = "1 to 64 of `a-z`, `0-9`, `-` and `_`.", example = "payments")),
    request_body = NewProject,
    responses(
        (status = 201, description = "Made.", body = ProjectBody),
        (status = 200, description = "Renamed.", body = ProjectBody),
    ),
)]
pub(crate) async fn put(
    call: Call,
    Segment(id): Segment,
    Sent(sent): Sent<ProjectSent>,
) -> Result<(StatusCode, Json<ProjectBody>), ApiError> {
    let id = ProjectId::parse(&id).map_err(|bad| ApiError::invalid_field("id", bad.to_string()))?;
    let (project, created) = call.app().put_project(&call.caller, id, sent.name, sent.ping_key).await?;
    let body = ProjectBody::of(project, call.state.settings().public_url.as_deref());
    Ok((if created { CREATED } else { StatusCode::OK }, Json(body)))
}
