//! Timers of systemd as schedulers: what they say of time, and the drop-in that puts their service under watch.
//!
//! Reads the texts of unit files, drop-ins joined to them in their order, as `systemctl cat` prints them. Calendar
//! events go to the server as they are.

mod dropin;
mod span;
mod unit;

use serde_json::{Value, json};

use super::crontab::{Watch, watch};
use super::naming::tidy;
use super::{Names, Note, Proposal, duration};
pub(crate) use dropin::{Dropin, HEAD};
use span::Span;
pub(crate) use unit::Unit;

/// Where nothing else is asked for; the timer's own slack comes on top.
const USUAL_GRACE_SECONDS: u64 = 15 * 60;
/// What systemd takes for `AccuracySec=` where it is not given.
const USUAL_ACCURACY_SECONDS: u64 = 60;
/// Longest grace, period and run that the server takes.
const GRACE_SECONDS_MAX: u64 = 366 * 86_400;
const RUNTIME_SECONDS_MAX: u64 = 365 * 86_400;

/// A timer and its service, as texts.
#[derive(Clone, Debug)]
pub(crate) struct Timer {
    /// `backup.timer`.
    pub(crate) name: String,
    pub(crate) unit: Unit,
    /// `backup.service`.
    pub(crate) service_name: String,
    pub(crate) service: Unit,
}

/// What is known beside the units.
#[derive(Clone, Debug)]
pub(crate) struct Surveyor<'a> {
    /// What ids begin with.
    pub(crate) prefix: &'a str,
    pub(crate) service: &'a str,
    pub(crate) grace: Option<&'a str>,
    pub(crate) zone: &'a str,
    pub(crate) host: &'a str,
    pub(crate) program: &'a str,
    pub(crate) options: &'a [String],
}

/// What becomes of a timer.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) proposal: Proposal,
    pub(crate) dropin: Option<Dropin>,
    pub(crate) notes: Vec<Note>,
}

/// The service that a timer starts.
pub(crate) fn service_of(name: &str, timer: &Unit) -> String {
    let usual = || format!("{}.service", name.strip_suffix(".timer").unwrap_or(name));
    timer.last("Timer", "Unit").map_or_else(usual, str::to_owned)
}

impl Surveyor<'_> {
    pub(crate) fn survey(&self, timer: &Timer, names: &mut Names) -> Found {
        let name = timer.name.strip_suffix(".timer").unwrap_or(&timer.name);
        let starts = timer.service.all("Service", "ExecStart");
        let watched = starts.iter().find_map(|start| match watch(start.as_bytes(), self.program) {
            Watch::As(id) => Some(id),
            Watch::No | Watch::Unclear => None,
        });
        let is_watched = watched.is_some();
        let id = watched.unwrap_or_else(|| names.fresh(&format!("{}/{}", self.prefix, tidy(name)), name));
        let (schedule, mut notes) = self.schedule(timer);
        let mut proposal = Proposal::new(&timer.name, &id, self.service, name)
            .described(&self.description(timer))
            .with("tags", Some(json!(["systemd"])))
            .with("max_runtime", runtime(&timer.service));
        if let Some(schedule) = schedule {
            proposal = proposal.expected(schedule, self.grace, &usual_grace(&timer.unit));
        }
        let dropin = (!is_watched).then(|| Dropin::of(timer, &id, self.program, self.options));
        let dropin = dropin.and_then(|dropin| {
            dropin.map_err(|problem| notes.push(Note::new(&timer.service_name, problem))).ok()
        });
        Found { proposal, dropin, notes }
    }

    fn description(&self, timer: &Timer) -> String {
        let own = [&timer.service, &timer.unit].into_iter().find_map(|unit| unit.last("Unit", "Description"));
        own.map_or_else(|| format!("From {} on {}", timer.name, self.host), str::to_owned)
    }

    /// The schedule, and what it leaves unsaid.
    fn schedule(&self, timer: &Timer) -> (Option<Value>, Vec<Note>) {
        let note = |text: &str| vec![Note::new(&timer.name, text)];
        let events = timer.unit.all("Timer", "OnCalendar");
        let [from_start, from_end] =
            ["OnUnitActiveSec", "OnUnitInactiveSec"].map(|key| period(&timer.unit, key));
        if let [event, others @ ..] = events.as_slice() {
            let mut schedule = json!({ "on_calendar": event });
            if !names_a_zone(event) {
                schedule["timezone"] = json!(self.zone);
            }
            let is_all = others.is_empty() && from_start.is_none() && from_end.is_none();
            let text = "says more than once when it elapses: it is expected at the first OnCalendar, and may come oftener";
            return (Some(schedule), if is_all { Vec::new() } else { note(text) });
        }
        if let Some(seconds) = from_start {
            return (Some(json!({ "every": duration(seconds) })), Vec::new());
        }
        if let Some(seconds) = from_end {
            return (Some(json!({ "every": duration(seconds), "from": "end" })), Vec::new());
        }
        let text = "elapses once after a start only, which is no schedule: it is heard of when it fails, and not when it does not come";
        (None, note(text))
    }
}

/// Whether a calendar event ends with a zone, as in `02:00 Europe/Riga`: slashes stand between numbers elsewhere.
fn names_a_zone(event: &str) -> bool {
    let last = event.split_whitespace().last().unwrap_or_default();
    last == "UTC" || last.contains('/') && last.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// A period in seconds; none of one that never ends or cannot be read.
fn period(timer: &Unit, key: &str) -> Option<u64> {
    timer
        .all("Timer", key)
        .iter()
        .find_map(|text| Span::parse(text)?.seconds())
        .filter(|seconds| *seconds > 0)
}

/// The usual grace and what systemd may wait by itself.
fn usual_grace(timer: &Unit) -> String {
    let seconds = |key: &str, usual: u64| match timer.last("Timer", key).map(Span::parse) {
        None => usual,
        Some(span) => span.map_or(usual, |span| span.seconds().unwrap_or(GRACE_SECONDS_MAX)),
    };
    let slack =
        seconds("AccuracySec", USUAL_ACCURACY_SECONDS).saturating_add(seconds("RandomizedDelaySec", 0));
    duration(USUAL_GRACE_SECONDS.saturating_add(slack).min(GRACE_SECONDS_MAX))
}

/// How long systemd itself lets it run: of a `oneshot` its start is its run.
fn runtime(service: &Unit) -> Option<String> {
    let is_oneshot = service.last("Service", "Type") == Some("oneshot");
    let starting = if is_oneshot { ["TimeoutStartSec", "TimeoutSec"].as_slice() } else { &[] };
    let limits = std::iter::once(&"RuntimeMaxSec").chain(starting);
    let seconds = limits.filter_map(|key| Span::parse(service.last("Service", key)?)?.seconds());
    let shortest = seconds.filter(|seconds| *seconds > 0).min()?;
    (shortest <= RUNTIME_SECONDS_MAX).then(|| duration(shortest))
}

#[cfg(test)]
mod tests;
