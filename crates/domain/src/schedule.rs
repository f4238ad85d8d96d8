//! When a scheduler is expected: a period, a cron expression or a calendar event.

mod civil;
mod cron;
mod moments;
mod on_calendar;
mod recurrence;
mod text;

use std::fmt;

pub use cron::Cron;
pub use on_calendar::OnCalendar;
pub use recurrence::{ExpectFrom, From, GRACE_DEFAULT, NoSuchZone, Recurrence, Schedule, Zone};

/// An expression that cannot be a schedule: where it goes wrong, and why.
///
/// Shown as `at character 5: minute 61 is above 59`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadExpression {
    /// The character (counted from 1) at which reading stopped making sense.
    pub at: usize,
    /// What is wrong there, in a sentence without a full stop, quoting at most 40 characters of the input.
    pub reason: String,
}

impl fmt::Display for BadExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: {}", self.at, self.reason)
    }
}

impl std::error::Error for BadExpression {}
