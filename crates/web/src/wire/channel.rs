//! Channels: what is given of one, and how it is answered, secrets masked.

use app::channels::{ChannelSent, ChannelView, Source, Trial};
use domain::QuietHours;
use domain::board::WallTime;
use domain::routing::{day_of, day_word};
use domain::schedule::Zone;
use jiff::civil::Time;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::registration::named;
use super::value::{line, lines, shown, text, truth};
use super::{Fields, Flaws, Nulls, Wire};

/// A channel that is made or replaced.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ChannelGiven(pub(crate) ChannelSent);

impl Wire for ChannelGiven {
    fn read(value: Value) -> Result<Self, Flaws> {
        let mut fields = Fields::of("a channel", Nulls::Absent, value).map_err(named)?;
        let name = fields.required("name", |value| line(value, 64));
        let default = fields.optional("default", truth);
        let quiet = fields.nested("quiet_hours", quiet_hours);
        let kind = fields.required("kind", |value| line(value, 64));
        let config = fields.required("config", |value| match value {
            Value::Object(config) => Ok(config.clone()),
            other => Err(format!("must be an object with the fields of that kind, was {}", shown(other))),
        });
        fields.finish()?;
        let mut config = config.unwrap_or_default();
        config.insert("kind".to_owned(), Value::from(kind.unwrap_or_default()));
        let quiet = match quiet {
            domain::Patch::Set(hours) => Some(hours),
            domain::Patch::Keep | domain::Patch::Clear => None,
        };
        let (name, config) = (name.unwrap_or_default(), Value::Object(config));
        Ok(Self(ChannelSent { name, default: default.unwrap_or(false), quiet, config }))
    }
}

/// Hours of the day in which a channel holds back what is not critical.
pub(crate) fn quiet_hours(value: Value) -> Result<QuietHours, Flaws> {
    let mut fields = Fields::of("quiet hours", Nulls::Absent, value)?;
    let timezone =
        fields.optional("timezone", |value| Zone::parse(text(value)?).map_err(|bad| bad.to_string()));
    let from = fields.required("from", wall_time);
    let until = fields.required("until", wall_time);
    let days = fields.optional("days", |value| {
        let words = lines(value, 7, 9)?;
        let read = |word: String| day_of(&word).ok_or_else(|| format!("has '{word}': days are mon … sun"));
        words.into_iter().map(read).collect::<Result<Vec<_>, _>>()
    });
    fields.finish()?;
    Ok(QuietHours {
        timezone: timezone.unwrap_or_else(Zone::utc),
        from: from.unwrap_or_default(),
        until: until.unwrap_or_default(),
        days: days.unwrap_or_default(),
    })
}

/// A time of day to the minute: `22:00`.
pub(crate) fn wall_time(value: &Value) -> Result<Time, String> {
    let bad = || format!("must be a time of day such as 22:00, was {}", shown(value));
    let wall: WallTime = text(value)?.parse().map_err(|_| bad())?;
    // The end of the day is no time of it.
    Time::strptime("%H:%M", wall.to_string()).map_err(|_| bad())
}

/// A channel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Channel)]
pub struct ChannelBody {
    /// Its id.
    #[schema(example = "chn_01h1v6gq3x8c5m9t2k7w4n0b6d")]
    pub id: String,
    /// What people call it: how schedulers name it.
    #[schema(example = "ops")]
    pub name: String,
    /// Its kind.
    #[schema(example = "slack")]
    pub kind: &'static str,
    /// Whether schedulers that name no channel are told here.
    pub default: bool,
    /// `file` (the configuration: it is changed there) or `api`.
    #[schema(example = "api")]
    pub source: &'static str,
    /// When it holds back what is not critical.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<QuietHoursBody>,
    /// Why it is switched off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<String>,
    /// Since when it is switched off.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub disabled_at: Option<String>,
    /// The fields of that kind, secrets masked.
    #[schema(value_type = Object)]
    pub config: Value,
    /// How often it was set; 0 for those of the configuration.
    pub version: u64,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub updated_at: Option<String>,
    /// In the answer to a replacement: whether anything was, or would be, other than before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<bool>,
    /// In the answer to a change: what the receiver said when it was asked and could not say that all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

/// Hours of the day in which a channel holds back what is not critical, to tell it together at their end.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QuietHours)]
pub struct QuietHoursBody {
    /// Whose wall clock; UTC by default.
    #[schema(example = "Asia/Jakarta")]
    pub timezone: String,
    /// From this time of day on.
    #[schema(example = "22:00")]
    pub from: String,
    /// Until this time of day, of the next day where it is not later. The same: all day.
    #[schema(example = "07:00")]
    pub until: String,
    /// The days on which they begin; every day where absent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<&'static str>,
}

impl From<&QuietHours> for QuietHoursBody {
    fn from(hours: &QuietHours) -> Self {
        let wall = |time: Time| time.strftime("%H:%M").to_string();
        Self {
            timezone: hours.timezone.to_string(),
            from: wall(hours.from),
            until: wall(hours.until),
            days: hours.days.iter().map(|day| day_word(*day)).collect(),
        }
    }
}

impl From<ChannelView> for ChannelBody {
    fn from(view: ChannelView) -> Self {
        let (disabled, disabled_at) = match view.disabled {
            Some((reason, at)) => (Some(reason), at),
            None => (None, None),
        };
        let mut config = view.config;
        if let Value::Object(fields) = &mut config {
            fields.remove("kind");
        }
        Self {
            id: view.id.to_string(),
            name: view.name,
            kind: view.kind,
            default: view.default,
            source: match view.source {
                Source::File => "file",
                Source::Api => "api",
            },
            quiet_hours: view.quiet.as_ref().map(QuietHoursBody::from),
            disabled,
            disabled_at: super::scheduler::shown(disabled_at),
            config,
            version: view.version,
            created_at: super::scheduler::shown(view.times.map(|(created, _)| created)),
            updated_at: super::scheduler::shown(view.times.map(|(_, updated)| updated)),
            changed: view.changed,
            warning: view.warning,
        }
    }
}

/// What came of a test.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChannelTest)]
pub struct TrialBody {
    /// Whether the receiver has the message.
    pub delivered: bool,
    /// What it said, or what is wrong, in words.
    #[schema(example = "message 1700000000.000100")]
    pub answer: String,
}

impl From<Trial> for TrialBody {
    fn from(trial: Trial) -> Self {
        Self { delivered: trial.delivered, answer: trial.answer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_four_digits_before_midnight() {
        let read = |text: &str| wall_time(&Value::from(text));
        assert_eq!(read("22:05").map(|time| (time.hour(), time.minute())), Ok((22, 5)));
        for odd in ["+9:+5", "-1:00", "24:00", "23:60", "9:00", "09:00:00", "", "0٣:00"] {
            assert!(read(odd).is_err(), "{odd}");
        }
    }
}
