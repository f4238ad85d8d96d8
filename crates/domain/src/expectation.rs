//! When a run is expected next. Looks forward only; whether a slot was met is decided elsewhere.

use crate::schedule::{ExpectFrom, From, Recurrence, Schedule};
use crate::scheduler::State;
use crate::time::{Duration, Instant};

/// What the next slot is reckoned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Basis {
    /// The start of the newest run.
    pub(crate) newest_start: Option<Instant>,
    /// Whether a start a little early counts for the coming slot: not while a slot still waits, since then it is late
    /// for that one. A slot that was missed waits no more: else a job that is always a little early would be late for
    /// ever after one miss.
    pub(crate) early_counts: bool,
    /// Nothing is expected before this.
    pub(crate) expect_after: Instant,
    /// No slot up to this one is expected again.
    pub(crate) judged: Option<Instant>,
    /// When the last open run ended.
    pub(crate) ended_at: Option<Instant>,
}

impl Basis {
    /// What is known without any news.
    pub(crate) const fn of(state: &State) -> Self {
        Self {
            newest_start: state.newest_start,
            early_counts: true,
            expect_after: state.expect_after,
            judged: state.judged,
            ended_at: None,
        }
    }
}

/// The first slot that a run has yet to meet, or `None` where nothing is expected (yet).
pub(crate) fn expected(schedule: Option<&Schedule>, basis: &Basis) -> Option<Instant> {
    let schedule = schedule?;
    if basis.newest_start.is_none() && schedule.expect_from == ExpectFrom::FirstReport {
        return None;
    }
    match &schedule.recurrence {
        Recurrence::Every { period, from } => Some(expected_period(*period, *from, basis)),
        calendar => calendar.slot_after(calendar_floor(schedule, basis)),
    }
}

/// Whether a start at `at` makes up for slots of which `last` was the last.
pub(crate) fn meets(schedule: Option<&Schedule>, last: Instant, at: Instant) -> bool {
    at + schedule.map_or(Duration::ZERO, |schedule| schedule.early(at)) >= last
}

fn calendar_floor(schedule: &Schedule, basis: &Basis) -> Instant {
    let start = basis.newest_start.map(|start| {
        let early = if basis.early_counts { schedule.early(start) } else { Duration::ZERO };
        start + early
    });
    basis.expect_after.max(start.unwrap_or(Instant::MIN)).max(basis.judged.unwrap_or(Instant::MIN))
}

fn expected_period(period: Duration, from: From, basis: &Basis) -> Instant {
    let start = basis.newest_start.unwrap_or(basis.expect_after).max(basis.expect_after);
    let next = match (from, basis.ended_at) {
        (From::End, Some(ended_at)) => start.max(ended_at) + period,
        // Where a run outlasts its period, the next is expected when it ends.
        (From::Start, Some(ended_at)) => (start + period).max(ended_at),
        (_, None) => start + period,
    };
    match basis.judged {
        Some(judged) if next <= judged => {
            next + period.times(judged.since(next).as_millis() / period.as_millis().max(1) + 1)
        }
        _ => next,
    }
}
