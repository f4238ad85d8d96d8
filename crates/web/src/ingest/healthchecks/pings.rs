//! The pings of a check: every message of its history, however it came in, newest first; and what one printed. A ping's
//! number is its message's.

use app::SchedulerView;
use app::ports::{HistoryEntry, HistoryQuery};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use domain::report::ReportFacts;
use domain::{Fact, Instant, Noted, Origin, Outcome, PingId, RunId, Status};
use serde::Serialize;

use super::super::as_it_is;
use super::answer::{Refusal, json};
use super::enter::Client;
use super::{Question, find, path};

mod duration;

use duration::{Told, durations};

/// Most pings that are listed; a body of an older one is not found.
const PINGS_MAX: usize = 1000;
/// Most pages of history that are read for them: what we concluded stands between them.
const PAGES_MAX: usize = 20;

#[derive(Serialize)]
struct Pings {
    pings: Vec<Ping>,
}

/// A ping as it is answered.
#[derive(Debug, Serialize)]
struct Ping {
    #[serde(rename = "type")]
    kind: &'static str,
    date: String,
    n: u64,
    scheme: String,
    remote_addr: String,
    method: String,
    ua: String,
    rid: Option<String>,
    body_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
}

/// The pings of a check.
pub(super) async fn list(question: &Question, client: &Client, id: &PingId) -> Result<Response, Refusal> {
    let check = find::by_id(question, client, id).await?;
    let entries = messages(question, client, &check, None).await?;
    let told: Vec<Told<'_>> = entries.iter().filter_map(told).collect();
    let lengths = durations(&told);
    let pings = entries.iter().zip(lengths).filter_map(|(entry, length)| {
        let ping = ping(question, id, entry)?;
        Some(Ping { duration: length.map(|length| (length.as_secs_f64() * 100.0).round() / 100.0), ..ping })
    });
    Ok(json(StatusCode::OK, &Pings { pings: pings.collect() }))
}

/// What the ping of a number printed, byte for byte.
pub(super) async fn body(
    question: &Question,
    client: &Client,
    id: &PingId,
    number: u64,
) -> Result<Response, Refusal> {
    let check = find::by_id(question, client, id).await?;
    let entries = messages(question, client, &check, Some(number)).await?;
    let is_meant = |entry: &&HistoryEntry| numbered(entry) == Some(number);
    let entry = entries.iter().find(is_meant).ok_or(Refusal::Missing)?;
    let queries = &question.state.app().ports().queries;
    let output = queries.output(&check.scheduler.key, entry.event.version).await?;
    let output = output.filter(|output| !output.as_bytes().is_empty()).ok_or(Refusal::Missing)?;
    let mut response = as_it_is((StatusCode::OK, output.0));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    Ok(response)
}

/// The newest messages of a check, newest first; only as far back as the one of a number, where one is looked for.
async fn messages(
    question: &Question,
    client: &Client,
    check: &SchedulerView,
    number: Option<u64>,
) -> Result<Vec<HistoryEntry>, Refusal> {
    let mut found: Vec<HistoryEntry> = Vec::new();
    if number.is_some_and(|number| number > check.scheduler.state.messages.max(check.scheduler.version)) {
        return Ok(found);
    }
    let mut query =
        HistoryQuery { from: None, to: None, status: None, system: true, limit: PINGS_MAX, cursor: None };
    for _ in 0..PAGES_MAX {
        let id = check.scheduler.key.id.clone();
        let page = question.state.app().history(&client.caller, id, &query).await?;
        let told = page.items.into_iter().filter(|entry| entry.event.fact.report().is_some());
        found.extend(told.take(PINGS_MAX - found.len()));
        query.cursor = page.next;
        let is_there = number.is_some() && found.iter().any(|entry| numbered(entry) == number);
        if query.cursor.is_none() || found.len() >= PINGS_MAX || is_there {
            break;
        }
    }
    Ok(found)
}

/// Its number; that of its event, where messages were not counted yet.
fn numbered(entry: &HistoryEntry) -> Option<u64> {
    let report = entry.event.fact.report()?;
    Some(if report.no == 0 { entry.event.version } else { report.no })
}

fn ping(question: &Question, id: &PingId, entry: &HistoryEntry) -> Option<Ping> {
    let report = entry.event.fact.report()?;
    let n = numbered(entry)?;
    // What came by our own API came by HTTP, and says no more of itself.
    let unknown = Origin { scheme: "http".to_owned(), ..Origin::default() };
    let origin = entry.payload.origin.as_deref().cloned().unwrap_or(unknown);
    let has_body = entry.payload.output_bytes > 0;
    Some(Ping {
        kind: kind(&entry.event.fact),
        date: microsecond(report.received_at),
        n,
        scheme: origin.scheme,
        remote_addr: origin.remote_addr,
        method: origin.method,
        ua: origin.user_agent,
        rid: report.run_id.as_ref().and_then(rid),
        body_url: has_body.then(|| question.url(&format!("checks/{id}/pings/{n}/body"))),
        duration: None,
    })
}

/// What a message was, in Healthchecks' words.
fn kind(fact: &Fact) -> &'static str {
    let by = |status: Status| match status {
        Status::Running => "start",
        Status::Completed => "success",
        Status::Failed => "fail",
        Status::Pending => "log",
    };
    match fact {
        Fact::RunStarted { .. } | Fact::RunRefreshed { .. } | Fact::StartFilled { .. } => "start",
        Fact::RunFinished { outcome: Outcome::Completed, .. } => "success",
        Fact::RunFinished { outcome: Outcome::Failed, .. } => "fail",
        Fact::ReportFiled { status, .. } => by(*status),
        Fact::Noted { noted: Noted::Ignored, .. } => "ign",
        _ => "log",
    }
}

/// The name of a run, where it is one that Healthchecks could have.
fn rid(run_id: &RunId) -> Option<String> {
    path::id(run_id.as_str()).map(|id| id.to_string())
}

fn told(entry: &HistoryEntry) -> Option<Told<'_>> {
    let report: &ReportFacts = entry.event.fact.report()?;
    Some(Told { kind: kind(&entry.event.fact), run_id: report.run_id.as_ref(), at: report.received_at })
}

/// An instant to the microsecond.
fn microsecond(at: Instant) -> String {
    at.to_timestamp().strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}
