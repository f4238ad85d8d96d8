//! `POST /deliveries/{id}/retry`: a dead delivery is sent again.

use axum::http::StatusCode;
use domain::id::DeliveryId;

use crate::error::ApiError;
use crate::extract::{Call, Segment};

/// Send a dead delivery again
///
/// Its attempts begin anew.
#[utoipa::path(
    post, path = "/deliveries/{id}/retry", tag = "Deliveries", operation_id = "retry_delivery",
    params(("id" = String, Path, description = "The delivery's id.")),
    responses(
        (status = 202, description = "It waits to be sent."),
        (status = 404, description = "No such delivery is dead.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn retry(call: Call, Segment(id): Segment) -> Result<StatusCode, ApiError> {
    call.app().retry_delivery(&call.caller, &DeliveryId::trusted(id)).await?;
    Ok(StatusCode::ACCEPTED)
}
