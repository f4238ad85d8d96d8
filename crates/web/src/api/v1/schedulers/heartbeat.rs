//! `POST /schedulers/{id}/heartbeat`: a job says that it is still running.

use axum::Json;

use crate::error::ApiError;
use crate::extract::{Call, Sent, Target};
use crate::wire::HeartbeatSent;
use crate::wire::documents::{Heartbeat, HeartbeatRecorded};

/// Send a heartbeat
#[utoipa::path(
    post, path = "/schedulers/{id}/heartbeat", tag = "Reports", operation_id = "send_heartbeat",
    params(("id" = String, Path, description = "The scheduler's id; a `/` in it travels as `%2F`.", example = "billing-nightly")),
    request_body = Option<Heartbeat>,
    responses(
        (status = 200, description = "Recorded.", body = HeartbeatRecorded),
        (status = 404, description = "No such scheduler: register it first.", body = crate::chassis::ErrorBody),
        (status = 409, description = "The run is over: the job should stop.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn post(
    call: Call,
    Target(id): Target,
    Sent(sent): Sent<HeartbeatSent>,
) -> Result<Json<HeartbeatRecorded>, ApiError> {
    call.state.limits().admit_scheduler(&call.caller.key(id.clone()))?;
    let at = call.app().heartbeat(&call.caller, id.clone(), sent.run_id, call.received_at).await?;
    Ok(Json(HeartbeatRecorded::new(&id, at)))
}
