//! What happens around every request: an id, a span, a bound on its time, one shape for every error, the headers that
//! every answer carries, and the figures for `/metrics`.

mod address;
mod cors;
mod headers;
mod panic;
mod request_id;
mod shape;
mod visit;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use crate::error::ApiError;
use crate::state::WebState;

pub(crate) use address::Peer;
pub(crate) use cors::cors;
pub(crate) use panic::catch_panics;
pub use shape::{Detail, ErrorBody, OwnShape};
pub(crate) use visit::Visit;

/// Wraps every route, known or not.
pub(crate) async fn around(State(state): State<WebState>, mut request: Request, next: Next) -> Response {
    let visit = Visit::begin(&state, &request);
    let span = visit.span();
    request.extensions_mut().insert(visit.clone());
    let answer = answer(&state, request, next).instrument(span.clone()).await;
    let mut response = shape::shaped(&visit, answer, state.app().now());
    headers::dress(&visit, &state, response.headers_mut());
    span.in_scope(|| visit.end(&state, response.status()));
    response
}

async fn answer(state: &WebState, request: Request, next: Next) -> Response {
    if !is_well_encoded(request.uri().path()) {
        return ApiError::bad_request("the path holds a '%' that is not followed by two hexadecimal digits")
            .into_response();
    }
    let limit = state.settings().request_timeout;
    tokio::time::timeout(limit, next.run(request)).await.unwrap_or_else(|_| {
        tracing::warn!(limit_ms = limit.as_millis() as u64, "a request took too long and was given up");
        ApiError::unavailable("the request took too long", 5).into_response()
    })
}

fn is_well_encoded(path: &str) -> bool {
    path.split('%').skip(1).all(|part| {
        let bytes = part.as_bytes();
        bytes.len() >= 2 && bytes[..2].iter().all(u8::is_ascii_hexdigit)
    })
}
