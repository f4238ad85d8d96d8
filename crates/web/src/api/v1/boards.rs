//! `/boards`: status tables, what they show, and posting them now.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod get;
pub(super) mod list;
pub(super) mod page;
pub(super) mod post;
pub(super) mod put;

use app::BoardView;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::extract::Call;
use crate::wire::BoardBody;

/// A board, with its version as `ETag`.
fn answer(call: &Call, status: StatusCode, view: BoardView) -> Response {
    let etag = HeaderValue::from_str(&format!("\"{}\"", view.version));
    let mut response = (status, Json(BoardBody::of(view, call.received_at))).into_response();
    if let Ok(etag) = etag {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}
