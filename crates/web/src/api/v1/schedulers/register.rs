//! `POST /schedulers/register` and `POST /schedulers`: a scheduler comes to be, or is told anew what it is.

use axum::http::StatusCode;
use axum::response::Response;

use crate::error::ApiError;
use crate::extract::{Call, Sent};
use crate::wire::documents::Registration;
use crate::wire::{CREATED, RegistrationSent, SchedulerBody, answer};

/// Register a scheduler
///
/// Registering a known id updates what is given and keeps the rest, its status and its history. `null` means absent.
#[utoipa::path(
    post, path = "/schedulers/register", tag = "Schedulers", operation_id = "register_scheduler",
    request_body = Registration,
    responses(
        (status = 201, description = "Created.", body = SchedulerBody,
            headers(("ETag" = String, description = "The version of the configuration."))),
        (status = 200, description = "Updated.", body = SchedulerBody,
            headers(("ETag" = String, description = "The version of the configuration."))),
    ),
)]
pub(crate) async fn register(call: Call, Sent(sent): Sent<RegistrationSent>) -> Result<Response, ApiError> {
    tracing::Span::current().record("scheduler_id", sent.id.as_str());
    let registered = call.app().register(&call.caller, sent.id, sent.change).await?;
    let status = if registered.created { CREATED } else { StatusCode::OK };
    Ok(answer(status, SchedulerBody::with_hints(registered.view)))
}

/// Register a scheduler
///
/// The same as `POST /schedulers/register`.
#[utoipa::path(
    post, path = "/schedulers", tag = "Schedulers", operation_id = "create_scheduler",
    request_body = Registration,
    responses(
        (status = 201, description = "Created.", body = SchedulerBody,
            headers(("ETag" = String, description = "The version of the configuration."))),
        (status = 200, description = "Updated.", body = SchedulerBody,
            headers(("ETag" = String, description = "The version of the configuration."))),
    ),
)]
pub(crate) async fn create(call: Call, sent: Sent<RegistrationSent>) -> Result<Response, ApiError> {
    register(call, sent).await
}
