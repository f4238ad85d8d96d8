//! The addresses of old, without a key: `/<code>/run`, also under `/cronitor/`. The code is a scheduler's alias or ping id.
//! Only the states of Cronitor are such addresses; anything else at the root is any other page.

use app::ingest::{Found, Vain};
use axum::Router;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use domain::ping::check_alias;

use super::super::arrival::Arrival;
use super::super::push::Push;
use super::super::refused;
use super::event::{Event, State};
use super::{DIALECT, taken, tell};
use crate::ingest::not_allowed;
use crate::state::WebState;

pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/{code}/{state}", any(take_at_root)).route("/cronitor/{code}/{state}", any(take))
}

async fn take_at_root(Shared(state): Shared<WebState>, arrival: Arrival) -> Response {
    match arrival.after("/")[..] {
        [code, word] if arrival.is_said() && check_alias(code).is_ok() => match outcome(word) {
            Some(said) => heard(&state, &arrival, code, said).await,
            None => StatusCode::NOT_FOUND.into_response(),
        },
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn take(Shared(state): Shared<WebState>, arrival: Arrival) -> Response {
    if !arrival.is_said() {
        return not_allowed();
    }
    match arrival.after("/cronitor/")[..] {
        [code, word] => match outcome(word) {
            Some(said) => heard(&state, &arrival, code, said).await,
            None => StatusCode::NOT_FOUND.into_response(),
        },
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn outcome(word: &str) -> Option<State> {
    State::parse(word).filter(|state| *state != State::Logs)
}

async fn heard(state: &WebState, arrival: &Arrival, code: &str, said: State) -> Response {
    let push = Push { state, visit: &arrival.visit, dialect: DIALECT };
    let place = match push.find(code).await {
        Ok(Ok(Found::One(place))) => place,
        Ok(Ok(Found::None | Found::Several)) => {
            let sample =
                "telemetry came for a code that is no scheduler's alias: give a scheduler that alias";
            push.vain(None, "unknown_address", &Vain::token(code), sample);
            return taken();
        }
        Ok(Err(held)) => return refused(held, "rate limited"),
        Err(error) => return refused(error, "not taken, try again"),
    };
    let event = Event::said(said, &arrival.query);
    let told = tell(push, place, arrival, &event).await;
    told.unwrap_or_else(|error| refused(error, "not taken, try again"))
}
