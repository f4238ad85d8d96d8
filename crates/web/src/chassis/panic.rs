//! A panic becomes a 500 that says nothing of the inside. The panic hook has told the operator where it was.

use std::any::Any;

use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;

use crate::error::ApiError;

type Handler = fn(Box<dyn Any + Send>) -> Response;

pub(crate) fn catch_panics() -> CatchPanicLayer<Handler> {
    CatchPanicLayer::custom(panicked as Handler)
}

fn panicked(_payload: Box<dyn Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    ApiError::internal().into_response()
}
