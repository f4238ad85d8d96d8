//! The order of things: what happened before what is known, and which slot a start or an outcome leaves expected.

use super::Desk;
use crate::event::Standing;
use crate::expectation::meets;
use crate::time::{Duration, Instant};

/// What takes longer than this from the job to us, or from there to the decision, was held up on the way.
pub(super) const DIRECT_MAX: Duration = Duration::from_seconds(5);

/// Whether something happened before what is already known: then it is history.
pub(super) fn is_older(desk: &Desk<'_>, at: Instant) -> bool {
    let state = &desk.scheduler.state;
    state.newest_start.max(state.settled_at).is_some_and(|known| precedes(desk, at, known))
}

/// Whether something happened before what is known. What is known to lie ahead of now was stamped by a clock that has
/// been set back since, or by another instance's: then what comes in directly is news, whatever the stamps say.
pub(super) fn precedes(desk: &Desk<'_>, at: Instant, known: Instant) -> bool {
    let stamps_lie = known > desk.now && desk.now.since(at) <= DIRECT_MAX;
    at < known && !stamps_lie
}

/// Whether a start makes up for missed slots, and which slot comes next after it.
pub(super) fn expectation_after_start(
    desk: &Desk<'_>,
    at: Instant,
    standing: Standing,
) -> (bool, Option<Instant>) {
    let state = &desk.scheduler.state;
    if standing == Standing::Old {
        return (false, state.expected);
    }
    let schedule = desk.scheduler.config.schedule.as_ref();
    let meets = state.missed.as_ref().is_some_and(|missed| meets(schedule, missed.last, at));
    let slot_unmet = state.expected.is_some_and(|slot| slot <= at);
    let expected = desk.expected(|basis| {
        basis.newest_start = newest_start(basis.newest_start, at, desk.now);
        basis.early_counts &= !slot_unmet;
    });
    (meets, expected)
}

/// The newest start once this one is known; one ahead of now, stamped by a clock since set back, gives way.
pub(super) fn newest_start(known: Option<Instant>, start: Instant, now: Instant) -> Option<Instant> {
    known.filter(|known| *known <= now).max(Some(start))
}

pub(super) fn meets_missed(desk: &Desk<'_>, at: Instant, standing: Standing) -> bool {
    let missed = desk.scheduler.state.missed.as_ref();
    standing == Standing::Current
        && missed.is_some_and(|missed| meets(desk.scheduler.config.schedule.as_ref(), missed.last, at))
}
