//! What the passing of time means: slots that nobody met, runs that are silent, open for too long, or dead.

use super::Desk;
use crate::deadline::{Verdict, dead_due, overrun_due, slot_deadline, slots_due, stale_due};
use crate::event::{Abandoned, Fact, Slots};
use crate::id::RunNo;
use crate::schedule::Schedule;
use crate::scheduler::OpenRun;
use crate::time::Instant;

/// Most slots that one look counts one by one; past it the count is "at least".
const SLOTS_MAX: u32 = 10_000;
/// Most stretches of one verdict that one look records.
const STRETCHES_MAX: usize = 200;

/// How missed slots are recorded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// As time passes: at most hourly after ten in a row.
    Measured,
    /// Now: something happened that ends the row.
    EachTime,
}

pub(super) fn evaluate(desk: &mut Desk<'_>) {
    if desk.scheduler.state.paused.is_some() {
        return;
    }
    judge_slots(desk, desk.now, Pace::Measured);
    judge_runs(desk, desk.now);
}

/// Everything that had passed strictly before an instant at which a job did something, but for silence: who is heard
/// was not silent. This makes what is concluded independent of how promptly the evaluator ran.
pub(super) fn judge_before(desk: &mut Desk<'_>, at: Instant) {
    if desk.scheduler.state.paused.is_some() {
        return;
    }
    let just_before = |instant: Instant| Instant::from_millis(instant.as_millis() - 1);
    let until = just_before(at);
    // Under an open run slots were skipped up to now, even where it turns out only now that it had ended before.
    let known_open = !desk.scheduler.state.runs.is_empty();
    judge_slots(desk, if known_open { just_before(desk.now) } else { until }, Pace::EachTime);
    for run in open_runs(desk) {
        judge_runtime(desk, &run, until);
    }
}

/// Records the slots whose grace had ended by `until`.
pub(super) fn judge_slots(desk: &mut Desk<'_>, until: Instant, pace: Pace) {
    if pace == Pace::Measured && slots_due(&desk.scheduler, desk.facts).is_none_or(|due| due > until) {
        return;
    }
    for _ in 0..STRETCHES_MAX {
        let Some((verdict, slots)) = next_stretch(desk, until) else { return };
        desk.emit(match verdict {
            Verdict::Missed => Fact::SlotsMissed(slots),
            Verdict::Skipped | Verdict::Maintained => Fact::SlotsSkipped(slots),
            Verdict::Unobserved => Fact::SlotsUnobserved(slots),
        });
    }
}

/// The first slots that share one verdict and were due by `until`.
fn next_stretch(desk: &Desk<'_>, until: Instant) -> Option<(Verdict, Slots)> {
    let schedule = desk.scheduler.config.schedule.as_ref()?;
    let judge = |slot| {
        slot_deadline(&desk.scheduler, desk.facts, slot).filter(|(due, _)| *due <= until).map(|(_, v)| v)
    };
    let first = desk.scheduler.state.expected?;
    let verdict = judge(first)?;
    let slots = stretch(schedule, first, |slot| judge(slot) == Some(verdict), until - schedule.grace());
    Some((verdict, slots))
}

/// The slots that a pause swallowed: all up to `until`, whatever their grace.
pub(super) fn skip_slots(desk: &mut Desk<'_>, until: Instant) {
    let Some(schedule) = &desk.scheduler.config.schedule else { return };
    if let Some(first) = desk.scheduler.state.expected.filter(|slot| *slot <= until) {
        let slots = stretch(schedule, first, |slot| slot <= until, until);
        desk.emit(Fact::SlotsSkipped(slots));
    }
}

/// Counts slots from `first` on while they belong; past the bound goes on after `horizon` at once.
fn stretch(
    schedule: &Schedule,
    first: Instant,
    belongs: impl Fn(Instant) -> bool,
    horizon: Instant,
) -> Slots {
    let mut slots = Slots { first, last: first, count: 1, next: schedule.recurrence.slot_after(first) };
    while let Some(next) = slots.next.filter(|slot| belongs(*slot)) {
        if slots.count >= SLOTS_MAX {
            slots.next = schedule.recurrence.slot_after(horizon.max(next));
            break;
        }
        slots.last = next;
        slots.count += 1;
        slots.next = schedule.recurrence.slot_after(next);
    }
    slots
}

/// Records what the open runs' own limits say by `until`.
pub(super) fn judge_runs(desk: &mut Desk<'_>, until: Instant) {
    for run in open_runs(desk) {
        judge_runtime(desk, &run, until);
        judge_silence(desk, &run, until);
        judge_death(desk, run.no, until);
    }
}

fn open_runs(desk: &Desk<'_>) -> Vec<OpenRun> {
    desk.scheduler.state.runs.clone()
}

fn judge_runtime(desk: &mut Desk<'_>, run: &OpenRun, until: Instant) {
    if let Some(due) = overrun_due(&desk.scheduler, desk.facts, run).filter(|due| *due <= until) {
        desk.emit(Fact::RunOverran { run: run.no, due });
    }
}

fn judge_silence(desk: &mut Desk<'_>, run: &OpenRun, until: Instant) {
    if stale_due(&desk.scheduler, desk.facts, run).is_some_and(|due| due <= until) {
        let heard_at = desk.facts.liveness.heard(run);
        desk.emit(Fact::RunWentStale { run: run.no, heard_at });
    }
}

fn judge_death(desk: &mut Desk<'_>, no: RunNo, until: Instant) {
    let due = desk.scheduler.run(no).and_then(|run| dead_due(desk.facts, run));
    if due.is_some_and(|due| due <= until) {
        judge_slots(desk, until, Pace::EachTime);
        abandon(desk, no, Abandoned::Dead);
    }
}

/// Gives a run up. Where it was the last one open, the next slot of a period is reckoned from now.
pub(super) fn abandon(desk: &mut Desk<'_>, run: RunNo, reason: Abandoned) {
    let last = desk.scheduler.state.runs.len() == 1;
    let calendar =
        desk.scheduler.config.schedule.as_ref().is_none_or(|schedule| schedule.recurrence.is_calendar());
    let expected = if last && !calendar {
        desk.expected(|basis| basis.ended_at = Some(desk.now))
    } else {
        desk.scheduler.state.expected
    };
    desk.emit(Fact::RunAbandoned { run, reason, expected });
}
