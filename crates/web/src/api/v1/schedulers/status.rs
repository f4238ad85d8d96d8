//! `PUT` and `POST /schedulers/{id}/status`: a job reports.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use crate::error::ApiError;
use crate::extract::{Call, Sent, Target};
use crate::wire::documents::Report;
use crate::wire::{ReportSent, SchedulerBody, answer};

/// Report a status
///
/// Idempotent only with a `report_id` (or `Idempotency-Key`) or a `run_id`. What is too long is cut and marked.
#[utoipa::path(
    put, path = "/schedulers/{id}/status", tag = "Reports", operation_id = "report_status",
    params(
        ("id" = String, Path, description = "The scheduler's id; a `/` in it travels as `%2F`.", example = "billing-nightly"),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 128, description = "Stands in for `report_id`."),
    ),
    request_body = Report,
    responses(
        (status = 200, description = "The scheduler.", body = SchedulerBody),
        (status = 404, description = "No such scheduler: register it first.", body = crate::chassis::ErrorBody),
        (status = 409, description = "The run is closed with another outcome.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn put(
    call: Call,
    Target(id): Target,
    headers: HeaderMap,
    Sent(sent): Sent<ReportSent>,
) -> Result<Response, ApiError> {
    let sent = sent.identified_by(&headers)?;
    call.state.limits().admit_scheduler(&call.caller.key(id.clone()))?;
    let view = call.app().report(&call.caller, id, sent.received(call.received_at)).await?;
    Ok(answer(&call, StatusCode::OK, view.into()))
}

/// Report a status
///
/// The same as `PUT`.
#[utoipa::path(
    post, path = "/schedulers/{id}/status", tag = "Reports", operation_id = "post_status",
    params(
        ("id" = String, Path, description = "The scheduler's id; a `/` in it travels as `%2F`.", example = "billing-nightly"),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 128, description = "Stands in for `report_id`."),
    ),
    request_body = Report,
    responses(
        (status = 200, description = "The scheduler.", body = SchedulerBody),
        (status = 404, description = "No such scheduler: register it first.", body = crate::chassis::ErrorBody),
        (status = 409, description = "The run is closed with another outcome.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn post(
    call: Call,
    target: Target,
    headers: HeaderMap,
    sent: Sent<ReportSent>,
) -> Result<Response, ApiError> {
    put(call, target, headers, sent).await
}
