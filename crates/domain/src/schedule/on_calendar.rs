//! systemd's calendar events (`OnCalendar=`), and when they are due next.
//!
//! The syntax is that of systemd 252 with two exceptions: fractions of a second and single moments (`@1800000000`)
//! are refused. Each wall time happens once: one that a gap swallows is skipped, one that a fold repeats is taken on
//! the first pass, as a running timer takes it.

mod chain;
mod dates;
mod parse;

use std::fmt;

use dates::Dates;
use jiff::tz::TimeZone;

use super::BadExpression;
use super::civil::{Bits, Calendar, Month, Times};
use super::moments::{InGap, once_a_wall_time};
use crate::time::{Duration, Instant};

/// A calendar event that can fire in some year from 1970 to 2199, which is as far as systemd looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnCalendar {
    text: String,
    dates: Dates,
    times: Times,
    /// The zone named in the expression itself.
    zone: Option<TimeZone>,
}

impl OnCalendar {
    /// Reads `[weekdays] [[year-]month-day] [hour:minute[:second]] [zone]` or a shorthand such as `daily`; at most
    /// 255 characters.
    ///
    /// Refused is also what can never fire, such as `*-02-30`; the refusal then points at the day. What is merely
    /// over, such as `2025-01-01`, is read.
    ///
    /// ```
    /// use domain::schedule::OnCalendar;
    /// assert_eq!(OnCalendar::parse("Mon..Fri 04:30").unwrap().to_string(), "Mon..Fri 04:30");
    /// assert_eq!(OnCalendar::parse("4:61").unwrap_err().to_string(), "at character 3: minute 61 is above 59");
    /// ```
    pub fn parse(text: &str) -> Result<Self, BadExpression> {
        parse::parse(text)
    }

    /// The first occurrence strictly after this instant, on a whole second; none after the year 2199.
    ///
    /// A zone named in the expression takes the place of `zone`.
    pub fn next_after(&self, after: Instant, zone: &TimeZone) -> Option<Instant> {
        let zone = self.zone.as_ref().unwrap_or(zone);
        // No year before 1970 matches: start there rather than search through all of history.
        let after = after.max(Instant::from_seconds(-1));
        once_a_wall_time(self, InGap::IsSkipped, after, zone)
    }

    /// How long it is from this slot to the occurrence after it.
    pub fn gap_after(&self, slot: Instant, zone: &TimeZone) -> Option<Duration> {
        self.next_after(slot, zone).map(|next| next.since(slot))
    }
}

/// The expression as it was given.
impl fmt::Display for OnCalendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Calendar for OnCalendar {
    fn days_in(&self, month: Month) -> Bits {
        self.dates.days_in(month)
    }

    fn times(&self) -> &Times {
        &self.times
    }
}
