//! `/healthz` (the process answers) and `/readyz` (it wants traffic, and its store answers).

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::chassis::ErrorBody;
use crate::error::ApiError;
use crate::state::WebState;

const STORE_PATIENCE: Duration = Duration::from_secs(2);

/// All is well.
#[derive(Debug, Serialize, ToSchema)]
pub struct Well {
    /// `ok`.
    #[schema(example = "ok")]
    pub status: &'static str,
}

const OK: Json<Well> = Json(Well { status: "ok" });

/// Is it alive?
#[utoipa::path(
    get, path = "/healthz", tag = "Operations", operation_id = "healthz", security(()),
    responses((status = 200, description = "The process answers.", body = Well)),
)]
pub(crate) async fn healthz() -> Json<Well> {
    OK
}

/// Does it want traffic?
#[utoipa::path(
    get, path = "/readyz", tag = "Operations", operation_id = "readyz", security(()),
    responses(
        (status = 200, description = "It takes traffic, and its store answers.", body = Well),
        (status = 503, description = "It is starting or draining, or its store does not answer.", body = ErrorBody),
    ),
)]
pub(crate) async fn readyz(State(state): State<WebState>) -> Result<Json<Well>, ApiError> {
    if !state.readiness().is_on() {
        return Err(ApiError::unavailable("not ready: starting or draining", 5));
    }
    if !state.app().takes_reports() {
        return Err(ApiError::unavailable("not ready: the store refuses what is written", 5));
    }
    let ping = state.app().ports().observation.last_stamp();
    match tokio::time::timeout(STORE_PATIENCE, ping).await {
        Ok(Ok(_)) => Ok(OK),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the store answers with an error");
            Err(ApiError::unavailable("not ready: the store does not answer", 5))
        }
        Err(_) => Err(ApiError::unavailable("not ready: the store does not answer in time", 5)),
    }
}
