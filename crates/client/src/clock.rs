//! The clocks: read here and nowhere else in this crate.
//!
//! The wall clock says when something happened, and only that: it may step. How long something takes, and when
//! patience ends, comes from the monotonic one.

use std::time::Instant;

use jiff::Timestamp;

/// The wall clock.
#[expect(clippy::disallowed_methods, reason = "the one place of the client that reads the clocks")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// The monotonic clock.
#[expect(clippy::disallowed_methods, reason = "the one place of the client that reads the clocks")]
pub(crate) fn instant() -> Instant {
    Instant::now()
}

/// As the contract writes instants: RFC 3339 in UTC with milliseconds.
pub(crate) fn text(instant: Timestamp) -> String {
    format!("{instant:.3}")
}
