//! What a job printed: `POST /api/logs/presign` under an API key answers an address, to which the output is put, packed by
//! gzip. It is kept as a log of the run that the series names.
//!
//! The address holds the scheduler's ping id, which is the secret at which anything may be said of it anyway: there is
//! nothing to remember, and nothing to expire. However much is packed, no more is unpacked than is kept.

use std::io::Read;

use app::AppResult;
use app::ingest::{Found, Message, Vain};
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{post, put};
use axum::{Json, Router};
use domain::{Noted, Payload, Report, RunId, Status};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::super::arrival::Arrival;
use super::super::push::{Push, Pushed};
use super::super::sentry::encoding::plain;
use super::super::{Kept, as_it_is, bare, basic, kept, printed, refused, refused_as};
use super::DIALECT;
use super::event::{PRODUCTION, named};
use super::monitor::{Name, place};
use crate::state::WebState;
use crate::wire::json;

const PATH: &str = "/cronitor/logs/";
const ASKED_BYTES_MAX: usize = 64 * 1024;
/// Most bytes that are taken of a packed output: enough for what is kept, however badly it packs.
const PACKED_BYTES_MAX: usize = 1024 * 1024;
/// How every packing by gzip begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/api/logs/presign", post(presign)).route("/cronitor/logs/{id}", put(take))
}

async fn presign(State(state): State<WebState>, arrival: Arrival, body: Body) -> Response {
    let asked = kept(body, ASKED_BYTES_MAX).await.bytes;
    let answer = presigned(&state, &arrival, &asked).await;
    answer.unwrap_or_else(|error| refused_as(error, Json(json!({ "error": "try again" }))))
}

async fn presigned(state: &WebState, arrival: &Arrival, asked: &[u8]) -> AppResult<Response> {
    let push = Push { state, visit: &arrival.visit, dialect: DIALECT };
    let key = basic::user(&arrival.headers).unwrap_or_default();
    let caller = match push.sender(&key).await {
        Ok(Some(caller)) => caller,
        Ok(None) => return Ok(no(StatusCode::FORBIDDEN, "Invalid API key")),
        Err(held) => return Ok(refused_as(held, Json(json!({ "error": "rate limited" })))),
    };
    let asked = json::parse(asked).unwrap_or_default();
    let text = |name| asked.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let (Some(job), Some(series)) = (text("job_key"), text("series")) else {
        return Ok(no(StatusCode::BAD_REQUEST, "job_key and series are required"));
    };
    let environment = text("env").filter(|name| *name != PRODUCTION).map(str::to_owned);
    let Some(found) = place(push, &caller, &Name { key: job.to_owned(), environment }).await? else {
        return Ok(no(StatusCode::NOT_FOUND, "Not found"));
    };
    let Some(id) = &found.config.ping_id else {
        return Ok(no(StatusCode::NOT_FOUND, "This monitor has no ping address: register it again"));
    };
    let series = utf8_percent_encode(series, NON_ALPHANUMERIC);
    let url = format!("{}{PATH}{id}?series={series}", arrival.site(state));
    Ok(as_it_is(Json(json!({ "url": url }))))
}

async fn take(State(state): State<WebState>, arrival: Arrival, body: Body) -> Response {
    let answer = put_at(&state, &arrival, body).await;
    answer.unwrap_or_else(|error| refused(error, "not taken, try again"))
}

async fn put_at(state: &WebState, arrival: &Arrival, body: Body) -> AppResult<Response> {
    let push = Push { state, visit: &arrival.visit, dialect: DIALECT };
    let id = arrival.after(PATH).first().copied().unwrap_or_default();
    let found = match push.find(id).await? {
        Ok(Found::One(place)) => place,
        Ok(Found::None | Found::Several) => {
            push.unknown(id);
            return Ok(no(StatusCode::NOT_FOUND, "Not found"));
        }
        Err(held) => return Ok(refused(held, "rate limited")),
    };
    let packed = kept(body, PACKED_BYTES_MAX).await;
    let output = match unpacked(packed, state.settings().ping_body_limit) {
        Ok(output) => output,
        Err(problem) => {
            push.vain(Some(&found.key.project), "unreadable_logs", &Vain::token(id), &problem);
            return Ok(no(StatusCode::BAD_REQUEST, &problem));
        }
    };
    let payload = Payload { origin: Some(Box::new(arrival.origin(DIALECT, state))), ..Payload::default() };
    let run_id = arrival.query.given("series").map(named).map(RunId::trusted);
    let report = Report { run_id, ..bare(Status::Pending, arrival.received_at(), payload) };
    let report = printed(report, &output);
    Ok(match push.to_place(found, &|_| Message::Note(Box::new(report.clone()), Noted::Log)).await? {
        Pushed::Heard => as_it_is(StatusCode::OK),
        Pushed::Nobody => no(StatusCode::NOT_FOUND, "Not found"),
        Pushed::Held(held) => refused(held, "rate limited"),
    })
}

/// The first `most` bytes of an output. One that is not packed is taken as it is.
fn unpacked(packed: Kept, most: usize) -> Result<Kept, String> {
    if !packed.bytes.starts_with(&GZIP) {
        let is_cut = packed.is_cut || packed.bytes.len() > most;
        let bytes = packed.bytes.into_iter().take(most).collect();
        return Ok(Kept { bytes, is_cut });
    }
    let room = most as u64 + 1;
    let unpacked = plain("gzip", &packed.bytes, room).map_err(|bad| bad.to_string())?;
    let mut bytes = Vec::new();
    let read = unpacked.take(room).read_to_end(&mut bytes);
    // What was cut off while it was packed ends too early, and is worth keeping as far as it goes.
    if let Err(bad) = read
        && (bytes.is_empty() || !packed.is_cut)
    {
        return Err(format!("the output cannot be unpacked as gzip: {bad}"));
    }
    let is_cut = packed.is_cut || bytes.len() > most;
    bytes.truncate(most);
    Ok(Kept { bytes, is_cut })
}

fn no(status: StatusCode, problem: &str) -> Response {
    as_it_is((status, Json(json!({ "error": problem }))))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).expect("packed");
        encoder.finish().expect("packed")
    }

    fn read(bytes: Vec<u8>) -> Result<(usize, bool), String> {
        unpacked(Kept { bytes, is_cut: false }, 100).map(|output| (output.bytes.len(), output.is_cut))
    }

    #[test]
    fn an_output_is_unpacked_as_far_as_it_is_kept() {
        assert_eq!(read(packed(b"hello")), Ok((5, false)));
        assert_eq!(read(packed(&[b'x'; 100])), Ok((100, false)));
        assert_eq!(read(packed(&[b'x'; 101])), Ok((100, true)));
        assert_eq!(read(packed(&vec![0; 50_000_000])), Ok((100, true)));
        assert_eq!(read(b"plain text".to_vec()), Ok((10, false)));
        assert_eq!(read(Vec::new()), Ok((0, false)));
    }

    #[test]
    fn an_output_that_is_broken_is_refused_unless_it_was_cut_here() {
        let whole = packed(&(0..20).collect::<Vec<u8>>());
        let half = whole[..whole.len() - 9].to_vec();
        assert!(read(half.clone()).expect_err("broken").starts_with("the output cannot be unpacked as gzip"));
        let cut = unpacked(Kept { bytes: half, is_cut: true }, 100).expect("kept");
        assert!(cut.is_cut && !cut.bytes.is_empty());
        assert!(read(vec![0x1f, 0x8b, 0, 0]).is_err());
    }
}
