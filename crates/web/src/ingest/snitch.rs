//! Dead Man's Snitch: `/<token>?m=<message>&s=<status>`, at the root as on its own server, and `/snitch/<token>`. No
//! status, an empty one or 0 is a run that completed; any other is one that failed. A POST may say both in a form.
//!
//! At the root, an address that no scheduler has is not found like any other page. It is counted as sent in vain only
//! where it looks like a token: people and robots ask for all sorts of pages.

mod api;

use app::ingest::{Found, Message};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use domain::ping::check_alias;
use domain::time::shorten;
use domain::{Payload, Report, Status};
use serde_json::{Map, Value};

use super::arrival::Arrival;
use super::push::{Push, Pushed};
use super::{Pairs, bare, line, refused};
use crate::state::WebState;

const DIALECT: &str = "snitch";
const MESSAGE_CHARS_MAX: usize = 256;

pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/snitch/{token}", any(take)).route("/{code}", any(take_at_root)).merge(api::routes())
}

async fn take(State(state): State<WebState>, arrival: Arrival, body: Body) -> Response {
    let form = arrival.form(body).await;
    let push = Push { state: &state, visit: &arrival.visit, dialect: DIALECT };
    let token = arrival.after("/snitch/").first().copied().unwrap_or_default();
    let report = report(&state, &arrival, &form);
    match push.to_token(token, &|_| Message::Report(Box::new(report.clone()))).await {
        Ok(pushed) => told(pushed),
        Err(error) => refused(error, "not taken, try again"),
    }
}

/// What is no token, or comes by a method by which none comes, is any other page.
async fn take_at_root(State(state): State<WebState>, arrival: Arrival, body: Body) -> Response {
    let form = arrival.form(body).await;
    let push = Push { state: &state, visit: &arrival.visit, dialect: DIALECT };
    let token = arrival.path().strip_prefix('/').unwrap_or_default();
    // A file's name has a dot: what a browser asks for by itself is no guess at a token.
    if !arrival.is_said() || token.contains('.') || check_alias(token).is_err() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let place = match push.find(token).await {
        Ok(Ok(Found::One(place))) => place,
        Ok(Ok(Found::None | Found::Several)) => {
            if token.bytes().any(|letter| letter.is_ascii_digit()) {
                push.unknown(token);
            }
            return StatusCode::NOT_FOUND.into_response();
        }
        Ok(Err(held)) => return refused(held, "rate limited"),
        Err(error) => return refused(error, "not taken, try again"),
    };
    let report = report(&state, &arrival, &form);
    match push.to_place(place, &|_| Message::Report(Box::new(report.clone()))).await {
        Ok(pushed) => told(pushed),
        Err(error) => refused(error, "not taken, try again"),
    }
}

fn told(pushed: Pushed) -> Response {
    match pushed {
        Pushed::Heard => line(StatusCode::ACCEPTED, "Got it, thanks!"),
        Pushed::Nobody => line(StatusCode::NOT_FOUND, "Not found"),
        Pushed::Held(held) => refused(held, "rate limited"),
    }
}

fn report(state: &WebState, arrival: &Arrival, form: &Pairs) -> Report {
    let given = |name| arrival.query.given(name).or_else(|| form.given(name));
    let message = given("m").map(|text| shorten(text, MESSAGE_CHARS_MAX));
    let code = given("s").filter(|status| *status != "0");
    let status = if code.is_some() { Status::Failed } else { Status::Completed };
    let error = code.map(|code| match &message {
        Some(message) => message.clone(),
        None => format!("status {}", shorten(code, MESSAGE_CHARS_MAX)),
    });
    let noted = message.filter(|_| status == Status::Completed);
    let metadata = noted.map(|text| Map::from_iter([("message".to_owned(), Value::from(text))]));
    let origin = Some(Box::new(arrival.origin(DIALECT, state)));
    let payload = Payload { origin, ..Payload::bounded(error, metadata) };
    let exit_code = given("s").and_then(|status| status.parse().ok());
    Report { exit_code, ..bare(status, arrival.received_at(), payload) }
}
