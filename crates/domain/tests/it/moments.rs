//! Instants as one says them: `mon 02:00`, `tue 02:00:05`, `sun+1w 23:59`, in UTC, in the week of 5 January 2026;
//! anything else is read as ISO 8601.

use domain::{Duration, Instant};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The instant of those words.
pub(crate) fn at(words: &str) -> Instant {
    spoken(words).or_else(|| Instant::parse(words).ok()).expect(words)
}

fn spoken(words: &str) -> Option<Instant> {
    let (day, time) = words.split_once(' ')?;
    let (day, weeks) = day.split_once('+').unwrap_or((day, "0w"));
    let weeks: i64 = weeks.strip_suffix('w')?.parse().ok()?;
    let weekday = DAYS.iter().position(|name| *name == day)? as i64;
    let midnight = Instant::parse("2026-01-05").ok()? + Duration::DAY.times(7 * weeks + weekday);
    let mut parts = time.split(':').map(str::parse::<i64>);
    let mut seconds = 0;
    for unit in [3600, 60, 1] {
        seconds += parts.next().unwrap_or(Ok(0)).ok()? * unit;
    }
    Some(midnight + Duration::from_seconds(seconds))
}

/// The length of those words: `90s`, `2h30m`.
pub(crate) fn span(words: &str) -> Duration {
    words.parse().expect(words)
}
