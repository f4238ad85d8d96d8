//! From wall times to instants: what a schedule does when a zone's clocks jump forward (a gap) or back (a fold).
//!
//! Two ways of running: once for each wall time, or by real time. Neither searches without a bound.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::civil::Calendar;
use crate::time::Instant;

/// How many wall times are tried before giving up. Each one that is not an answer lies in another gap, of which the
/// years that systemd knows hold some 230, or in the fold of the start.
const TRIES_MAX: usize = 1000;

/// How many stretches of constant offset are walked: 400 years of four changes each, as Morocco has had them, and
/// some room. Only what falls into a gap every single year, such as `* 2 * 3 0#2` in New York, comes to the end.
const STRETCHES_MAX: usize = 2000;

/// What becomes of a wall time that the clocks jump over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InGap {
    /// It happens at the first instant after the gap, as Debian's cron has it.
    RunsAfter,
    /// It does not happen, as systemd has it.
    IsSkipped,
}

/// The next instant after `after` when each wall time happens once: in a fold on the first pass only.
pub(super) fn once_a_wall_time(
    calendar: &impl Calendar,
    in_gap: InGap,
    after: Instant,
    zone: &TimeZone,
) -> Option<Instant> {
    let after = whole_second(after)?;
    let mut from = next_second(zone.to_datetime(after))?;
    for _ in 0..TRIES_MAX {
        let wall = calendar.next_wall(from, DateTime::MAX)?;
        match place(wall, in_gap, zone)? {
            Place::At(moment) if moment > after => return to_instant(moment),
            // Only in the second pass of a fold: all that the first pass showed is over, go on behind both.
            Place::At(moment) => from = end_of_fold(moment, zone)?.max(next_second(wall)?),
            Place::Nowhere { resume } => from = resume,
        }
    }
    None
}

/// The next instant after `after` by real time: nothing extra in a gap, both passes of a fold.
pub(super) fn by_real_time(calendar: &impl Calendar, after: Instant, zone: &TimeZone) -> Option<Instant> {
    let after = whole_second(after)?;
    let mut offset = zone.to_offset(after);
    let mut from = next_second(offset.to_datetime(after))?;
    let mut changes = zone.following(after);
    for _ in 0..STRETCHES_MAX {
        let change = changes.next();
        let end = change.as_ref().map_or(DateTime::MAX, |change| offset.to_datetime(change.timestamp()));
        if let Some(wall) = calendar.next_wall(from, end) {
            return to_instant(offset.to_timestamp(wall).ok()?);
        }
        let change = change?;
        offset = change.offset();
        from = offset.to_datetime(change.timestamp());
    }
    None
}

enum Place {
    At(Timestamp),
    Nowhere { resume: DateTime },
}

fn place(wall: DateTime, in_gap: InGap, zone: &TimeZone) -> Option<Place> {
    Some(match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
            Place::At(offset.to_timestamp(wall).ok()?)
        }
        AmbiguousOffset::Gap { after, .. } => {
            // Read with the later offset, a wall time inside the gap lies just before the change.
            let change = zone.following(after.to_timestamp(wall).ok()?).next()?;
            match in_gap {
                InGap::RunsAfter => Place::At(change.timestamp()),
                InGap::IsSkipped => {
                    Place::Nowhere { resume: change.offset().to_datetime(change.timestamp()) }
                }
            }
        }
    })
}

/// The wall time at which the fold that begins after this moment of its first pass is over for good.
fn end_of_fold(first_pass: Timestamp, zone: &TimeZone) -> Option<DateTime> {
    let change = zone.following(first_pass).next()?;
    Some(zone.to_offset(first_pass).to_datetime(change.timestamp()))
}

/// The last whole second that is not after this instant: all occurrences are on whole seconds.
fn whole_second(instant: Instant) -> Option<Timestamp> {
    Timestamp::from_second(instant.as_millis().div_euclid(1000)).ok()
}

fn next_second(wall: DateTime) -> Option<DateTime> {
    wall.checked_add(SignedDuration::from_secs(1)).ok()
}

/// Nothing when it is later than any instant there is.
fn to_instant(moment: Timestamp) -> Option<Instant> {
    (moment.as_millisecond() <= Instant::MAX.as_millis()).then(|| Instant::from(moment))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::schedule::civil::{Bits, Month, Times};

    /// Never has a day, and counts how often it was asked for one.
    struct Never {
        times: Times,
        asked: Cell<u32>,
    }

    impl Calendar for Never {
        fn days_in(&self, _: Month) -> Bits {
            self.asked.set(self.asked.get() + 1);
            0
        }

        fn times(&self) -> &Times {
            &self.times
        }
    }

    fn never() -> Never {
        Never { times: Times { hours: 1, minutes: 1, seconds: 1 }, asked: Cell::new(0) }
    }

    #[test]
    fn a_search_in_vain_asks_for_four_hundred_years_of_months_and_no_more() {
        for zone in ["UTC", "Europe/Riga", "Africa/Casablanca", "America/New_York"] {
            let zone = TimeZone::get(zone).expect(zone);
            for after in [Instant::MIN, Instant::default(), Instant::MAX] {
                let calendar = never();
                assert_eq!(once_a_wall_time(&calendar, InGap::RunsAfter, after, &zone), None);
                assert!(calendar.asked.get() <= 4802, "{}", calendar.asked.get());
            }
        }
    }

    #[test]
    fn a_search_by_real_time_in_vain_ends_too() {
        for zone in ["UTC", "Europe/Riga", "Africa/Casablanca", "America/New_York"] {
            let zone = TimeZone::get(zone).expect(zone);
            for after in [Instant::MIN, Instant::default(), Instant::MAX] {
                let calendar = never();
                assert_eq!(by_real_time(&calendar, after, &zone), None);
                assert!(calendar.asked.get() <= 20_000, "{}", calendar.asked.get());
            }
        }
    }
}
