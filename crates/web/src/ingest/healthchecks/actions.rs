//! What is done to a check: paused, resumed, deleted. Each is answered with the check.

use axum::response::Response;
use domain::PingId;

use super::answer::Refusal;
use super::enter::Client;
use super::standing::{Standing, State};
use super::{Question, find};

/// Pauses a check; one that is paused stays so.
pub(super) async fn pause(question: &Question, client: &Client, id: &PingId) -> Result<Response, Refusal> {
    let check = find::by_id(question, client, id).await?;
    let view = question.state.app().pause(&client.caller, check.scheduler.key.id, None).await?;
    find::show(question, client, &view).await
}

/// Ends a pause: the check is as if it were new.
pub(super) async fn resume(question: &Question, client: &Client, id: &PingId) -> Result<Response, Refusal> {
    let (check, app) = (find::by_id(question, client, id).await?, question.state.app());
    if Standing::of(&check, app.now()).state != State::Paused {
        return Err(Refusal::Conflict("check is not paused"));
    }
    let view = app.resume(&client.caller, check.scheduler.key.id).await?;
    find::show(question, client, &view).await
}

/// Deletes a check, and tells what it was.
pub(super) async fn delete(question: &Question, client: &Client, id: &PingId) -> Result<Response, Refusal> {
    let check = find::by_id(question, client, id).await?;
    let answer = find::show(question, client, &check).await?;
    question.state.app().delete(&client.caller, check.scheduler.key.id.clone()).await?;
    Ok(answer)
}
