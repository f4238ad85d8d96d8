//! Whether we are well, and how much there was: what a watcher of a Healthchecks server asks.

use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use axum::response::Response;
use domain::ProjectId;
use serde::Serialize;

use super::super::line;
use super::answer::{Refusal, empty, json};
use super::path::Endpoint;
use super::{Question, enter};

/// Answers whether the store answers, or with figures.
pub(super) async fn take(question: &Question, endpoint: &Endpoint) -> Response {
    match endpoint {
        Endpoint::Metrics => metrics(question).await.unwrap_or_else(Refusal::answer),
        _ => status(question).await,
    }
}

async fn status(question: &Question) -> Response {
    match question.state.app().ports().access.projects().await {
        Ok(_) => line(StatusCode::OK, "OK"),
        Err(error) => {
            tracing::warn!(%error, "the store did not answer a probe");
            line(StatusCode::INTERNAL_SERVER_ERROR, "")
        }
    }
}

#[derive(Serialize)]
struct Figures {
    ts: i64,
    max_ping_id: u64,
    max_notification_id: u64,
    num_unprocessed_flips: u64,
}

/// Figures of all projects: for keys of the first one.
async fn metrics(question: &Question) -> Result<Response, Refusal> {
    let key = question.headers.get("x-metrics-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
    let client = enter::known(question, key).await?;
    let home = ProjectId::default_project();
    let is_home = |client: &enter::Client| client.caller.project == home && client.caller.services.is_empty();
    if !client.as_ref().is_some_and(is_home) {
        return Ok(empty(StatusCode::FORBIDDEN));
    }
    let app = question.state.app();
    let counts = app.ports().outbox.counts().await?;
    Ok(json(
        StatusCode::OK,
        &Figures {
            ts: app.now().as_millis() / 1000,
            max_ping_id: app.telemetry().reports.load(Ordering::Relaxed),
            max_notification_id: app.telemetry().deliveries().iter().map(|(_, _, count)| count).sum(),
            num_unprocessed_flips: counts.unrouted,
        },
    ))
}
