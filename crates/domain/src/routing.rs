//! Who hears of an alert: rules, and the hours in which a channel wants to be left alone. Pure; that there are channels
//! of the names given is looked at elsewhere.

use jiff::civil::{Time, Weekday};
use serde::{Deserialize, Serialize};

use crate::alert::{Alert, AlertKind};
use crate::incident::Cause;
use crate::schedule::Zone;
use crate::selector::Selector;
use crate::severity::Severity;
use crate::time::Instant;

/// A rule: alerts of some kind go to some channels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rule {
    /// Of which schedulers.
    pub selector: Selector,
    /// Of which causes: one of these is present; any where empty.
    pub causes: Vec<Cause>,
    /// Of at least this severity.
    pub severity: Option<Severity>,
    /// Names or ids of the channels that hear of it. None at all: nobody does, on purpose.
    pub channels: Vec<String>,
    /// Whether rules after this one are not looked at where it applies.
    pub last: bool,
    /// Its place: rules are looked at from the least on, and those of one place by name.
    pub position: u32,
}

impl Rule {
    /// Whether an alert is meant.
    pub fn applies(&self, alert: &Alert) -> bool {
        let story = &alert.story;
        self.selector.selects_named(&alert.key.id, &story.service_name, &story.tags)
            && (self.causes.is_empty() || self.causes.iter().any(|cause| alert.causes.has(*cause)))
            && self.severity.is_none_or(|least| alert.severity >= least)
    }
}

/// Where the names of an alert's hearers come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hearers {
    /// Everyone who was told of the incident: it is over.
    Told,
    /// Whom the step of the escalation names.
    Escalation(Vec<String>),
    /// Whom the scheduler itself names.
    Own(Vec<String>),
    /// Whom rules name, and which of them applied, by their place.
    Ruled {
        /// The rules.
        rules: Vec<usize>,
        /// Their channels, each once.
        channels: Vec<String>,
    },
    /// The project's default channels.
    Defaults,
}

/// Who hears of an alert: whoever was told where it is over; whom its escalation names; else the scheduler's own list;
/// else what the rules say, in their order; else the project's defaults.
pub fn hearers<'a>(alert: &Alert, rules: impl IntoIterator<Item = &'a Rule>) -> Hearers {
    if matches!(alert.kind, AlertKind::Resolved | AlertKind::Dropped) {
        return Hearers::Told;
    }
    if let Some(step) = &alert.story.escalated {
        return Hearers::Escalation(step.channels.clone());
    }
    if let Some(own) = &alert.story.channels {
        return Hearers::Own(own.clone());
    }
    ruled(alert, rules)
}

fn ruled<'a>(alert: &Alert, rules: impl IntoIterator<Item = &'a Rule>) -> Hearers {
    let (mut applied, mut channels) = (Vec::new(), Vec::<String>::new());
    for (place, rule) in rules.into_iter().enumerate().filter(|(_, rule)| rule.applies(alert)) {
        applied.push(place);
        for channel in &rule.channels {
            if !channels.contains(channel) {
                channels.push(channel.clone());
            }
        }
        if rule.last {
            break;
        }
    }
    if applied.is_empty() { Hearers::Defaults } else { Hearers::Ruled { rules: applied, channels } }
}

/// The hours of each day in which a channel holds messages back, unless they are critical.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// Whose wall clock.
    pub timezone: Zone,
    /// The first minute of them.
    pub from: Time,
    /// The first minute after them; before `from`, it is that of the next day. The same: all day.
    pub until: Time,
    /// The days on which they begin; every day where empty.
    #[serde(default, with = "days", skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Weekday>,
}

impl QuietHours {
    /// When they are over that hold an instant; `None` where none do.
    pub fn over_at(&self, at: Instant) -> Option<Instant> {
        let zone = self.timezone.as_time_zone();
        let today = at.to_timestamp().to_zoned_datetime(zone.clone()).date();
        let begun = [today.yesterday().ok()?, today];
        let ends = begun.into_iter().filter_map(|day| {
            if !self.days.is_empty() && !self.days.contains(&day.weekday()) {
                return None;
            }
            let last = if self.until <= self.from { day.tomorrow().ok()? } else { day };
            let moment = |wall: jiff::civil::DateTime| {
                Some(Instant::from(wall.to_zoned_datetime(zone.clone()).ok()?.timestamp()))
            };
            let from = moment(day.to_datetime(self.from))?;
            let until = moment(last.to_datetime(self.until))?;
            (from <= at && at < until).then_some(until)
        });
        ends.max()
    }
}

/// Days of the week as `mon` … `sun`.
mod days {
    use jiff::civil::Weekday;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(days: &[Weekday], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(days.iter().map(|day| super::day_word(*day)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Weekday>, D::Error> {
        let words = Vec::<String>::deserialize(deserializer)?;
        let read = |word: String| super::day_of(&word).ok_or_else(|| de::Error::custom("must be mon … sun"));
        words.into_iter().map(read).collect()
    }
}

const DAYS: [(Weekday, &str); 7] = [
    (Weekday::Monday, "mon"),
    (Weekday::Tuesday, "tue"),
    (Weekday::Wednesday, "wed"),
    (Weekday::Thursday, "thu"),
    (Weekday::Friday, "fri"),
    (Weekday::Saturday, "sat"),
    (Weekday::Sunday, "sun"),
];

/// The word for a day of the week on the wire.
pub fn day_word(day: Weekday) -> &'static str {
    DAYS.iter().find(|(known, _)| *known == day).map_or("", |(_, word)| word)
}

/// The day of the week of that word.
pub fn day_of(word: &str) -> Option<Weekday> {
    DAYS.iter().find(|(_, known)| *known == word).map(|(day, _)| *day)
}
