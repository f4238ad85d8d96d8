//! Uptime Kuma's push monitors: `/api/push/<token>?status=up&msg=OK&ping=12`, by any method. A push is a run of its own:
//! `up` completed, anything else failed; `ping` is how long it took in milliseconds.

use app::ingest::Message;
use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::any;
use domain::{Duration, Payload, Report, Status};
use serde::Serialize;
use serde_json::{Map, Value};

use super::arrival::Arrival;
use super::push::{Push, Pushed};
use super::{Pairs, as_it_is, bare};
use crate::error::ApiError;
use crate::state::WebState;

const DIALECT: &str = "kuma";
const PUSH: &str = "/api/push/";
/// The longest `ping`, in milliseconds.
const PING_MILLIS_MAX: f64 = 1e11;

pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/api/push/{token}", any(take))
}

async fn take(State(state): State<WebState>, arrival: Arrival) -> Response {
    let push = Push { state: &state, visit: &arrival.visit, dialect: DIALECT };
    let token = arrival.path().strip_prefix(PUSH).unwrap_or_default();
    let said = match said(&arrival.query) {
        Ok(said) => said,
        Err(problem) => {
            push.vain(None, "invalid_parameter", &app::ingest::Vain::token(token), &problem);
            return no(StatusCode::NOT_FOUND, &problem);
        }
    };
    let report = said.report(&arrival, &state);
    match push.to_token(token, &|_| Message::Report(Box::new(report.clone()))).await {
        Ok(Pushed::Heard) => as_it_is(Json(Told { ok: true, msg: None })),
        Ok(Pushed::Nobody) => no(StatusCode::NOT_FOUND, "Monitor not found or not active."),
        Ok(Pushed::Held(held)) => refused(held, "Too many requests."),
        Err(error) => refused(error, "Not taken, try again."),
    }
}

/// What a push says.
#[derive(Clone, Debug, PartialEq)]
struct Said {
    status: Status,
    message: Option<String>,
    took: Option<Duration>,
}

fn said(query: &Pairs) -> Result<Said, String> {
    let is_up = query.given("status").is_none_or(|status| status == "up");
    let status = if is_up { Status::Completed } else { Status::Failed };
    // What is no number is none, as there.
    let ping =
        query.given("ping").and_then(|ping| ping.trim().parse::<f64>().ok()).filter(|ping| !ping.is_nan());
    let took = match ping {
        Some(millis) if !(0.0..=PING_MILLIS_MAX).contains(&millis) => {
            return Err(format!("Invalid ping value. Must be between 0 and {PING_MILLIS_MAX} ms."));
        }
        millis => millis.map(|millis| Duration::from_millis(millis.round() as i64)),
    };
    Ok(Said { status, message: query.given("msg").map(str::to_owned), took })
}

impl Said {
    fn report(self, arrival: &Arrival, state: &WebState) -> Report {
        let has_failed = self.status == Status::Failed;
        let error = has_failed.then(|| self.message.clone().unwrap_or_else(|| "down".to_owned()));
        let noted = self.message.filter(|_| !has_failed);
        let metadata = noted.map(|text| Map::from_iter([("message".to_owned(), Value::from(text))]));
        let origin = Some(Box::new(arrival.origin(DIALECT, state)));
        let payload = Payload { origin, ..Payload::bounded(error, metadata) };
        Report { execution_time: self.took, ..bare(self.status, arrival.received_at(), payload) }
    }
}

/// An answer, its fields in Kuma's order.
#[derive(Serialize)]
struct Told<'a> {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    msg: Option<&'a str>,
}

fn no(status: StatusCode, message: &str) -> Response {
    as_it_is((status, Json(Told { ok: false, msg: Some(message) })))
}

/// With when to come back.
fn refused(error: impl Into<ApiError>, message: &str) -> Response {
    super::refused_as(error, Json(Told { ok: false, msg: Some(message) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Said, String> {
        said(&Pairs::parse(Some(query)))
    }

    #[test]
    fn up_is_what_says_so_or_says_nothing() {
        for query in ["", "status=up", "status=", "msg=OK&ping="] {
            assert_eq!(read(query).map(|said| said.status), Ok(Status::Completed), "{query}");
        }
        for query in ["status=down", "status=UP", "status=pending"] {
            assert_eq!(read(query).map(|said| said.status), Ok(Status::Failed), "{query}");
        }
    }

    #[test]
    fn a_ping_is_milliseconds_within_bounds_or_none() {
        for (query, took) in [
            ("ping=12.5", Some(13)),
            ("ping=0", Some(0)),
            ("ping=100000000000", Some(100_000_000_000)),
            ("ping=", None),
            ("ping=fast", None),
            ("ping=NaN", None),
        ] {
            assert_eq!(read(query).map(|said| said.took), Ok(took.map(Duration::from_millis)), "{query}");
        }
        for query in ["ping=-1", "ping=100000000001", "ping=inf"] {
            let problem = read(query).expect_err(query);
            assert_eq!(problem, "Invalid ping value. Must be between 0 and 100000000000 ms.");
        }
    }
}
