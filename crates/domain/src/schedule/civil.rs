//! The search over wall-clock time that every calendar schedule shares: months as bit sets of days, days as bit
//! sets of hours, minutes and seconds.
//!
//! Knows no time zone: which of these wall times exist, and when, is settled in [`moments`](super::moments).

use jiff::civil::{Date, DateTime, Time};

/// The Gregorian calendar repeats itself, weekdays included, after 400 years: what has not come by then never will.
const MONTHS_MAX: usize = 400 * 12 + 1;

/// The days of a month or the parts of a time, bit n for number n.
pub(super) type Bits = u64;

/// The first number of the set at or above `from`.
pub(super) fn next_bit(set: Bits, from: u32) -> Option<u32> {
    let rest = set.checked_shr(from)?;
    (rest != 0).then(|| from + rest.trailing_zeros())
}

/// Whether the set has this number.
pub(super) fn has_bit(set: Bits, number: u32) -> bool {
    next_bit(set, number) == Some(number)
}

/// All numbers from `first` to `last` (below 64), `step` apart; a step of nought is one.
pub(super) fn bits(first: u32, last: u32, step: u32) -> Bits {
    (first..=last).step_by(step.max(1) as usize).fold(0, |set, number| set | 1 << number)
}

/// A wall-clock schedule: the days it names in a month, and its times on each of them.
pub(super) trait Calendar {
    /// The days of this month that match, bit n for the nth.
    fn days_in(&self, month: Month) -> Bits;

    /// The times of each matching day.
    fn times(&self) -> &Times;

    /// The first matching wall time at or after `from` and before `end`, looking 400 years ahead.
    fn next_wall(&self, from: DateTime, end: DateTime) -> Option<DateTime> {
        let mut month = Month::of(from.date());
        let mut days = self.days_in(month);
        let today = u32::from(from.day().unsigned_abs());
        if has_bit(days, today)
            && let Some(time) = self.times().at_or_after(from.time())
        {
            return Some(from.date().to_datetime(time)).filter(|wall| *wall < end);
        }
        let mut earliest = today + 1;
        for _ in 0..MONTHS_MAX {
            if let Some(day) = next_bit(days, earliest) {
                return Some(month.day(day)?.to_datetime(self.times().first()?)).filter(|wall| *wall < end);
            }
            month = month.following();
            if month.begins_after(end.date()) {
                return None;
            }
            days = self.days_in(month);
            earliest = 1;
        }
        None
    }
}

/// A month of a year, with what decides about its days: how many there are and on which weekday they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Month {
    pub(super) year: i16,
    /// 1 for January.
    pub(super) number: u32,
    pub(super) length: u32,
    /// The weekday of its first day, 0 for Sunday.
    pub(super) first_weekday: u32,
}

impl Month {
    pub(super) fn of(date: Date) -> Self {
        let first = date.first_of_month();
        Self {
            year: first.year(),
            number: u32::from(first.month().unsigned_abs()),
            length: u32::from(first.days_in_month().unsigned_abs()),
            first_weekday: u32::from(first.weekday().to_sunday_zero_offset().unsigned_abs()),
        }
    }

    pub(super) fn following(self) -> Self {
        let (year, number) =
            if self.number == 12 { (self.year + 1, 1) } else { (self.year, self.number + 1) };
        let first_weekday = (self.first_weekday + self.length) % 7;
        Self { year, number, length: length(year, number), first_weekday }
    }

    /// Every form this month of the year takes sooner or later: February is two lengths, and all begin on any
    /// weekday. The years are stand-ins.
    pub(super) fn shapes(number: u32) -> impl Iterator<Item = Self> {
        [2023, 2024].into_iter().flat_map(move |year| {
            (0..7).map(move |first_weekday| Self {
                year,
                number,
                length: length(year, number),
                first_weekday,
            })
        })
    }

    /// All days there are in this month.
    pub(super) fn all(self) -> Bits {
        bits(1, self.length, 1)
    }

    /// The days on such weekdays, bit 0 for Sunday.
    pub(super) fn on_weekdays(self, weekdays: Bits) -> Bits {
        (0..5).fold(0, |days, week| days | self.on_weekdays_from(1 + 7 * week, weekdays))
    }

    /// Those of the seven days from day `from` on that are such weekdays; not all of them need be in the month.
    pub(super) fn on_weekdays_from(self, from: u32, weekdays: Bits) -> Bits {
        let weekday = (self.first_weekday + from - 1) % 7;
        let turned = (weekdays >> weekday) | (weekdays << (7 - weekday));
        (turned & bits(0, 6, 1)) << from
    }

    fn day(self, day: u32) -> Option<Date> {
        Date::new(self.year, self.number as i8, day as i8).ok()
    }

    fn begins_after(self, date: Date) -> bool {
        (self.year, self.number) > (date.year(), u32::from(date.month().unsigned_abs()))
    }
}

fn length(year: i16, number: u32) -> u32 {
    match number {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Times of day: every combination of these hours, minutes and seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) hours: Bits,
    pub(super) minutes: Bits,
    pub(super) seconds: Bits,
}

impl Times {
    fn first(&self) -> Option<Time> {
        self.at_or_after(Time::midnight())
    }

    /// The first of these times at or after that one, on the same day. Seconds are whole.
    fn at_or_after(&self, time: Time) -> Option<Time> {
        let [hour, minute, second] =
            [time.hour(), time.minute(), time.second()].map(|part| u32::from(part.unsigned_abs()));
        if has_bit(self.hours, hour) {
            if has_bit(self.minutes, minute)
                && let Some(second) = next_bit(self.seconds, second)
            {
                return clock(hour, minute, second);
            }
            if let Some(minute) = next_bit(self.minutes, minute + 1) {
                return clock(hour, minute, self.seconds.trailing_zeros());
            }
        }
        let hour = next_bit(self.hours, hour + 1)?;
        clock(hour, self.minutes.trailing_zeros(), self.seconds.trailing_zeros())
    }
}

fn clock(hour: u32, minute: u32, second: u32) -> Option<Time> {
    Time::new(hour as i8, minute as i8, second as i8, 0).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn months_follow_each_other_as_the_calendar_has_them() {
        let mut month = Month::of(date(1999, 1, 15));
        for _ in 0..400 * 12 {
            month = month.following();
            let first = month.day(1).expect("a date");
            assert_eq!(month, Month::of(first));
        }
    }

    #[test]
    fn the_edges_of_a_bit_set_are_in_it() {
        assert_eq!((next_bit(1 << 63, 63), next_bit(u64::MAX, 64), next_bit(0, 0)), (Some(63), None, None));
        assert_eq!(bits(50, 59, 5), 1 << 50 | 1 << 55);
    }
}
