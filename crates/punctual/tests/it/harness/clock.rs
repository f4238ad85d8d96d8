//! The wall clock, read in one place. Only figures come of it, and bounds that are far from them.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "real processes keep real time, and are measured by it")]
pub(crate) fn now_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    i64::try_from(since.as_millis()).expect("a clock before the end of time")
}

/// The milliseconds of an instant as the server answers it.
pub(crate) fn millis(instant: &serde_json::Value) -> i64 {
    let text = instant.as_str().unwrap_or_else(|| panic!("no instant: {instant}"));
    text.parse::<jiff::Timestamp>().unwrap_or_else(|why| panic!("{text}: {why}")).as_millisecond()
}
