//! What jobs say in other words than our API's: pings, and the clients of other products. One module a dialect; each
//! reads its own wire, hands what it read to `app::ingest`, and answers as its clients expect. Here is what all of them
//! share: how a message came in, how much of a body is kept, what a job's own words become in a report.
//!
//! Whatever is refused is counted for the project's people ([`app::ingest::Vain`]): most senders are told nothing.

mod arrival;
mod basic;
mod better_stack;
mod body;
mod check;
mod cronitor;
mod gatus;
mod healthchecks;
mod kuma;
mod manage;
mod origin;
mod ping;
mod push;
mod query;
pub mod sentry;
mod snitch;
mod watchdog;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{Instant, Payload, Report, Status};

use crate::chassis::OwnShape;
use crate::error::ApiError;
use crate::settings::Prefix;
use crate::state::WebState;

pub(crate) use body::{Kept, kept};
pub(crate) use origin::origin;
pub(crate) use query::Pairs;

/// Most characters of what a job printed that stand in for an error message it did not give.
const ERROR_TAIL_CHARS: usize = 1000;

/// The routes of all dialects. They stand beside the API, and bear no key of it.
pub(crate) fn routes(prefix: &Prefix) -> Router<WebState> {
    ping::routes()
        .merge(kuma::routes())
        .merge(gatus::routes())
        .merge(snitch::routes())
        .merge(better_stack::routes())
        .merge(watchdog::routes())
        .merge(cronitor::routes())
        .merge(sentry::routes())
        .merge(healthchecks::routes(prefix))
}

/// A report that says nothing but a status.
pub(crate) const fn bare(status: Status, received_at: Instant, payload: Payload) -> Report {
    Report {
        status,
        run_id: None,
        report_id: None,
        timestamp: None,
        sent_at: None,
        received_at,
        execution_time: None,
        exit_code: None,
        service_name: None,
        job_name: None,
        payload,
        output: None,
    }
}

/// With what the job printed. A failure that gave no message is told by the end of it.
pub(crate) fn printed(report: Report, kept: &Kept) -> Report {
    let mut report = report.printing(&kept.bytes, kept.bytes.len());
    if kept.is_cut && !report.payload.cut.iter().any(|field| field == "output") {
        report.payload.cut.push("output".to_owned());
    }
    let is_untold = report.status == Status::Failed && report.payload.error_message.is_none();
    if let Some(output) = report.output.as_ref().filter(|_| is_untold) {
        report.payload.error_message = Some(output.tail(ERROR_TAIL_CHARS)).filter(|tail| !tail.is_empty());
    }
    report
}

/// An answer of a dialect: as it is, also where it is an error.
pub(crate) fn as_it_is(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.extensions_mut().insert(OwnShape);
    response
}

/// The news that we could not take it, in plain words, with when to come back.
pub(crate) fn refused(error: impl Into<ApiError>, text: &'static str) -> Response {
    refused_as(error, text)
}

/// The news that we could not take it, in a dialect's own words, with when to come back.
pub(crate) fn refused_as(error: impl Into<ApiError>, words: impl IntoResponse) -> Response {
    let error = error.into();
    let mut response = as_it_is((error.status, words));
    for (name, value) in error.into_response().headers() {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    response
}

/// An answer of one line of text, without a newline.
pub(crate) fn line(status: StatusCode, text: &'static str) -> Response {
    as_it_is((status, text))
}

/// A part of a path as it is meant.
pub(crate) fn decoded(part: &str) -> String {
    percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned()
}

/// The answer to a method that carries no message.
pub(crate) fn not_allowed() -> Response {
    let mut response = StatusCode::METHOD_NOT_ALLOWED.into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET,HEAD,POST"));
    response
}
