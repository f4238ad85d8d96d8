//! `monitor_config`: what a check-in says of its schedule, made into a registration or a change of one.
//!
//! Sentry counts in minutes; here a margin, a runtime and an interval may be as short as seconds. What has no
//! counterpart (alert rules, for one) is let go by.

mod interval;

use domain::schedule::{Cron, ExpectFrom, Recurrence, Zone};
use domain::{Config, ConfigChange, Duration, Limit, Patch, Problem, Schedule};
use serde_json::Value;

use super::name::{MonitorName, tag_of};
use crate::wire::value::{integer_within, number, shown, text, word};
use crate::wire::{Fields, Flaws, Nulls};

/// The margin where none is given, or nought.
pub const MARGIN_DEFAULT: Duration = Duration::MINUTE;
/// The longest that a run may take where nothing is said.
pub const MAX_RUNTIME_DEFAULT: Duration = Duration::from_minutes(30);
/// Most minutes of a margin or a runtime: four weeks.
const MINUTES_MAX: f64 = 40_320.0;
const THRESHOLD_MAX: i64 = 720;
const OWNER_TAG: &str = "owner:";

/// What a check-in says of its monitor. What it does not say stays as it is, or is the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonitorConfig {
    timing: Timing,
    margin: Option<Duration>,
    max_runtime: Option<Duration>,
    failure_threshold: Option<u32>,
    recovery_threshold: Option<u32>,
    owner: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Timing {
    Crontab { expression: Cron, timezone: Option<Zone> },
    Interval(Duration),
}

impl MonitorConfig {
    /// Reads it, or says all that is wrong with it.
    pub(super) fn read(value: Value) -> Result<Self, Flaws> {
        let named = |flaws: Flaws| flaws.into_iter().map(named).collect::<Flaws>();
        let mut fields = Fields::of("a monitor", Nulls::Absent, value).map_err(named)?;
        let timezone = fields.optional("timezone", zone);
        if !fields.is_given("schedule") {
            fields.refuse("schedule", "is required, was absent");
        }
        let timing = match fields.nested("schedule", |value| timing(value, timezone)) {
            Patch::Set(timing) => Some(timing),
            Patch::Keep | Patch::Clear => None,
        };
        let margin = fields.optional("checkin_margin", |value| minutes(value, 0.0));
        let max_runtime = fields.optional("max_runtime", |value| minutes(value, 1.0 / 60.0));
        let failure_threshold = fields.optional("failure_issue_threshold", threshold);
        let recovery_threshold = fields.optional("recovery_threshold", threshold);
        let owner = fields.raw("owner").as_ref().and_then(owner);
        fields.finish_leniently().map_err(named)?;
        let timing =
            timing.ok_or_else(|| vec![Problem::new("monitor_config.schedule", "is required, was absent")])?;
        Ok(Self { timing, margin, max_runtime, failure_threshold, recovery_threshold, owner })
    }

    /// The registration of a scheduler that is not there yet: expected from its first report on, since that is what
    /// brings it to life.
    pub fn registration(&self, name: &MonitorName, service: &str) -> ConfigChange {
        let max_runtime = Limit::After(self.max_runtime.unwrap_or(MAX_RUNTIME_DEFAULT));
        ConfigChange {
            schedule: Patch::Set(self.schedule(None)),
            max_runtime: Patch::Set(max_runtime),
            tags: Patch::Set(self.tags(name, &[])),
            ..self.thresholds().onto(bare(name, service))
        }
    }

    /// The change of a scheduler that is there: the schedule always, of the rest what was said.
    pub fn change(&self, name: &MonitorName, config: &Config) -> ConfigChange {
        let tags = self.tags(name, &config.tags);
        let max_runtime = self.max_runtime.map_or(Patch::Keep, |length| Patch::Set(Limit::After(length)));
        ConfigChange {
            schedule: Patch::Set(self.schedule(config.schedule.as_ref())),
            max_runtime,
            tags: if tags == config.tags { Patch::Keep } else { Patch::Set(tags) },
            ..self.thresholds().onto(ConfigChange::default())
        }
    }

    fn schedule(&self, known: Option<&Schedule>) -> Schedule {
        let recurrence = match &self.timing {
            Timing::Interval(period) => {
                Recurrence::Every { period: *period, from: domain::schedule::From::Start }
            }
            Timing::Crontab { expression, timezone } => Recurrence::Cron {
                expression: expression.clone(),
                timezone: timezone.clone().or_else(|| known.and_then(known_zone)).unwrap_or_else(Zone::utc),
            },
        };
        Schedule {
            recurrence,
            grace: self.margin.or_else(|| known.and_then(|known| known.grace)).or(Some(MARGIN_DEFAULT)),
            early: known.and_then(|known| known.early),
            expect_from: known.map_or(ExpectFrom::FirstReport, |known| known.expect_from),
        }
    }

