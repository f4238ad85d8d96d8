//! The bare server: one UPDATE of a scheduler's row and one INSERT of the body a request, answered after the commit of
//! its batch is synced. What reports cost that are only kept: nothing is parsed, checked, decided or indexed.

use std::path::Path as FilePath;
use std::sync::mpsc::SyncSender;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use tokio::sync::oneshot;

use super::ANSWER;
use super::group::{self, Write};
use crate::workload::{name, number_of};

/// Serves until the process is ended, on a new file in a directory, which holds as many schedulers from the beginning.
pub(crate) fn serve(folder: &FilePath, schedulers: usize) -> Result<()> {
    let writes = group::start(&folder.join("bare.db"), schedulers).context("cannot make the store")?;
    let paths = Router::new()
        .route("/api/v1/schedulers/{id}/status", put(record))
        .route("/api/v1/schedulers/{id}/heartbeat", post(record))
        .route("/api/{project}/envelope/", post(record_named))
        .route("/ping/{id}", get(record_ping));
    super::serve(paths.with_state(writes))
}

/// The name stands at the end of the query: bodies are not read here.
async fn record_named(writes: State<SyncSender<Write>>, RawQuery(query): RawQuery, body: Bytes) -> Response {
    let name = query.as_deref().and_then(|query| query.rsplit_once('=')).map_or("", |(_, name)| name);
    record(writes, Path(name.to_owned()), body).await
}

/// A ping names its scheduler by an address, which holds its number here: nothing is looked up.
async fn record_ping(writes: State<SyncSender<Write>>, Path(id): Path<String>, body: Bytes) -> Response {
    match number_of(&id) {
        Some(number) => record(writes, Path(name(number)), body).await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn record(State(writes): State<SyncSender<Write>>, Path(name): Path<String>, body: Bytes) -> Response {
    let (reply, written) = oneshot::channel();
    if writes.try_send(Write { name, body, reply }).is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match written.await {
        Ok(true) => ([(CONTENT_TYPE, "application/json")], ANSWER).into_response(),
        Ok(false) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
