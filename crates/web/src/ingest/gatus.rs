//! Gatus' external endpoints: `POST /api/v1/endpoints/<group>_<name>/external?success=true` with a bearer token. The
//! token is the scheduler's alias or ping id, or the project's ping key, or an API key that may report; the key in the
//! address names the scheduler. What is wrong is said in Gatus' order and words.

mod duration;
mod key;

use app::ingest::{Address, Found, Message, Place, Vain};
use app::{AppError, AppResult, Caller};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use axum::routing::post;
use domain::{Duration, Payload, Rejection, Report, Status};
use serde_json::Value;

use super::arrival::Arrival;
use super::push::{Push, Pushed};
use super::{as_it_is, bare, kept, line, refused};
use crate::state::WebState;

const DIALECT: &str = "gatus";
const BODY_BYTES_MAX: usize = 64 * 1024;
const PATH: &str = "/api/v1/endpoints/";

pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/api/v1/endpoints/{key}/external", post(take))
}

async fn take(State(state): State<WebState>, arrival: Arrival, body: Body) -> Response {
    let body = kept(body, BODY_BYTES_MAX).await.bytes;
    answer(&state, &arrival, &body).await.unwrap_or_else(|error| refused(error, "not taken, try again"))
}

async fn answer(state: &WebState, arrival: &Arrival, body: &[u8]) -> AppResult<Response> {
    let push = Push { state, visit: &arrival.visit, dialect: DIALECT };
    let success = match arrival.query.get("success") {
        Some("true") => true,
        Some("false") => false,
        _ => return Ok(line(StatusCode::BAD_REQUEST, "missing or invalid success query parameter")),
    };
    let token = match bearer(arrival) {
        Ok(token) => token,
        Err(problem) => return Ok(line(StatusCode::UNAUTHORIZED, problem)),
    };
    let name = arrival.after(PATH).first().copied().unwrap_or_default();
    let place = match find(push, token, name).await? {
        Ok(place) => place,
        Err(refusal) => return Ok(refusal),
    };
    let took = match arrival.query.given("duration").map(duration::read).transpose() {
        Ok(took) => took,
        Err(problem) => {
            push.vain(Some(&place.key.project), "invalid_parameter", name, &problem);
            return Ok(as_it_is((StatusCode::BAD_REQUEST, format!("invalid duration: {problem}"))));
        }
    };
    let report = report(state, arrival, success, took, body);
    Ok(match push.to_place(place, &|_| Message::Report(Box::new(report.clone()))).await? {
        Pushed::Heard => as_it_is(StatusCode::OK),
        Pushed::Nobody => line(StatusCode::NOT_FOUND, "not found"),
        Pushed::Held(held) => refused(held, "rate limited"),
    })
}

fn bearer(arrival: &Arrival) -> Result<&str, &'static str> {
    let header = arrival.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    // A header's value loses the space at its end: `Bearer ` arrives as `Bearer`.
    let token = match header.and_then(|value| value.strip_prefix("Bearer")) {
        Some("") => "",
        Some(rest) if rest.starts_with(' ') => rest.trim(),
        _ => return Err("invalid Authorization header"),
    };
    if token.is_empty() { Err("bearer token must not be empty") } else { Ok(token) }
}

/// Whom a token and a key mean together.
async fn find(push: Push<'_>, token: &str, name: &str) -> AppResult<Result<Place, Response>> {
    if let Err(held) = push.admit(token) {
        return Ok(Err(refused(held, "rate limited")));
    }
    // The token may be a key of the project: that it is nobody's alias is no guess yet.
    if let Found::One(place) = push.state.app().place(super::push::token(token)).await? {
        push.state.attempts().succeeded(token);
        return Ok(if is_named(push, name, &place).await? {
            Ok(place)
        } else {
            Err(unknown(push, None, name))
        });
    }
    let caller = match push.sender(token).await {
        Ok(Some(caller)) => caller,
        Ok(None) => {
            let sample =
                "a result came with a token that is no alias, no ping key and no API key that may report";
            push.vain(None, "invalid_token", &Vain::token(token), sample);
            return Ok(Err(line(StatusCode::UNAUTHORIZED, "invalid token")));
        }
        Err(held) => return Ok(Err(refused(held, "rate limited"))),
    };
    Ok(match push.state.app().place(Address::Slug(caller.project.clone(), name.to_owned())).await? {
        Found::One(place) if caller.reaches(&place.config.service_name) => Ok(place),
        Found::One(_) => Err(forbidden(push, &caller, name)),
        Found::None | Found::Several => Err(unknown(push, Some(&caller), name)),
    })
}

/// Whether a key means the scheduler of a token. What is known of a token may be older than what the scheduler is called.
async fn is_named(push: Push<'_>, name: &str, place: &Place) -> AppResult<bool> {
    if key::names(name, &place.key.id, &place.config) {
        return Ok(true);
    }
    let someone = Caller::at_an_address(place.key.project.clone(), DIALECT);
    match push.state.app().scheduler(&someone, place.key.id.clone()).await {
        Ok(now) => Ok(key::names(name, &place.key.id, &now.scheduler.config)),
        Err(AppError::Rejected(Rejection::NotFound(_))) => Ok(false),
        Err(error) => Err(error),
    }
}

fn unknown(push: Push<'_>, caller: Option<&Caller>, name: &str) -> Response {
    let sample = "a result came for a key that names no scheduler, or none with this token: give the scheduler that slug";
    push.vain(caller.map(|caller| &caller.project), "unknown_address", name, sample);
    line(StatusCode::NOT_FOUND, "not found")
}

fn forbidden(push: Push<'_>, caller: &Caller, name: &str) -> Response {
    let sample = "a result came with an API key that is limited to other services";
    push.vain(Some(&caller.project), "forbidden", name, sample);
    line(StatusCode::UNAUTHORIZED, "invalid token")
}

fn report(state: &WebState, arrival: &Arrival, success: bool, took: Option<Duration>, body: &[u8]) -> Report {
    let status = if success { Status::Completed } else { Status::Failed };
    let told = serde_json::from_slice::<Value>(body).ok();
    let told = told.as_ref().and_then(|body| body.get("error")).and_then(Value::as_str);
    let errors: Vec<&str> =
        arrival.query.given("error").into_iter().chain(told.filter(|text| !text.is_empty())).collect();
    let error = (!success && !errors.is_empty()).then(|| errors.join("\n"));
    let origin = Some(Box::new(arrival.origin(DIALECT, state)));
    let payload = Payload { origin, ..Payload::bounded(error, None) };
    Report { execution_time: took, ..bare(status, arrival.received_at(), payload) }
}
