//! The wall clock: read here and nowhere else in this crate.
//!
//! Durations are never taken from it (it may step); those use the monotonic clock where they are measured.

use jiff::Timestamp;

pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// As the contract writes instants: RFC 3339 in UTC with milliseconds.
pub(crate) fn text(instant: Timestamp) -> String {
    format!("{instant:.3}")
}
