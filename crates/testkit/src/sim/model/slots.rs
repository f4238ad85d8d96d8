//! Slots: which is expected, and what is said of those that passed.

use domain::schedule::{ExpectFrom, From, Recurrence, Schedule};
use domain::{Duration, Instant};

use super::{Row, Rule, Watched};
use crate::sim::words;

const HOUR: Duration = Duration::HOUR;
const GRACE: Duration = Duration::HOUR;
/// From how many slots in a row on they are recorded at most hourly.
const MANY: u32 = 10;

/// What is said of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Missed,
    Skipped,
    Maintained,
    Unobserved,
}

impl Watched {
    pub(super) fn schedule(&self) -> Option<&Schedule> {
        self.config.schedule.as_ref()
    }

    pub(super) fn is_periodic(&self) -> bool {
        self.schedule().is_some_and(|schedule| matches!(schedule.recurrence, Recurrence::Every { .. }))
    }

    /// How early a start at an instant may be: as set, else the smaller of a minute and half the gap between slots.
    pub(super) fn early(&self, at: Instant) -> Duration {
        let Some(schedule) = self.schedule() else { return Duration::ZERO };
        if let Some(early) = schedule.early {
            return early;
        }
        let first = after(schedule, at);
        let second = first.and_then(|first| after(schedule, first));
        let half = first.zip(second).map(|(first, second)| second.since(first).as_millis() / 2);
        half.map_or(Duration::MINUTE, |half| Duration::from_millis(half).min(Duration::MINUTE))
    }

    /// The first slot when it is registered, rescheduled or resumed now.
    pub(super) fn slot_from_now(&mut self) -> Option<Instant> {
        self.first_slot(self.newest.map(|(start, _)| start), true, None)
    }

    /// The first slot that a newest start at `newest` leaves: strictly after all that was, that start reaching a little
    /// further where it may count early. A period is counted from it, or from the end of the last run.
    pub(super) fn first_slot(
        &mut self,
        newest: Option<Instant>,
        counts_early: bool,
        ended: Option<Instant>,
    ) -> Option<Instant> {
        let schedule = self.schedule()?.clone();
        if newest.is_none() && schedule.expect_from == ExpectFrom::FirstReport {
            self.by(Rule::NothingIsExpectedBeforeTheFirstReport);
            return None;
        }
        if let Recurrence::Every { period, from } = schedule.recurrence {
            return Some(self.next_period(period, from, newest, ended));
        }
        let early = |start| if counts_early { self.early(start) } else { Duration::ZERO };
        let reach = newest.map(|start| start + early(start));
        after(&schedule, self.begun.max(reach.unwrap_or(self.begun)).max(self.judged.unwrap_or(self.begun)))
    }

    fn next_period(
        &mut self,
        period: Duration,
        from: From,
        newest: Option<Instant>,
        ended: Option<Instant>,
    ) -> Instant {
        let base = newest.unwrap_or(self.begun).max(self.begun);
        let mut next = base + period;
        if let Some(ended) = ended {
            if from == From::End {
                self.by(Rule::ALoopCountsFromItsEnd);
                next = base.max(ended) + period;
            } else if ended > next {
                self.by(Rule::ARunThatOutlastsItsPeriodIsExpectedWhenItEnds);
                next = ended;
            }
        }
        while self.judged.is_some_and(|judged| next <= judged) {
            next = next + period;
        }
        next
    }

    /// What is said of a slot, and when.
    fn verdict(&self, slot: Instant) -> Option<(Instant, Verdict)> {
        let ends = slot + self.schedule()?.grace.unwrap_or(GRACE);
        if self.open().next().is_some() {
            return (!self.is_periodic()).then_some((ends, Verdict::Skipped));
        }
        if self.windows.touch(slot, ends) {
            return Some((ends, Verdict::Maintained));
        }
        match self.gaps.ends(ends) {
            Some(seen) => Some((seen, Verdict::Unobserved)),
            None => Some((ends, Verdict::Missed)),
        }
    }

