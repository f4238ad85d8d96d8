//! Instants and durations in whole milliseconds, and their texts.
//!
//! Reads no clock: every instant comes in from outside. Arithmetic saturates, so that a hostile number from a
//! client can bend a date but never overflow one.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A point in time: milliseconds since the Unix epoch, UTC, from year 1 to year 9999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

/// A length of time in milliseconds, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Duration(i64);

impl Instant {
    /// The earliest instant there is (year 1).
    pub const MIN: Self = Self(-62_135_596_800_000);
    /// The latest instant there is: some days before the end of year 9999, so that any zone can show it.
    pub const MAX: Self = Self(253_402_000_000_000);

    /// The instant so many milliseconds after the Unix epoch, clamped to [`Instant::MIN`]..=[`Instant::MAX`].
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// The instant so many seconds after the Unix epoch, clamped as [`Instant::from_millis`] does.
    pub fn from_seconds(seconds: i64) -> Self {
        Self::from_millis(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// How long it is since `earlier`; zero when `earlier` is in fact later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// Reads any ISO 8601 instant; one without a zone is taken as UTC, a bare date as its midnight.
    ///
    /// ```
    /// use domain::Instant;
    /// let zoned = Instant::parse("2024-01-15T08:30:00+07:00").unwrap();
    /// assert_eq!(zoned, Instant::parse("2024-01-15T01:30:00").unwrap());
    /// assert_eq!(zoned.to_string(), "2024-01-15T01:30:00.000Z");
    /// ```
    pub fn parse(text: &str) -> Result<Self, NotAnInstant> {
        let bad = || NotAnInstant(shorten(text, 60));
        if text.len() > 64 {
            return Err(bad());
        }
        if let Ok(stamp) = text.parse::<Timestamp>() {
            return Ok(Self::from(stamp));
        }
        // What has no zone is UTC; and what lies at the very end of the calendar is no reason to refuse a report.
        let bare = text.strip_suffix(['Z', 'z']).unwrap_or(text);
        let civil: jiff::civil::DateTime = bare.parse().map_err(|_| bad())?;
        let zoned = civil.to_zoned_datetime(jiff::tz::TimeZone::UTC);
        let beyond = if civil.year() > 0 { Self::MAX } else { Self::MIN };
        Ok(zoned.map_or(beyond, |zoned| Self::from(zoned.timestamp())))
    }

    /// The same instant in the time-zone library's type, for calendar work.
    pub fn to_timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl From<Timestamp> for Instant {
    fn from(stamp: Timestamp) -> Self {
        Self::from_millis(stamp.as_millisecond())
    }
}

/// RFC 3339 in UTC with milliseconds: `2024-01-15T01:30:00.000Z`.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.to_timestamp())
    }
}

impl Add<Duration> for Instant {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self::from_millis(self.0.saturating_add(span.0))
    }
}

impl Sub<Duration> for Instant {
    type Output = Self;
    fn sub(self, span: Duration) -> Self {
        Self::from_millis(self.0.saturating_sub(span.0))
    }
}

/// A text that is no instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an ISO 8601 instant such as 2024-01-15T01:30:00Z")]
pub struct NotAnInstant(String);

const UNITS: [(&str, i64); 6] =
    [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// One second.
    pub const SECOND: Self = Self(1000);
    /// One minute.
    pub const MINUTE: Self = Self(60_000);
    /// One hour.
    pub const HOUR: Self = Self(3_600_000);
    /// Twenty-four hours.
    pub const DAY: Self = Self(86_400_000);

    /// So many milliseconds; a negative number is zero.
    pub const fn from_millis(millis: i64) -> Self {
        Self(if millis < 0 { 0 } else { millis })
    }

    /// So many seconds; a negative number is zero.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_millis(seconds.saturating_mul(1000))
    }

    /// So many minutes; a negative number is zero.
    pub const fn from_minutes(minutes: i64) -> Self {
        Self::from_millis(minutes.saturating_mul(60_000))
    }

    /// The length in milliseconds.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The length in seconds, as the metrics have it.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// The standard library's type, for timers.
    pub fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_millis(self.0.unsigned_abs())
    }

    /// This length so many times over, saturating.
    #[must_use]
    pub const fn times(self, factor: i64) -> Self {
        Self::from_millis(self.0.saturating_mul(factor))
    }
}

