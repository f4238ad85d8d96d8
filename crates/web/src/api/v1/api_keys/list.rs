//! `GET /api-keys`: the keys of the project, without the keys.

use axum::Json;

use crate::error::ApiError;
use crate::extract::Call;
use crate::wire::KeyBody;

/// List the project's keys
///
/// Newest first. Keys that configuration gives are not among them.
#[utoipa::path(
    get, path = "/api-keys", tag = "Keys and projects", operation_id = "list_keys",
    responses((status = 200, description = "Keys, newest first.", body = [KeyBody])),
)]
pub(crate) async fn list(call: Call) -> Result<Json<Vec<KeyBody>>, ApiError> {
    let keys = call.app().list_keys(&call.caller).await?;
    Ok(Json(keys.into_iter().map(KeyBody::from).collect()))
}
