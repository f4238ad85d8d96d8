//! A monitor as a client sends it, read into what it says of a scheduler. Pure. What we have no use for is left out: rules,
//! platforms and metadata of its own.

use domain::schedule::{Cron, ExpectFrom, From, Recurrence, Zone};
use domain::time::shorten;
use domain::{Duration, SchedulerId};
use serde_json::Value;

use super::phrase;

const NAME_CHARS_MAX: usize = 255;
const NOTE_CHARS_MAX: usize = 2000;
const TAGS_MAX: usize = 20;
const TAG_CHARS_MAX: usize = 64;
/// What a period and a grace may be.
const PERIOD: std::ops::RangeInclusive<i64> = 5..=31_622_400;
const GRACE: std::ops::RangeInclusive<i64> = 0..=31_622_400;
const THRESHOLD_MAX: i64 = 1000;

/// From when on a monitor's job is expected: one that never came is not missed, as at Cronitor.
pub(super) const EXPECT_FROM: ExpectFrom = ExpectFrom::FirstReport;

/// What is said of a field: nothing, that there shall be none, or this.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Said<T> {
    #[default]
    Nothing,
    None,
    This(T),
}

/// A monitor as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Monitor {
    pub(super) id: SchedulerId,
    pub(super) name: Option<String>,
    /// A name that counts where the monitor has none yet.
    pub(super) default_name: Option<String>,
    pub(super) group: Option<String>,
    pub(super) note: Said<String>,
    pub(super) tags: Option<Vec<String>>,
    pub(super) schedule: Said<Recurrence>,
    pub(super) grace: Option<Duration>,
    /// How many failures in a row are told.
    pub(super) threshold: Said<u32>,
    pub(super) realert: Said<Duration>,
    pub(super) longest: Option<Duration>,
    pub(super) notify: Option<Vec<String>>,
    pub(super) paused: Option<bool>,
}