impl Add for Duration {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Compact and readable back: `2h30m`, `1d`, `90ms`, `0s`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        for (unit, size) in UNITS.into_iter().filter(|(unit, _)| *unit != "w") {
            if rest >= size {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

/// Reads `90s`, `10m`, `2h30m`, `1d`, `1w`, `250ms`, or a bare number of seconds.
impl FromStr for Duration {
    type Err = NotADuration;

    fn from_str(text: &str) -> Result<Self, NotADuration> {
        let bad = || NotADuration(shorten(text, 40));
        let mut rest = text.trim();
        if rest.is_empty() || rest.len() > 40 {
            return Err(bad());
        }
        if let Ok(seconds) = rest.parse::<u32>() {
            return Ok(Self::from_seconds(i64::from(seconds)));
        }
        let mut total = 0_i64;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(bad)?;
            let amount: i64 = rest[..digits].parse().map_err(|_| bad())?;
            let letters = &rest[digits..];
            let end = letters.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(letters.len());
            let (_, size) = UNITS.into_iter().find(|(unit, _)| *unit == &letters[..end]).ok_or_else(bad)?;
            total = total.saturating_add(amount.saturating_mul(size));
            rest = letters[end..].trim_start();
        }
        Ok(Self(total))
    }
}

/// A text that is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a duration such as 90s, 10m, 2h30m or 1d")]
pub struct NotADuration(String);

/// The first `chars` characters of a text, with an ellipsis where it was longer: for quoting input in errors.
pub fn shorten(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        None => text.to_owned(),
        Some((cut, _)) => format!("{}…", &text[..cut]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_without_a_zone_is_utc_and_is_shown_with_milliseconds() {
        for (text, shown) in [
            ("2024-01-15T01:30:00", "2024-01-15T01:30:00.000Z"),
            ("2024-01-15 01:30:00.25", "2024-01-15T01:30:00.250Z"),
            ("2024-01-15T08:30:00+07:00", "2024-01-15T01:30:00.000Z"),
            ("2024-01-15", "2024-01-15T00:00:00.000Z"),
            ("9999-12-31T23:59:59Z", "9999-12-28T12:26:40.000Z"),
        ] {
            assert_eq!(Instant::parse(text).expect(text).to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_instant_is_refused_and_quoted_short() {
        for text in ["", "yesterday", "2024-13-01T00:00:00Z", &"9".repeat(500)] {
            let refusal = Instant::parse(text).expect_err(text).to_string();
            assert!(refusal.len() < 140, "{refusal}");
        }
    }

    #[test]
    fn durations_are_read_and_shown_back() {
        for (text, millis, shown) in [
            ("90s", 90_000, "1m30s"),
            ("2h30m", 9_000_000, "2h30m"),
            ("1d", 86_400_000, "1d"),
            ("45", 45_000, "45s"),
            ("1w", 604_800_000, "7d"),
            ("0s", 0, "0s"),
            ("1h 5ms", 3_600_005, "1h5ms"),
        ] {
            let span: Duration = text.parse().expect(text);
            assert_eq!((span.as_millis(), span.to_string()), (millis, shown.to_owned()));
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", "soon", "10x", "-5s", "5 minutes ago", "h", "1.5h"] {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
    }

    #[test]
    fn hostile_numbers_saturate() {
        let far: Duration = "99999999999999d".parse().expect("reads");
        assert_eq!(Instant::MAX + far, Instant::MAX);
        assert_eq!(Instant::MIN - far, Instant::MIN);
    }
}
