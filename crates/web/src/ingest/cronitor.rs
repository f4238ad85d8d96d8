//! Cronitor's telemetry: `/p/<key>/<monitor>?state=run`, the same under `/ping/`, and the addresses of old without a key,
//! `/<code>/run`. The key is the project's ping key or an API key that may report; a monitor nobody has heard of comes to
//! be. Clients are always told 200, also where nothing came of it: what that was is counted for the project's people.
//!
//! `/ping/<key>/<slug>` is ours as well: [`means`] says when it is Cronitor's.
//!
//! Reading order: [`event`] (what is said), [`monitor`] (whom it is for), `logs` (what a job printed), `code` (the
//! addresses of old), `api` (monitors as they are set up).

mod api;
mod code;
mod event;
mod logs;
mod monitor;

use app::AppResult;
use app::ingest::{Place, Vain};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::any;

use super::arrival::Arrival;
use super::push::{Push, Pushed};
use super::{Pairs, decoded, line, not_allowed, refused};
use crate::state::WebState;
use event::Event;
use monitor::Name;

const DIALECT: &str = "cronitor";

pub(super) fn routes() -> Router<WebState> {
    Router::new()
        .route("/p/{key}/{monitor}", any(take))
        .merge(code::routes())
        .merge(logs::routes())
        .merge(api::routes())
}

/// Parameters that Cronitor's clients send and no ping has.
const PARAMETERS: [&str; 11] = [
    "state",
    "series",
    "stamp",
    "metric",
    "message",
    "msg",
    "status_code",
    "exit_code",
    "duration",
    "host",
    "env",
];

/// Whether a ping's path and query are Cronitor's: two parts, and a parameter that only its clients send, or a key that
/// is an API key and no project's ping key.
pub(super) async fn means(state: &WebState, path: &str, query: &Pairs) -> AppResult<bool> {
    let Some((key, monitor)) = path.strip_prefix("/ping/").and_then(|rest| rest.split_once('/')) else {
        return Ok(false);
    };
    if monitor.is_empty() || monitor.contains('/') || super::ping::ping_id(key).is_some() {
        return Ok(false);
    }
    if PARAMETERS.iter().any(|name| query.get(name).is_some()) {
        return Ok(true);
    }
    let app = state.app();
    Ok(app.project_of_ping_key(key).await?.is_none() && app.authenticate(key).await?.is_some())
}

/// Takes what comes under a key, at `/p/` as at `/ping/`.
pub(super) async fn take(State(state): State<WebState>, arrival: Arrival) -> Response {
    if !arrival.is_said() {
        return not_allowed();
    }
    let push = Push { state: &state, visit: &arrival.visit, dialect: DIALECT };
    let mut parts = arrival.path().trim_start_matches('/').splitn(3, '/').skip(1).map(decoded);
    let (key, monitor) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let answer = under_key(push, &arrival, &key, &monitor).await;
    answer.unwrap_or_else(|error| refused(error, "not taken, try again"))
}

async fn under_key(push: Push<'_>, arrival: &Arrival, key: &str, monitor: &str) -> AppResult<Response> {
    let caller = match push.sender(key).await {
        Ok(Some(caller)) => caller,
        Ok(None) => {
            let sample = "telemetry came under a key that is no ping key and no API key that may report";
            push.vain(None, "invalid_key", &Vain::token(key), sample);
            return Ok(taken());
        }
        Err(held) => return Ok(refused(held, "rate limited")),
    };
    let Some(event) = event_of(push, arrival, &caller.project, monitor) else { return Ok(taken()) };
    let name = Name { key: monitor.to_owned(), environment: event.apart().map(str::to_owned) };
    match monitor::place(push, &caller, &name).await? {
        Some(place) => tell(push, place, arrival, &event).await,
        None => Ok(taken()),
    }
}

/// Reads what is said, or counts that it says nothing we know.
fn event_of(push: Push<'_>, arrival: &Arrival, project: &domain::ProjectId, subject: &str) -> Option<Event> {
    let problem = match Event::read(&arrival.query) {
        Ok(event) => return Some(event),
        Err(problem) => problem,
    };
    push.vain(Some(project), "unknown_state", subject, &problem);
    None
}

/// Hands on what is said to whom it is said.
async fn tell(push: Push<'_>, place: Place, arrival: &Arrival, event: &Event) -> AppResult<Response> {
    let origin = arrival.origin(DIALECT, push.state);
    let message = event.message(arrival.received_at(), &arrival.visit.request_id, &origin);
    Ok(match push.to_place(place, &|_| message.clone()).await? {
        Pushed::Heard | Pushed::Nobody => taken(),
        Pushed::Held(held) => refused(held, "rate limited"),
    })
}

/// What every client is told, whatever came of it.
fn taken() -> Response {
    line(StatusCode::OK, "OK")
}
