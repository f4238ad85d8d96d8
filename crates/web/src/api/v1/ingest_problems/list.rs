//! `GET /ingest-problems`: what jobs sent in vain to the project, all of it: it is bounded.

use axum::Json;

use crate::error::ApiError;
use crate::extract::Call;
use crate::wire::IngestProblemBody;

/// Show what jobs sent in vain
///
/// Pings and messages of other products' clients that were refused, or of which a part could not be read: most senders
/// are told nothing of it. Counted by what was wrong, the latest first, at most 500; kept for 30 days. What cannot be told to belong
/// to any project is shown in the first.
#[utoipa::path(
    get, path = "/ingest-problems", tag = "Reports", operation_id = "list_ingest_problems",
    responses((status = 200, description = "Problems, the latest first.", body = [IngestProblemBody])),
)]
pub(crate) async fn list(call: Call) -> Result<Json<Vec<IngestProblemBody>>, ApiError> {
    let problems = call.app().ingest_problems(&call.caller).await?;
    Ok(Json(problems.into_iter().map(IngestProblemBody::from).collect()))
}
