//! A schedule as a whole: how it recurs, and how much leeway a run has around a slot.
//!
//! Answers "when is the next slot" and nothing else; what an unmet slot means is decided elsewhere.

use std::fmt;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{BadExpression, Cron, OnCalendar};
use crate::time::{Duration, Instant, shorten};

/// When a scheduler is expected, and with how much leeway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// How it recurs.
    pub recurrence: Recurrence,
    /// How long after a slot a run must have shown itself; 1 h where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Duration>,
    /// How long before a slot a start already counts for it; see [`Schedule::early`] where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early: Option<Duration>,
    /// From when on it is expected.
    #[serde(default)]
    pub expect_from: ExpectFrom,
}

/// From when on a scheduler is expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectFrom {
    /// From its registration: a job that never comes is found too.
    #[default]
    Registration,
    /// From its first report.
    FirstReport,
}

/// What a period is counted from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// The start of the newest run.
    #[default]
    Start,
    /// The outcome of the newest run: for loops.
    End,
}

/// How a schedule recurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recurrence {
    /// Once a period.
    Every {
        /// 5 s to 366 d.
        period: Duration,
        /// What it is counted from.
        #[serde(default)]
        from: From,
    },
    /// At the slots of a cron expression, in a time zone.
    Cron {
        /// The expression.
        #[serde(with = "text")]
        expression: Cron,
        /// Whose wall clock it speaks of.
        timezone: Zone,
    },
    /// At the slots of a systemd calendar event, in a time zone.
    OnCalendar {
        /// The expression.
        #[serde(with = "text")]
        expression: OnCalendar,
        /// Whose wall clock it speaks of, unless the expression names a zone itself.
        timezone: Zone,
    },
}

/// The grace where none is given.
pub const GRACE_DEFAULT: Duration = Duration::HOUR;
/// Most of `early` where none is given.
const EARLY_DEFAULT_MAX: Duration = Duration::MINUTE;

impl Schedule {
    /// A schedule with every leeway at its default.
    pub fn new(recurrence: Recurrence) -> Self {
        Self { recurrence, grace: None, early: None, expect_from: ExpectFrom::default() }
    }

    /// How long after a slot a run must have shown itself.
    pub fn grace(&self) -> Duration {
        self.grace.unwrap_or(GRACE_DEFAULT)
    }

    /// How long before its slot a start at `at` already counts for it: as given, else the smaller of a minute and
    /// half the gap between slots.
    pub fn early(&self, at: Instant) -> Duration {
        self.early.unwrap_or_else(|| {
            let slot = self.recurrence.slot_after(at);
            let gap = slot.and_then(|slot| self.recurrence.slot_after(slot).map(|next| next.since(slot)));
            gap.map_or(EARLY_DEFAULT_MAX, |gap| {
                EARLY_DEFAULT_MAX.min(Duration::from_millis(gap.as_millis() / 2))
            })
        })
    }
}

impl Recurrence {
    /// The first slot strictly after an instant: for a period, one period on.
    pub fn slot_after(&self, after: Instant) -> Option<Instant> {
        match self {
            Self::Every { period, .. } => Some(after + *period),
            Self::Cron { expression, timezone } => expression.next_after(after, &timezone.zone),
            Self::OnCalendar { expression, timezone } => expression.next_after(after, &timezone.zone),
        }
    }

    /// Whether slots are fixed in the calendar, rather than counted from the last run.
    pub const fn is_calendar(&self) -> bool {
        !matches!(self, Self::Every { .. })
    }
}

/// A time zone of the bundled IANA database.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// Universal time.
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }

    /// The zone of an IANA name such as `Asia/Jakarta`, in any case.
    pub fn parse(name: &str) -> Result<Self, NoSuchZone> {
        if name.eq_ignore_ascii_case("utc") || name.eq_ignore_ascii_case("z") {
            return Ok(Self::utc());
        }
        let zone = TimeZone::get(name).map_err(|_| NoSuchZone(shorten(name, 40)))?;
        let name = zone.iana_name().unwrap_or(name).to_owned();
        Ok(Self { name, zone })
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The time-zone library's own type, for calendar work.
    pub fn as_time_zone(&self) -> &TimeZone {
        &self.zone
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl std::convert::From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name
    }
}

impl TryFrom<String> for Zone {
    type Error = NoSuchZone;
    fn try_from(name: String) -> Result<Self, NoSuchZone> {
        Self::parse(&name)
    }
}

/// A name that is no time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a time zone of the IANA database, such as Europe/Riga or UTC")]
pub struct NoSuchZone(String);

/// Keeps an expression as the text it was given as.
mod text {
    use std::fmt::Display;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::{BadExpression, Cron, OnCalendar};

    pub(super) trait Expression: Sized {
        fn read(text: &str) -> Result<Self, BadExpression>;
    }

    impl Expression for Cron {
        fn read(text: &str) -> Result<Self, BadExpression> {
            Self::parse(text)
        }
    }

    impl Expression for OnCalendar {
        fn read(text: &str) -> Result<Self, BadExpression> {
            Self::parse(text)
        }
    }

    pub(super) fn serialize<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>, T: Expression>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        T::read(&text).map_err(D::Error::custom)
    }
}