impl Monitor {
    /// Reads a monitor, or says everything that is wrong with it.
    pub(super) fn read(sent: &Value) -> Result<Self, Vec<String>> {
        let mut wrong = Vec::new();
        let text = |name: &str| {
            sent.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
        };
        let key = text("key").map(str::to_owned).or_else(|| text("name").map(domain::ping::slugify));
        let id = SchedulerId::parse(key.as_deref().unwrap_or_default()).map_err(|bad| format!("key {bad}"));
        let shown = key.as_deref().map_or_else(|| "a monitor".to_owned(), |key| shorten(key, 60));
        let mut keep = |problem: String| wrong.push(format!("{shown}: {problem}"));
        let kind = kind(sent, text("type")).unwrap_or_else(|problem| {
            keep(problem);
            Kind::Job
        });
        let mut good = |read: Result<Said<Recurrence>, String>| {
            read.unwrap_or_else(|problem| {
                keep(problem);
                Said::Nothing
            })
        };
        let schedule = good(schedule(sent, kind, text("timezone")));
        let mut number = |name: &str, bounds: std::ops::RangeInclusive<i64>| {
            within(sent, name, bounds).unwrap_or_else(|problem| {
                keep(problem);
                Said::Nothing
            })
        };
        let grace = number("grace_seconds", GRACE);
        let tolerance = number("failure_tolerance", 0..=THRESHOLD_MAX - 1);
        let consecutive = number("consecutive_alert_threshold", 1..=THRESHOLD_MAX);
        let paused = ["paused", "disabled"].iter().filter_map(|name| sent.get(*name)?.as_bool());
        let id = id.map_err(keep);
        let named = |name: &str| text(name).map(|text| shorten(text, NAME_CHARS_MAX - 1));
        let monitor = id.map(|id| Self {
            id,
            name: named("name"),
            default_name: named("defaultName"),
            group: named("group"),
            note: said(sent, "note", |value| value.as_str().map(|text| shorten(text, NOTE_CHARS_MAX - 1))),
            tags: list(sent, "tags"),
            schedule,
            grace: if let Said::This(seconds) = grace { Some(Duration::from_seconds(seconds)) } else { None },
            threshold: threshold(&consecutive, &tolerance),
            realert: said(sent, "realert_interval", |value| value.as_str().and_then(phrase::length)),
            longest: longest(sent),
            notify: list(sent, "notify"),
            paused: paused.reduce(|one, other| one || other),
        });
        monitor.ok().filter(|_| wrong.is_empty()).ok_or(wrong)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Job,
    Heartbeat,
}

fn kind(sent: &Value, word: Option<&str>) -> Result<Kind, String> {
    match word {
        None | Some("job" | "cron" | "event") => Ok(Kind::Job),
        Some("heartbeat") => Ok(Kind::Heartbeat),
        Some(other) if ["check", "site"].contains(&other) || sent.get("request").is_some() => {
            Err(format!("type must be job or heartbeat, was {other}: no sites are checked here"))
        }
        Some(other) => Err(format!("type must be job or heartbeat, was '{}'", shorten(other, 40))),
    }
}

/// The schedule: cron or a period. A heartbeat's period is counted from the last one, a job's from its start.
fn schedule(sent: &Value, kind: Kind, zone: Option<&str>) -> Result<Said<Recurrence>, String> {
    let given = match (sent.get("schedule"), sent.get("schedules")) {
        (Some(Value::String(text)), _) if !text.trim().is_empty() => text.as_str(),
        (_, Some(Value::Array(many))) if many.len() > 1 => {
            return Err("schedules must have one: a job is expected by one schedule here".to_owned());
        }
        (_, Some(Value::Array(one))) if one.len() == 1 => one[0].as_str().unwrap_or_default(),
        (None, None) => return Ok(Said::Nothing),
        _ => return Ok(Said::None),
    };
    if let Some(period) = phrase::length(given) {
        if !PERIOD.contains(&(period.as_millis() / 1000)) {
            return Err(format!("schedule must be 5 seconds to 366 days, was '{}'", shorten(given, 40)));
        }
        let from = if kind == Kind::Heartbeat { From::End } else { From::Start };
        return Ok(Said::This(Recurrence::Every { period, from }));
    }
    let expression = Cron::parse(given).map_err(|bad| format!("schedule is no cron expression: {bad}"))?;
    let timezone = zone.map_or(Ok(Zone::utc()), Zone::parse).map_err(|bad| format!("timezone {bad}"))?;
    Ok(Said::This(Recurrence::Cron { expression, timezone }))
}

fn within(sent: &Value, name: &str, bounds: std::ops::RangeInclusive<i64>) -> Result<Said<i64>, String> {
    let number = match sent.get(name) {
        None => return Ok(Said::Nothing),
        Some(Value::Null) => return Ok(Said::None),
        Some(value) => crate::wire::value::integer(value),
    };
    let fits = number.filter(|number| bounds.contains(number));
    fits.map(Said::This).ok_or_else(|| format!("{name} must be {} to {}", bounds.start(), bounds.end()))
}

/// Cronitor tells after so many in a row, or tolerates so many.
fn threshold(consecutive: &Said<i64>, tolerance: &Said<i64>) -> Said<u32> {
    let of = |number: i64| u32::try_from(number).map_or(Said::Nothing, Said::This);
    match (consecutive, tolerance) {
        (Said::This(number), _) => of(*number),
        (_, Said::This(number)) => of(number + 1),
        (Said::None, _) | (_, Said::None) => Said::None,
        _ => Said::Nothing,
    }
}

fn said<T>(sent: &Value, name: &str, read: impl Fn(&Value) -> Option<T>) -> Said<T> {
    match sent.get(name) {
        None => Said::Nothing,
        Some(Value::Null) => Said::None,
        Some(value) => read(value).map_or(Said::Nothing, Said::This),
    }
}

/// A list of words, or one word.
fn list(sent: &Value, name: &str) -> Option<Vec<String>> {
    let words: Vec<&str> = match sent.get(name)? {
        Value::String(word) => vec![word],
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let clean = |word: &str| word.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned();
    let words = words.into_iter().map(clean).filter(|word| !word.is_empty());
    Some(words.map(cut).take(TAGS_MAX).collect())
}

fn cut(word: String) -> String {
    if word.chars().nth(TAG_CHARS_MAX).is_none() { word } else { shorten(&word, TAG_CHARS_MAX - 1) }
}

/// How long a run may take, where an assertion says that: `metric.duration < 10 minutes`.
fn longest(sent: &Value) -> Option<Duration> {
    let assertions = sent.get("assertions")?.as_array()?.iter().filter_map(Value::as_str);
    let mut limits = assertions.filter_map(|text| {
        let rest = text.trim().strip_prefix("metric.duration")?.trim_start();
        phrase::length(rest.strip_prefix("<=").or_else(|| rest.strip_prefix('<'))?)
    });
    limits.next().filter(|limit| *limit >= Duration::SECOND)
}

#[cfg(test)]
mod tests;
