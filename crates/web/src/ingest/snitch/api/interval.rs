//! An interval as Dead Man's Snitch judges it: the clock is cut into pieces of that length, and each must hold a check-in.
//! For us that is a slot at the beginning of each piece, whose grace is the piece. A week begins on Monday, all in UTC.

use domain::schedule::{Cron, ExpectFrom, Recurrence, Zone};
use domain::{Duration, Schedule};

/// The words of intervals, the slots of each, and how long a piece is; of months, the longest.
const INTERVALS: [(&str, &str, Duration); 6] = [
    ("15_minute", "*/15 * * * *", Duration::MINUTE.times(15)),
    ("30_minute", "*/30 * * * *", Duration::MINUTE.times(30)),
    ("hourly", "0 * * * *", Duration::HOUR),
    ("daily", "0 0 * * *", Duration::DAY),
    ("weekly", "0 0 * * 1", Duration::DAY.times(7)),
    ("monthly", "0 0 1 * *", Duration::DAY.times(31)),
];

/// The schedule of an interval; what is wrong with the word, where it is none.
pub(super) fn schedule(word: &str) -> Result<Schedule, String> {
    let known = INTERVALS.iter().find(|(name, ..)| *name == word).ok_or_else(|| {
        let words: Vec<&str> = INTERVALS.iter().map(|(name, ..)| *name).collect();
        format!("must be one of {}, was '{}'", words.join(", "), domain::time::shorten(word, 40))
    });
    let (_, slots, piece) = known?;
    let expression = Cron::parse(slots).map_err(|bad| bad.to_string())?;
    let recurrence = Recurrence::Cron { expression, timezone: Zone::utc() };
    let (grace, early) = (Some(*piece), Some(Duration::ZERO));
    Ok(Schedule { recurrence, grace, early, expect_from: ExpectFrom::FirstReport })
}

/// The word of a schedule: its own, else that of the shortest piece that its period fits in; none where it has none.
pub(super) fn word(schedule: &Schedule) -> Option<&'static str> {
    let fits =
        |length: Duration| INTERVALS.iter().find(|(.., piece)| length <= *piece).map(|(name, ..)| *name);
    match &schedule.recurrence {
        Recurrence::Every { period, .. } => fits(*period),
        Recurrence::Cron { expression, .. } => {
            let text = expression.to_string();
            INTERVALS.iter().find(|(_, slots, _)| *slots == text).map(|(name, ..)| *name)
        }
        Recurrence::OnCalendar { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use domain::schedule::From;

    use super::*;

    #[test]
    fn every_interval_is_a_schedule_and_is_found_again() {
        for (name, _, piece) in INTERVALS {
            let schedule = schedule(name).expect(name);
            assert_eq!((word(&schedule), schedule.grace()), (Some(name), piece));
        }
        let problem = schedule("yearly").expect_err("unknown");
        assert_eq!(
            problem,
            "must be one of 15_minute, 30_minute, hourly, daily, weekly, monthly, was 'yearly'"
        );
    }

    #[test]
    fn a_schedule_of_our_own_is_called_by_the_interval_that_it_fits_in() {
        for (hours, name) in [(1, Some("hourly")), (8, Some("daily")), (24, Some("daily")), (24 * 300, None)]
        {
            let period = Duration::HOUR.times(hours);
            let schedule = Schedule::new(Recurrence::Every { period, from: From::Start });
            assert_eq!(word(&schedule), name, "{hours} hours");
        }
    }
}
