//! Which days of a month a cron expression means: its day-of-month, month and day-of-week fields together.
//!
//! Reads no text; [`parse`](super::parse) fills these in.

use crate::schedule::civil::{Bits, Month, has_bit};

/// The days of the three day fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) months: Bits,
    pub(super) of_month: MonthDays,
    pub(super) of_week: WeekDays,
    /// Whether one of the two day fields begins with `*`: then a day must match both, otherwise either will do.
    pub(super) both: bool,
}

impl Days {
    pub(super) fn days_in(&self, month: Month) -> Bits {
        if !has_bit(self.months, month.number) {
            return 0;
        }
        let (of_month, of_week) = (self.of_month.days_in(month), self.of_week.days_in(month));
        if self.both { of_month & of_week } else { of_month | of_week }
    }

    /// Whether some month of some year has such a day.
    pub(super) fn ever(&self) -> bool {
        (1..=12).flat_map(Month::shapes).any(|month| self.days_in(month) != 0)
    }
}

/// The day-of-month field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MonthDays {
    pub(super) plain: Bits,
    /// `L`: the last day of the month.
    pub(super) last: bool,
    /// `LW`: the last day from Monday to Friday.
    pub(super) last_working: bool,
}

impl MonthDays {
    fn days_in(&self, month: Month) -> Bits {
        let mut days = self.plain & month.all();
        if self.last {
            days |= 1 << month.length;
        }
        if self.last_working {
            days |= 1 << last_working_day(month);
        }
        days
    }
}

fn last_working_day(month: Month) -> u32 {
    match (month.first_weekday + month.length - 1) % 7 {
        0 => month.length - 2,
        6 => month.length - 1,
        _ => month.length,
    }
}

/// The day-of-week field: sets of weekdays, bit 0 for Sunday.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct WeekDays {
    /// `n#k`: the weekdays meant in the first seven days of the month, in the next seven, and so on. A weekday
    /// without `#` is in all five.
    pub(super) weeks: [Bits; 5],
    /// `nL`: the weekdays meant in the last seven days.
    pub(super) last: Bits,
}

impl WeekDays {
    /// Adds these weekdays in every week.
    pub(super) fn add(&mut self, weekdays: Bits) {
        for week in &mut self.weeks {
            *week |= weekdays;
        }
    }

    fn days_in(&self, month: Month) -> Bits {
        let mut days = month.on_weekdays_from(month.length - 6, self.last);
        for (week, weekdays) in (0..).zip(self.weeks) {
            days |= month.on_weekdays_from(1 + 7 * week, weekdays);
        }
        days & month.all()
    }
}
