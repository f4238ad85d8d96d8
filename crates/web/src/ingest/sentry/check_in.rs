//! One check-in: what a job says, and perhaps what is to be known of its schedule.
//!
//! SDKs send much more than is read here, and `null` for what they do not know; neither is a mistake.

use domain::{Duration, Instant, Problem, RunId, Status};
use serde_json::Value;

use super::monitor::MonitorConfig;
use super::name::{self, MonitorName, PRODUCTION};
use crate::wire::value::{moment, number, shown, text, word};
use crate::wire::{Fields, Flaws, Nulls, json};

/// Longest duration that is believed.
pub const DURATION_MAX: Duration = Duration::DAY.times(366);
/// Most characters of a release that are kept.
const RELEASE_CHARS_MAX: usize = 200;
const STATUSES: [&str; 3] = ["in_progress", "ok", "error"];

/// A check-in, read and checked.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckIn {
    /// The run, as 32 hexadecimal digits; absent where the id is absent or nil, which means the newest open run.
    pub check_in_id: Option<RunId>,
    /// The scheduler that is meant.
    pub monitor: MonitorName,
    /// `in_progress`, `ok` and `error` are `running`, `completed` and `failed`.
    pub status: Status,
    /// How long the run took.
    pub duration: Option<Duration>,
    /// The version of the job's code.
    pub release: Option<String>,
    /// The trace that the run belongs to, as 32 hexadecimal digits.
    pub trace_id: Option<String>,
    /// When it happened, by the job's clock.
    pub timestamp: Option<Instant>,
    /// What it says of the schedule, or what is wrong with that: a check-in counts all the same if its scheduler is known.
    pub monitor_config: Option<Result<MonitorConfig, Vec<Problem>>>,
    /// What was wrong, and is not worth refusing the check-in for.
    pub ignored: Vec<Problem>,
}

impl CheckIn {
    /// Reads the payload of an item.
    pub fn parse(payload: &[u8]) -> Result<Self, Vec<Problem>> {
        let value = json::parse(payload).map_err(|error| vec![Problem::new("check_in", error)])?;
        Self::of(value)
    }

    /// Reads the object of a check-in.
    pub(super) fn of(value: Value) -> Result<Self, Flaws> {
        let mut fields = Fields::of("a check-in", Nulls::Absent, value).map_err(|flaws| {
            flaws.into_iter().map(|flaw| Problem::new("check_in", flaw.problem)).collect::<Flaws>()
        })?;
        let check_in_id = fields.optional("check_in_id", check_in_id).flatten();
        let slug = fields.required("monitor_slug", name::slug).unwrap_or_default();
        let environment = fields.optional("environment", name::environment);
        let status = fields.required("status", status).unwrap_or_default();
        let mut ignored = Vec::new();
        let read = Self {
            check_in_id,
            monitor: MonitorName { slug, environment: environment.unwrap_or_else(|| PRODUCTION.to_owned()) },
            status,
            duration: lenient(&mut fields, "duration", seconds, &mut ignored),
            release: lenient(&mut fields, "release", release, &mut ignored),
            trace_id: trace_id(fields.raw("contexts")),
            timestamp: lenient(&mut fields, "timestamp", moment, &mut ignored),
            monitor_config: fields.raw("monitor_config").map(MonitorConfig::read),
            ignored,
        };
        fields.finish_leniently().map(|()| read)
    }
}

/// A field without which a check-in still means something.
fn lenient<T>(
    fields: &mut Fields,
    name: &str,
    read: impl FnOnce(&Value) -> Result<T, String>,
    ignored: &mut Vec<Problem>,
) -> Option<T> {
    let value = fields.raw(name)?;
    read(&value).map_err(|problem| ignored.push(Problem::new(name, problem))).ok()
}

/// An id of 32 hexadecimal digits, in lower case, from one with or without dashes; `None` for anything else.
pub(super) fn hex_id(text: &str) -> Option<String> {
    let dashed = text.len() == 36;
    let is_dash = |place: usize| dashed && matches!(place, 8 | 13 | 18 | 23);
    let good =
        |(place, byte): (usize, u8)| if is_dash(place) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    let is_id = (dashed || text.len() == 32) && text.bytes().enumerate().all(good);
    is_id.then(|| text.replace('-', "").to_ascii_lowercase())
}

/// Nil stands for "the one that is open".
fn check_in_id(value: &Value) -> Result<Option<RunId>, String> {
    let id = hex_id(text(value)?).ok_or_else(|| {
        format!("must be a UUID of 32 hexadecimal digits, with or without dashes, was {}", shown(value))
    })?;
    Ok(id.bytes().any(|digit| digit != b'0').then(|| RunId::trusted(id)))
}

/// `missed` and `timeout` are for the server to conclude, and nothing that a job can say.
fn status(value: &Value) -> Result<Status, String> {
    word(value, &STATUSES, |word| match word {
        "in_progress" => Some(Status::Running),
        "ok" => Some(Status::Completed),
        "error" => Some(Status::Failed),
        _ => None,
    })
}

fn seconds(value: &Value) -> Result<Duration, String> {
    let found = number(value).filter(|seconds| (0.0..=DURATION_MAX.as_secs_f64()).contains(seconds));
    let millis = found.map(|seconds| Duration::from_millis((seconds * 1000.0).round() as i64));
    millis
        .ok_or_else(|| format!("must be a number of seconds from 0 to {DURATION_MAX}, was {}", shown(value)))
}

fn release(value: &Value) -> Result<String, String> {
    let release: String = text(value)?.chars().filter(|c| !c.is_control()).take(RELEASE_CHARS_MAX).collect();
    if release.is_empty() { Err("must not be empty".to_owned()) } else { Ok(release) }
}

fn trace_id(contexts: Option<Value>) -> Option<String> {
    hex_id(contexts?.pointer("/trace/trace_id")?.as_str()?)
}

#[cfg(test)]
mod tests;
