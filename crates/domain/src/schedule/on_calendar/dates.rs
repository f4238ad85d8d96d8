//! Which dates a calendar event means: years, months, days and weekdays, all of which must match.
//!
//! Reads no text; [`parse`](super::parse) fills these in.

use jiff::civil::Date;

use crate::schedule::civil::{Bits, Month, bits, has_bit};

/// The years systemd knows.
pub(super) const YEARS: std::ops::RangeInclusive<i16> = 1970..=2199;

/// The date part of a calendar event, weekdays included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dates {
    pub(super) years: Years,
    pub(super) months: Bits,
    pub(super) days: Bits,
    /// Whether days are counted from the end of the month (`~`), 1 being the last.
    pub(super) from_end: bool,
    /// Bit 0 for Sunday.
    pub(super) weekdays: Bits,
}

impl Dates {
    /// Every day there is.
    pub(super) fn every_day() -> Self {
        Self {
            years: Years::all(),
            months: bits(1, 12, 1),
            days: bits(1, 31, 1),
            from_end: false,
            weekdays: bits(0, 6, 1),
        }
    }

    pub(super) fn days_in(&self, month: Month) -> Bits {
        if !has_bit(self.months, month.number) || !self.years.has(month.year) {
            return 0;
        }
        let days = if self.from_end { counted_from_end(self.days, month) } else { self.days };
        days & month.all() & month.on_weekdays(self.weekdays)
    }

    /// Whether there is such a day in any year.
    pub(super) fn ever(&self) -> bool {
        let mut months = YEARS.flat_map(|year| (1..=12).map(move |month| Date::new(year, month, 1)));
        months.any(|first| first.is_ok_and(|first| self.days_in(Month::of(first)) != 0))
    }
}

/// Turns the nth last day into the day of the month: bit n moves to bit `length + 1 - n`.
fn counted_from_end(days: Bits, month: Month) -> Bits {
    days.reverse_bits() >> (62 - month.length)
}

/// A set of the years from 1970 to 2199.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Years([Bits; 4]);

impl Years {
    pub(super) fn all() -> Self {
        YEARS.collect()
    }

    fn has(&self, year: i16) -> bool {
        place(year).is_some_and(|(word, bit)| has_bit(self.0[word], bit))
    }
}

/// Other years than those of the set fall out.
impl FromIterator<i16> for Years {
    fn from_iter<I: IntoIterator<Item = i16>>(years: I) -> Self {
        let mut set = Self::default();
        for (word, bit) in years.into_iter().filter_map(place) {
            set.0[word] |= 1 << bit;
        }
        set
    }
}

fn place(year: i16) -> Option<(usize, u32)> {
    let index = u32::try_from(year - YEARS.start()).ok().filter(|_| YEARS.contains(&year))?;
    Some(((index / 64) as usize, index % 64))
}
