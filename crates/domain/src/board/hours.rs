//! The daily window of a board, in the wall time of a zone.
//!
//! A window belongs to the date it begins on, and may end on the next. Where clocks jump over its beginning or its end,
//! that is the first instant after the jump; where they show it twice, the first time counts. So a window may be longer
//! or shorter by the jump, windows never overlap, and one that lies in the jump as a whole does not happen.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::schedule::Zone;
use crate::time::{Duration, Instant, shorten};

/// How many days are looked at for the next or the last window: any weekday comes within one week, and one that does
/// not happen in a jump comes in the week after.
const DAYS_MAX: i64 = 16;

/// A time on the clock, `00:00` to `24:00`; minutes are the finest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WallTime {
    minutes: u16,
}

/// A text that is no time on the clock. Reads on after the field's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a time from 00:00 to 24:00, was '{0}'")]
pub struct NotAWallTime(String);

impl WallTime {
    /// The end of the day.
    const MIDNIGHT: u16 = 24 * 60;

    /// A full hour, 0..=24.
    pub fn hour(hour: u8) -> Option<Self> {
        (hour <= 24).then(|| Self { minutes: u16::from(hour) * 60 })
    }

    /// The time of day, and whether that is on the day after.
    fn on_clock(self) -> (Time, bool) {
        let minutes = self.minutes % Self::MIDNIGHT;
        let time = Time::new((minutes / 60) as i8, (minutes % 60) as i8, 0, 0);
        (time.unwrap_or(Time::midnight()), self.minutes == Self::MIDNIGHT)
    }
}

impl FromStr for WallTime {
    type Err = NotAWallTime;

    fn from_str(text: &str) -> Result<Self, NotAWallTime> {
        let bad = || NotAWallTime(shorten(text, 20));
        let part = |digits: &str| {
            let good = digits.len() == 2 && digits.bytes().all(|c| c.is_ascii_digit());
            good.then(|| digits.parse::<u16>().ok()).flatten()
        };
        let (hour, minute) = text.split_once(':').ok_or_else(bad)?;
        let (hour, minute) = part(hour).zip(part(minute)).ok_or_else(bad)?;
        let minutes = hour * 60 + minute;
        if minute > 59 || minutes > Self::MIDNIGHT {
            return Err(bad());
        }
        Ok(Self { minutes })
    }
}

impl TryFrom<String> for WallTime {
    type Error = NotAWallTime;

    fn try_from(text: String) -> Result<Self, NotAWallTime> {
        text.parse()
    }
}

impl From<WallTime> for String {
    fn from(time: WallTime) -> Self {
        time.to_string()
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the day of its name")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    /// All of them, as a week has them.
    pub const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mon => "mon",
            Self::Tue => "tue",
            Self::Wed => "wed",
            Self::Thu => "thu",
            Self::Fri => "fri",
            Self::Sat => "sat",
            Self::Sun => "sun",
        }
    }

    /// The day of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|day| day.as_str() == word)
    }

    fn of(date: Date) -> Self {
        Self::ALL[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs()) % 7]
    }
}

/// A daily window in the wall time of a zone. One that ends when it begins lasts a whole day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// Whose wall clock it speaks of.
    pub time_zone: Zone,
    /// When it begins; never 24:00.
    pub start: WallTime,
    /// When it ends: on the next day where that is not after the start.
    pub end: WallTime,
    /// The days it begins on; every day where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Weekday>,
}

/// One night of a board. The start belongs to it, the end does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Window {
    /// When it begins.
    pub start: Instant,
    /// When it ends; later than the start.
    pub end: Instant,
}

impl Hours {
    /// The window that an instant lies in.
    pub fn window_at(&self, now: Instant) -> Option<Window> {
        self.windows(now, -2..=1).rev().find(|window| window.holds(now))
    }

    /// The first window that begins after an instant.
    pub fn window_after(&self, now: Instant) -> Option<Window> {
        self.windows(now, -1..=DAYS_MAX).find(|window| window.start > now)
    }

    /// The last window that has ended by an instant.
    pub fn window_before(&self, now: Instant) -> Option<Window> {
        self.windows(now, -DAYS_MAX..=1).rev().find(|window| window.end <= now)
    }

    fn windows(
        &self,
        now: Instant,
        days: std::ops::RangeInclusive<i64>,
    ) -> impl DoubleEndedIterator<Item = Window> {
        let today = self.time_zone.as_time_zone().to_datetime(now.to_timestamp()).date();
        let dates = days.map(move |days| today.checked_add(Span::new().days(days)).ok());
        dates.flatten().filter_map(|date| self.window_on(date))
    }

    /// The window of a date; `None` where it has none, or the clocks jump over it as a whole.
    pub fn window_on(&self, date: Date) -> Option<Window> {
        if !self.days.is_empty() && !self.days.contains(&Weekday::of(date)) {
            return None;
        }
        let zone = self.time_zone.as_time_zone();
        let (start, _) = self.start.on_clock();
        let (end, midnight) = self.end.on_clock();
        let last = if midnight || end <= start { date.tomorrow().ok()? } else { date };
        let window = Window { start: place(date, start, zone)?, end: place(last, end, zone)? };
        (window.start < window.end).then_some(window)
    }
}

/// When a zone's clocks show this for the first time; the end of the jump where they never do.
fn place(date: Date, time: Time, zone: &TimeZone) -> Option<Instant> {
    let wall = date.to_datetime(time);
    let moment: Timestamp = match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
            offset.to_timestamp(wall).ok()?
        }
        // Read with the later offset, a wall time inside the jump lies just before it.
        AmbiguousOffset::Gap { after, .. } => {
            zone.following(after.to_timestamp(wall).ok()?).next()?.timestamp()
        }
    };
    Some(Instant::from(moment))
}

impl Window {
    /// Whether an instant lies in it.
    pub fn holds(&self, at: Instant) -> bool {
        self.start <= at && at < self.end
    }

    /// When what was shown last at `shown` is to be shown anew: at the next full cadence counted from the start, and at
    /// the end for the last time. What was missed is due at once: the answer lies in the past then.
    pub fn next_edit(&self, cadence: Duration, shown: Instant) -> Instant {
        let cadence = cadence.as_millis().max(CADENCE_FLOOR);
        let passed = shown.since(self.start).as_millis() / cadence + 1;
        let next = self.start + Duration::from_millis(cadence.saturating_mul(passed));
        next.min(self.end)
    }
}

/// Below any cadence that is let in, so that none divides by nothing.
const CADENCE_FLOOR: i64 = 1000;
