//! Better Stack's heartbeats: `/api/v1/heartbeat/<token>`, with `/fail` or the command's exit code after it. Each is a run
//! of its own; the body is what the job printed.

mod api;

use app::ingest::Message;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::any;
use domain::{Payload, Report, Status};

use super::arrival::Arrival;
use super::push::{Push, Pushed};
use super::{bare, kept, line, not_allowed, printed, refused};
use crate::state::WebState;

const DIALECT: &str = "better_stack";
const PATH: &str = "/api/v1/heartbeat/";

pub(super) fn routes() -> Router<WebState> {
    Router::new()
        .route("/api/v1/heartbeat/{token}", any(take))
        .route("/api/v1/heartbeat/{token}/{outcome}", any(take))
        .merge(api::routes())
}

/// How a run ended, as the end of an address has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Alive,
    Failed,
    Exit(i64),
}

async fn take(State(state): State<WebState>, arrival: Arrival, body: Body) -> Response {
    if !arrival.is_said() {
        return not_allowed();
    }
    let body = kept(body, state.settings().ping_body_limit).await;
    let push = Push { state: &state, visit: &arrival.visit, dialect: DIALECT };
    let (token, outcome) = match arrival.after(PATH)[..] {
        [token] => (token, Some(Outcome::Alive)),
        [token, outcome] => (token, outcome_of(outcome)),
        _ => ("", None),
    };
    let Some(outcome) = outcome else {
        let sample = "what follows a heartbeat's token must be nothing, fail or an exit code";
        push.vain(None, "invalid_address", &app::ingest::Vain::token(token), sample);
        return line(StatusCode::NOT_FOUND, "Not Found");
    };
    let report = printed(report(&state, &arrival, outcome), &body);
    match push.to_token(token, &|_| Message::Report(Box::new(report.clone()))).await {
        Ok(Pushed::Heard) => line(StatusCode::OK, "OK"),
        Ok(Pushed::Nobody) => line(StatusCode::NOT_FOUND, "Not Found"),
        Ok(Pushed::Held(held)) => refused(held, "rate limited"),
        Err(error) => refused(error, "not taken, try again"),
    }
}

fn outcome_of(text: &str) -> Option<Outcome> {
    match text {
        "fail" => Some(Outcome::Failed),
        _ if text.bytes().all(|digit| digit.is_ascii_digit()) => text.parse().ok().map(Outcome::Exit),
        _ => None,
    }
}

fn report(state: &WebState, arrival: &Arrival, outcome: Outcome) -> Report {
    let (status, exit_code) = match outcome {
        Outcome::Alive => (Status::Completed, None),
        Outcome::Failed => (Status::Failed, None),
        Outcome::Exit(0) => (Status::Completed, Some(0)),
        Outcome::Exit(code) => (Status::Failed, Some(code)),
    };
    let origin = Some(Box::new(arrival.origin(DIALECT, state)));
    let payload = Payload { origin, ..Payload::default() };
    Report { exit_code, ..bare(status, arrival.received_at(), payload) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_token_is_an_outcome_or_nothing_we_know() {
        for (text, outcome) in [
            ("fail", Some(Outcome::Failed)),
            ("0", Some(Outcome::Exit(0))),
            ("137", Some(Outcome::Exit(137))),
            ("", None),
            ("ok", None),
            ("-1", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(outcome_of(text), outcome, "{text}");
        }
    }
}