    /// As the evaluator does: not more often than hourly after many missed, nor what is only to be noted as skipped.
    pub(super) fn judge_slots_in_measure(&mut self) {
        let Some((due, verdict)) = self.slot.and_then(|slot| self.verdict(slot)) else { return };
        let row = self.missed.filter(|row| row.count >= MANY);
        let rests = match (verdict, row, self.judged) {
            (Verdict::Missed | Verdict::Unobserved, Some(row), _) => row.recorded + HOUR,
            (Verdict::Skipped, _, Some(judged)) => judged + HOUR,
            _ => due,
        };
        if due.max(rests) <= self.now {
            if row.is_some() && verdict == Verdict::Missed {
                self.by(Rule::ManyMissedSlotsAreRecordedHourly);
            }
            self.judge_slots(self.now);
        }
    }

    /// Says of every slot that had its time by `until` what became of it, those with one verdict together.
    pub(super) fn judge_slots(&mut self, until: Instant) {
        let passed = |model: &Self, slot| model.verdict(slot).filter(|(due, _)| *due <= until);
        while let Some(first) = self.slot {
            let Some((_, verdict)) = passed(self, first) else { return };
            let (mut last, mut count) = (first, 1);
            let mut next = self.slot_behind(first);
            while let Some(slot) = next.filter(|slot| passed(self, *slot).is_some_and(|it| it.1 == verdict)) {
                (last, count) = (slot, count + 1);
                next = self.slot_behind(slot);
            }
            self.judged(verdict, first, last, count, next);
        }
    }

    fn slot_behind(&self, slot: Instant) -> Option<Instant> {
        self.schedule().and_then(|schedule| after(schedule, slot))
    }

    fn judged(&mut self, verdict: Verdict, first: Instant, last: Instant, count: u32, next: Option<Instant>) {
        let (rule, word) = match verdict {
            Verdict::Missed => (Rule::ASlotIsMissed, "missed"),
            Verdict::Skipped => (Rule::ASlotUnderAnOpenRunIsSkipped, "skipped"),
            Verdict::Maintained => (Rule::ASlotInMaintenanceIsSkipped, "skipped"),
            Verdict::Unobserved => (Rule::ASlotNobodyCouldSeeIsUnobserved, "could not observe"),
        };
        self.by(rule);
        if verdict == Verdict::Missed {
            let before = self.missed;
            let first = before.map_or(first, |row| row.first);
            let count = before.map_or(0, |row| row.count) + count;
            self.missed = Some(Row { first, last, count, recorded: self.now });
            self.bad_mark = true;
        }
        self.judged = self.judged.max(Some(last));
        self.slot = next;
        self.say(words::slots(word, first, last, count, next));
    }

    /// The slots that a pause swallowed.
    pub(super) fn skip_paused_slots(&mut self) {
        let Some(first) = self.slot.filter(|slot| *slot <= self.now) else { return };
        let (mut last, mut count) = (first, 1);
        let mut next = self.slot_behind(first);
        while let Some(slot) = next.filter(|slot| *slot <= self.now) {
            (last, count) = (slot, count + 1);
            next = self.slot_behind(slot);
        }
        self.judged(Verdict::Skipped, first, last, count, next);
        self.by(Rule::APausedSlotIsSkipped);
    }

    /// A run showed itself at an instant: which slot is left, and does it make up for those that were missed?
    pub(super) fn show_up(&mut self, at: Instant) -> bool {
        let waits = self.slot.is_some_and(|slot| slot <= at);
        let newest = self.newest.map_or(at, |(start, _)| start.max(at));
        let before = self.slot;
        self.slot = self.first_slot(Some(newest), !waits, None);
        match before {
            Some(slot) if slot <= at => self.by(Rule::ASlotIsMetInTime),
            Some(slot) if self.slot > Some(slot) && !self.is_periodic() => {
                self.by(Rule::AnEarlyStartCountsForTheComingSlot);
            }
            _ => {}
        }
        if waits && !self.is_periodic() && self.slot.is_some_and(|slot| slot <= at + self.early(at)) {
            self.by(Rule::ALateStartIsNotEarlyForTheNext);
        }
        self.makes_up(at)
    }

    /// Whether something at an instant makes up for what was missed.
    pub(super) fn makes_up(&mut self, at: Instant) -> bool {
        let made_up = self.missed.is_some_and(|row| at + self.early(at) >= row.last);
        if made_up {
            self.by(Rule::AStartMakesUpForWhatWasMissed);
        }
        made_up
    }
}

fn after(schedule: &Schedule, at: Instant) -> Option<Instant> {
    schedule.recurrence.slot_after(at)
}
