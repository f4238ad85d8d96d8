//! Five-field cron expressions, and when they are due next.
//!
//! The dialect is Debian cron's with `L`, `LW`, `nL` and `n#k`, and the nicknames. There are no seconds, no years and
//! nothing that depends on the machine's boot. A job at fixed times runs once for each wall time; a job whose minute
//! or hour field begins with `*` runs by real time.

mod days;
mod field;
mod parse;

use std::fmt;

use days::Days;
use jiff::tz::TimeZone;

use super::BadExpression;
use super::civil::{Bits, Calendar, Month, Times};
use super::moments::{InGap, by_real_time, once_a_wall_time};
use crate::time::{Duration, Instant};

/// A cron expression that can fire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    text: String,
    times: Times,
    days: Days,
    /// Whether neither the minute nor the hour field begins with `*`.
    at_fixed_times: bool,
}

impl Cron {
    /// Reads `minute hour day-of-month month day-of-week`, or a nickname such as `@daily`; at most 255 characters.
    ///
    /// Refused is also what can never fire, such as `0 0 31 2 *`; the refusal then points at the day of month.
    ///
    /// ```
    /// use domain::schedule::Cron;
    /// assert_eq!(Cron::parse("30 4 * * MON-FRI").unwrap().to_string(), "30 4 * * MON-FRI");
    /// assert_eq!(Cron::parse("61 4 * * *").unwrap_err().to_string(), "at character 1: minute 61 is above 59");
    /// ```
    pub fn parse(text: &str) -> Result<Self, BadExpression> {
        parse::parse(text)
    }

    /// The first occurrence strictly after this instant, on a whole second; none after [`Instant::MAX`].
    ///
    /// A job at fixed times that a spring gap would swallow runs at the first minute after the gap, and in an autumn
    /// fold on the first pass only. What runs by real time gets nothing extra in a gap and both passes of a fold; it
    /// can so be without any occurrence, if a zone's gap swallows it every year.
    pub fn next_after(&self, after: Instant, zone: &TimeZone) -> Option<Instant> {
        if self.at_fixed_times {
            once_a_wall_time(self, InGap::RunsAfter, after, zone)
        } else {
            by_real_time(self, after, zone)
        }
    }

    /// How long it is from this slot to the occurrence after it.
    pub fn gap_after(&self, slot: Instant, zone: &TimeZone) -> Option<Duration> {
        self.next_after(slot, zone).map(|next| next.since(slot))
    }
}

/// The expression as it was given.
impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Calendar for Cron {
    fn days_in(&self, month: Month) -> Bits {
        self.days.days_in(month)
    }

    fn times(&self) -> &Times {
        &self.times
    }
}
