//! When a check went down and up: its incidents, opened and resolved; of pauses, the one in force and the end of the last
//! one if nothing came since.

use app::SchedulerView;
use app::ports::IncidentQuery;
use axum::http::StatusCode;
use axum::response::Response;
use domain::{Duration, Ended, IncidentRecord, Instant, Scheduler};
use serde::Serialize;

use super::answer::{Refusal, json};
use super::enter::Client;
use super::shown::second;
use super::{Pairs, Question};

/// Most incidents that are looked through, and pages of them.
const INCIDENTS_MAX: usize = 1000;
const PAGES_MAX: usize = 10;
/// The longest stretch that may be asked for, and the last instant, in seconds.
const SECONDS_MAX: i64 = 31_536_000;
const INSTANT_MAX: i64 = 10_000_000_000;

#[derive(Serialize)]
struct Flips {
    flips: Vec<Flip>,
}

#[derive(Serialize)]
struct Flip {
    timestamp: String,
    up: u8,
}

/// The flips of a check, newest first.
pub(super) async fn list(
    question: &Question,
    client: &Client,
    check: &SchedulerView,
) -> Result<Response, Refusal> {
    let within = Within::read(&question.query, question.state.app().now()).ok_or(Refusal::BadQuery)?;
    let mut turns = own_turns(&check.scheduler);
    for incident in incidents(question, client, &check.scheduler).await? {
        turns.extend(turns_of(&incident));
    }
    turns.retain(|(at, _)| within.holds(*at));
    turns.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    turns.dedup();
    let flips = turns.into_iter().map(|(at, up)| Flip { timestamp: second(at), up: u8::from(up) });
    Ok(json(StatusCode::OK, &Flips { flips: flips.collect() }))
}

async fn incidents(
    question: &Question,
    client: &Client,
    scheduler: &Scheduler,
) -> Result<Vec<IncidentRecord>, Refusal> {
    let mut query = IncidentQuery {
        scheduler: Some(scheduler.key.id.clone()),
        limit: INCIDENTS_MAX,
        ..IncidentQuery::default()
    };
    let mut found: Vec<IncidentRecord> = Vec::new();
    for _ in 0..PAGES_MAX {
        let page = question.state.app().incidents(&client.caller, query.clone()).await?;
        found.extend(page.items.into_iter().filter(|it| it.incarnation == scheduler.incarnation));
        query.cursor = page.next;
        if query.cursor.is_none() || found.len() >= INCIDENTS_MAX {
            break;
        }
    }
    Ok(found)
}

fn own_turns(scheduler: &Scheduler) -> Vec<(Instant, bool)> {
    let state = &scheduler.state;
    let paused = state.paused.map(|pause| pause.since);
    paused.into_iter().chain(state.resumed_at).map(|at| (at, false)).collect()
}

/// Down, and up again, or paused.
fn turns_of(incident: &IncidentRecord) -> Vec<(Instant, bool)> {
    let over = incident.over.map(|over| (over.at, over.why == Ended::Recovered));
    [(incident.opened_at, false)].into_iter().chain(over).collect()
}

/// The stretch of time that is asked for.
struct Within {
    from: Option<Instant>,
    to: Option<Instant>,
}

impl Within {
    /// Reads it from a query; `None` where it cannot be.
    fn read(query: &Pairs, now: Instant) -> Option<Self> {
        let number = |name: &str, most: i64| match query.given(name) {
            None => Some(None),
            Some(text) => text.trim().parse().ok().filter(|number| (0..=most).contains(number)).map(Some),
        };
        let (start, end) = (number("start", INSTANT_MAX)?, number("end", INSTANT_MAX)?);
        let recent = number("seconds", SECONDS_MAX)?.map(|seconds| now - Duration::from_seconds(seconds));
        Some(Self { from: start.map(Instant::from_seconds).max(recent), to: end.map(Instant::from_seconds) })
    }

    fn holds(&self, at: Instant) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at < to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Option<Within> {
        Within::read(&Pairs::parse(Some(query)), Instant::from_seconds(1000))
    }

    #[test]
    fn a_stretch_begins_with_its_first_instant_and_ends_before_its_last() {
        let within = read("start=10&end=20").expect("a stretch");
        let held: Vec<_> = [9, 10, 19, 20].map(|s| within.holds(Instant::from_seconds(s))).into();
        assert_eq!(held, [false, true, true, false]);
        let recent = read("seconds=100&color=red").expect("a stretch");
        assert!(!recent.holds(Instant::from_seconds(899)) && recent.holds(Instant::from_seconds(900)));
        assert!(read("").expect("all").holds(Instant::from_seconds(-1)));
    }

    #[test]
    fn what_is_no_number_within_its_bounds_is_refused() {
        for query in ["seconds=-1", "seconds=31536001", "start=x", "end=10000000001", "start=1.5"] {
            assert!(read(query).is_none(), "{query}");
        }
    }
}
