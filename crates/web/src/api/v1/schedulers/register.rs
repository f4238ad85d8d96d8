//! `POST /schedulers/register` and `POST /schedulers`: a scheduler comes to be, or is told anew what it is.

use axum::http::StatusCode;
use axum::response::Response;

use crate::error::ApiError;
use crate::extract::{Asked, Call, DryRun, Sent};
use crate::wire::documents::Registration;
use crate::wire::{CREATED, RegistrationSent, SchedulerBody, answer};

/// Register a scheduler
///
/// Registering a known id updates what is given and keeps the rest, its status and its history. `null` means absent.
/// A dry run answers what would be, with the status that it would have.
#[utoipa::path(
    post, path = "/schedulers/register", tag = "Schedulers", operation_id = "register_scheduler",
    params(("dry_run" = Option<bool>, Query, description = "Change nothing, and say in `changed` whether anything would.")),
    request_body = Registration,
    responses(
        (status = 201, description = "Created.", body = SchedulerBody,
            headers(("ETag" = String, description = "The version of the configuration."))),
        (status = 200, description = "Updated.", body = SchedulerBody,
            headers(("ETag" = String, description = "The version of the configuration."))),
    ),
)]
pub(crate) async fn register(
    call: Call,
    Asked(DryRun(dry_run)): Asked<DryRun>,
    Sent(sent): Sent<RegistrationSent>,
) -> Result<Response, ApiError> {
    tracing::Span::current().record("scheduler_id", sent.id.as_str());
    let (registered, changed) = if dry_run {
        let outlook = call.app().foresee_registration(&call.caller, sent.id, sent.change).await?;
        (outlook.then, Some(outlook.changed))
    } else {
        (call.app().register(&call.caller, sent.id, sent.change).await?, None)
    };
    let status = if registered.created { CREATED } else { StatusCode::OK };
    Ok(answer(&call, status, SchedulerBody { changed, ..SchedulerBody::with_hints(registered.view) }))
}

/// Register a scheduler
///
/// The same as `POST /schedulers/register`.
#[utoipa::path(
    post, path = "/schedulers", tag = "Schedulers", operation_id = "create_scheduler",
    params(("dry_run" = Option<bool>, Query, description = "Change nothing, and say in `changed` whether anything would.")),
    request_body = Registration,
    responses(
        (status = 201, description = "Created.", body = SchedulerBody,
            headers(("ETag" = String, description = "The version of the configuration."))),
        (status = 200, description = "Updated.", body = SchedulerBody,
            headers(("ETag" = String, description = "The version of the configuration."))),
    ),
)]
pub(crate) async fn create(
    call: Call,
    asked: Asked<DryRun>,
    sent: Sent<RegistrationSent>,
) -> Result<Response, ApiError> {
    Box::pin(register(call, asked, sent)).await
}
