//! The channels of a project, as Healthchecks lists its integrations.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::answer::{Refusal, json};
use super::enter::Client;
use super::{Question, find};

#[derive(Serialize)]
struct Channels {
    channels: Vec<Channel>,
}

#[derive(Serialize)]
struct Channel {
    id: String,
    name: String,
    kind: &'static str,
}

/// All of them.
pub(super) async fn list(question: &Question, client: &Client) -> Result<Response, Refusal> {
    let all = find::channels(question, client).await?.into_iter();
    let channels = all.map(|it| Channel { id: it.id.to_string(), name: it.name, kind: it.kind }).collect();
    Ok(json(StatusCode::OK, &Channels { channels }))
}