    /// Sentry counts bad check-ins of any kind in a row; here failed runs and missed slots are counted apart, each up
    /// to the same threshold.
    fn thresholds(&self) -> Thresholds {
        let patch = |threshold: Option<u32>| threshold.map_or(Patch::Keep, Patch::Set);
        Thresholds { failure: patch(self.failure_threshold), recovery: patch(self.recovery_threshold) }
    }

    /// The tags that link its environments and name its owner, added to those that are there.
    fn tags(&self, name: &MonitorName, known: &[String]) -> Vec<String> {
        const TAGS_MAX: usize = 20;
        let is_stale = |tag: &String| self.owner.is_some() && tag.starts_with(OWNER_TAG);
        let mut tags: Vec<_> = known.iter().filter(|tag| !is_stale(tag)).cloned().collect();
        let owner = self.owner.iter().map(|owner| tag_of(&format!("{OWNER_TAG}{owner}")));
        for tag in name.tags().into_iter().chain(owner) {
            if tags.len() < TAGS_MAX && !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        tags
    }
}

/// The registration of a scheduler of whose schedule nothing is said.
///
/// Silence is not judged: SDKs send no heartbeats.
pub fn bare(name: &MonitorName, service: &str) -> ConfigChange {
    ConfigChange {
        service_name: Some(service.to_owned()),
        job_name: Some(name.slug.clone()),
        tags: Patch::Set(name.tags()),
        max_runtime: Patch::Set(Limit::After(MAX_RUNTIME_DEFAULT)),
        heartbeat_timeout: Patch::Set(Limit::Off),
        ..ConfigChange::default()
    }
}

struct Thresholds {
    failure: Patch<u32>,
    recovery: Patch<u32>,
}

impl Thresholds {
    fn onto(self, change: ConfigChange) -> ConfigChange {
        ConfigChange {
            failure_threshold: self.failure.clone(),
            missed_threshold: self.failure,
            recovery_threshold: self.recovery,
            ..change
        }
    }
}

fn named(flaw: Problem) -> Problem {
    let field = if flaw.field.is_empty() {
        "monitor_config".to_owned()
    } else {
        format!("monitor_config.{}", flaw.field)
    };
    Problem::new(field, flaw.problem)
}

fn known_zone(known: &Schedule) -> Option<Zone> {
    match &known.recurrence {
        Recurrence::Cron { timezone, .. } => Some(timezone.clone()),
        Recurrence::OnCalendar { .. } | Recurrence::Every { .. } => None,
    }
}

fn timing(value: Value, timezone: Option<Zone>) -> Result<Timing, Flaws> {
    let mut fields = Fields::of("a schedule", Nulls::Absent, value)?;
    let is_crontab = fields.required("type", |value| {
        word(value, &["crontab", "interval"], |word| match word {
            "crontab" => Some(true),
            "interval" => Some(false),
            _ => None,
        })
    });
    let timing = match is_crontab {
        Some(true) => {
            fields.required("value", crontab).map(|expression| Timing::Crontab { expression, timezone })
        }
        Some(false) => interval::read(&mut fields).map(Timing::Interval),
        None => None,
    };
    fields.finish_leniently()?;
    // A refused field has ended it above.
    timing.ok_or_else(|| vec![Problem::new("value", "is required, was absent")])
}

fn crontab(value: &Value) -> Result<Cron, String> {
    Cron::parse(text(value)?.trim()).map_err(|bad| bad.to_string())
}

fn zone(value: &Value) -> Result<Zone, String> {
    Zone::parse(text(value)?).map_err(|bad| bad.to_string())
}

/// Minutes, of which a part is one too; nought is the default of a margin.
fn minutes(value: &Value, least: f64) -> Result<Duration, String> {
    let found = number(value).filter(|minutes| (least..=MINUTES_MAX).contains(minutes));
    let minutes = found.ok_or_else(|| {
        let least = if least > 0.0 { "a second" } else { "0" };
        format!("must be a number of minutes from {least} to {MINUTES_MAX}, was {}", shown(value))
    })?;
    if minutes == 0.0 {
        return Ok(MARGIN_DEFAULT);
    }
    Ok(Duration::from_millis((minutes * 60_000.0).round().max(1.0) as i64))
}

fn threshold(value: &Value) -> Result<u32, String> {
    integer_within(value, 1, THRESHOLD_MAX).map(|number| number as u32)
}

/// `team:x` or `user:x`, shown and no more; what else stands there is nobody.
fn owner(value: &Value) -> Option<String> {
    let owner: String = value.as_str()?.trim().chars().filter(|c| !c.is_control()).take(100).collect();
    (!owner.is_empty()).then_some(owner)
}

#[cfg(test)]
mod tests;
