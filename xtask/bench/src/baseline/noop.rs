//! The no-op: takes a request with its body and answers. What HTTP alone costs.

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{get, post, put};

use super::ANSWER;

/// Serves until the process is ended.
pub(crate) fn serve() -> Result<()> {
    let paths = Router::new()
        .route("/api/v1/schedulers/{id}/status", put(answer))
        .route("/api/v1/schedulers/{id}/heartbeat", post(answer))
        .route("/api/{project}/envelope/", post(answer))
        .route("/ping/{id}", get(answer));
    super::serve(paths)
}

async fn answer(Path(_id): Path<String>, _body: Bytes) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], ANSWER)
}
