//! Registrations as words, there and back: `cron="0 2 * * *" zone=Europe/Riga grace=1h max_runtime=2h failures=2`.

use std::fmt::{Display, Write};

use domain::config::Escalation;
use domain::schedule::{Cron, ExpectFrom, From, OnCalendar, Recurrence, Zone};
use domain::{ConfigChange, Limit, Patch, Schedule, SchedulerId, Severity, WhilePaused};

use super::text::{BadStep, bad, length, number};
use crate::fixtures::registration;

/// The words of a registration, each with a space before it. Names of service and job are always the same.
pub(super) fn show_change(change: &ConfigChange) -> String {
    let mut text = String::new();
    match &change.schedule {
        Patch::Keep => {}
        Patch::Clear => text.push_str(" unscheduled"),
        Patch::Set(schedule) => show_schedule(&mut text, schedule),
    }
    let limits = [
        ("max_runtime", &change.max_runtime),
        ("heartbeat", &change.heartbeat_timeout),
        ("realert", &change.realert_after),
        ("remind", &change.remind_every),
    ];
    for (name, limit) in limits {
        show(&mut text, name, limit, |limit| limit.duration().map_or("off".to_owned(), |it| it.to_string()));
    }
    let thresholds = [
        ("failures", &change.failure_threshold),
        ("recoveries", &change.recovery_threshold),
        ("misses", &change.missed_threshold),
    ];
    for (name, threshold) in thresholds {
        show(&mut text, name, threshold, ToString::to_string);
    }
    show(&mut text, "channels", &change.channels, |names| names.join(","));
    show(&mut text, "severity", &change.severity, |severity| severity.as_str().to_owned());
    show(&mut text, "tags", &change.tags, |tags| tags.join(","));
    show(&mut text, "escalation", &change.escalation, |steps| shown_steps(steps));
    show(&mut text, "after", &change.depends_on, |ids| {
        ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    });
    show(&mut text, "paused", &change.while_paused, |policy| policy.as_str().to_owned());
    match &change.service_name {
        None => text.push_str(" nameless"),
        Some(service) if change.service_name != registration().service_name => {
            said(&mut text, "service", service);
        }
        Some(_) => {}
    }
    text
}

/// `10m:pager/1h:mail,pager`.
fn shown_steps(steps: &[Escalation]) -> String {
    let shown = steps.iter().map(|step| format!("{}:{}", step.after, step.channels.join(",")));
    shown.collect::<Vec<_>>().join("/")
}

fn read_steps(text: &str) -> Result<Vec<Escalation>, BadStep> {
    let read = |step: &str| {
        let (after, channels) =
            step.split_once(':').ok_or_else(|| BadStep("a step is `10m:pager,mail`".to_owned()))?;
        Ok(Escalation { after: length(after)?, channels: names(channels)? })
    };
    text.split('/').map(read).collect()
}

fn show<T>(text: &mut String, name: &str, patch: &Patch<T>, word: impl Fn(&T) -> String) {
    match patch {
        Patch::Keep => {}
        Patch::Clear => said(text, name, "default"),
        Patch::Set(value) => said(text, name, word(value)),
    }
}

pub(super) fn said(text: &mut String, name: &str, value: impl Display) {
    write!(text, " {name}={value}").expect("a string takes everything");
}

fn show_schedule(text: &mut String, schedule: &Schedule) {
    show_recurrence(text, &schedule.recurrence);
    if let Some(grace) = schedule.grace {
        said(text, "grace", grace);
    }
    if let Some(early) = schedule.early {
        said(text, "early", early);
    }
    if schedule.expect_from == ExpectFrom::FirstReport {
        text.push_str(" first_report");
    }
}

pub(super) fn show_recurrence(text: &mut String, recurrence: &Recurrence) {
    match recurrence {
        Recurrence::Every { period, from } => {
            said(text, "every", period);
            if *from == From::End {
                text.push_str(" from=end");
            }
        }
        Recurrence::Cron { expression, timezone } => {
            said(text, "cron", format_args!("\"{expression}\" zone={timezone}"));
        }
        Recurrence::OnCalendar { expression, timezone } => {
            said(text, "calendar", format_args!("\"{expression}\" zone={timezone}"));
        }
    }
}

/// What is said of each name, in order.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |word: String| match word.split_once('=') {
        Some((name, value)) => (name.to_owned(), value.to_owned()),
        None => (word, String::new()),
    };
    words(text).into_iter().map(pair).collect()
}

/// Splits at spaces that are not between quotes, and takes the quotes away.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in text.trim().chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            letter => words.last_mut().expect("one at least").push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

pub(super) fn read_change(text: &str) -> Result<ConfigChange, BadStep> {
    let said = pairs(text);
    let mut change = registration();
    let pairs: Vec<(&str, &str)> = said.iter().map(|(name, value)| (&**name, &**value)).collect();
    if let Some(recurrence) = read_recurrence(&pairs)? {
        change.schedule = Patch::Set(read_schedule(recurrence, &pairs)?);
    }
    for (name, value) in pairs {
        match name {
            "unscheduled" => change.schedule = Patch::Clear,
            "nameless" => (change.service_name, change.job_name) = (None, None),
            "max_runtime" => change.max_runtime = patch(value, limit)?,
            "heartbeat" => change.heartbeat_timeout = patch(value, limit)?,
            "realert" => change.realert_after = patch(value, limit)?,
            "remind" => change.remind_every = patch(value, limit)?,
            "failures" => change.failure_threshold = patch(value, number)?,
            "recoveries" => change.recovery_threshold = patch(value, number)?,
            "misses" => change.missed_threshold = patch(value, number)?,
            "channels" => change.channels = patch(value, names)?,
            "severity" => change.severity = patch(value, severity)?,
            "tags" => change.tags = patch(value, names)?,
            "escalation" => change.escalation = patch(value, read_steps)?,
            "after" => change.depends_on = patch(value, ids)?,
            "paused" => change.while_paused = patch(value, while_paused)?,
            "service" => change.service_name = Some(value.to_owned()),
            "every" | "cron" | "calendar" | "zone" | "from" | "grace" | "early" | "first_report" => {}
            _ => return bad(format!("{name:?} is nothing that a registration says")),
        }
    }
    Ok(change)
}

fn patch<T>(value: &str, read: impl Fn(&str) -> Result<T, BadStep>) -> Result<Patch<T>, BadStep> {
    if value == "default" { Ok(Patch::Clear) } else { read(value).map(Patch::Set) }
}

pub(super) fn names(value: &str) -> Result<Vec<String>, BadStep> {
    let names: Vec<String> = value.split(',').map(str::to_owned).collect();
    if names.iter().any(String::is_empty) { bad("a name has letters") } else { Ok(names) }
}

pub(super) fn ids(value: &str) -> Result<Vec<SchedulerId>, BadStep> {
    Ok(names(value)?.into_iter().map(SchedulerId::trusted).collect())
}

pub(super) fn severity(value: &str) -> Result<Severity, BadStep> {
    Severity::parse(value).ok_or_else(|| BadStep(format!("{value:?} is no severity")))
}

fn while_paused(value: &str) -> Result<WhilePaused, BadStep> {
    WhilePaused::parse(value).ok_or_else(|| BadStep(format!("{value:?} is nothing that becomes of reports")))
}

fn limit(value: &str) -> Result<Limit, BadStep> {
    if value == "off" { Ok(Limit::Off) } else { Ok(Limit::After(length(value)?)) }
}

pub(super) fn read_recurrence(pairs: &[(&str, &str)]) -> Result<Option<Recurrence>, BadStep> {
    let said = |name: &str| pairs.iter().find(|(said, _)| *said == name).map(|(_, value)| *value);
    let zone = || Zone::parse(said("zone").unwrap_or("UTC")).map_err(|error| BadStep(error.to_string()));
    if let Some(period) = said("every") {
        let from = if said("from") == Some("end") { From::End } else { From::Start };
        return Ok(Some(Recurrence::Every { period: length(period)?, from }));
    }
    if let Some(text) = said("cron") {
        let expression = Cron::parse(text).map_err(|error| BadStep(error.to_string()))?;
        return Ok(Some(Recurrence::Cron { expression, timezone: zone()? }));
    }
    let Some(text) = said("calendar") else { return Ok(None) };
    let expression = OnCalendar::parse(text).map_err(|error| BadStep(error.to_string()))?;
    Ok(Some(Recurrence::OnCalendar { expression, timezone: zone()? }))
}

fn read_schedule(recurrence: Recurrence, pairs: &[(&str, &str)]) -> Result<Schedule, BadStep> {
    let mut schedule = Schedule::new(recurrence);
    for (name, value) in pairs {
        match *name {
            "grace" => schedule.grace = Some(length(value)?),
            "early" => schedule.early = Some(length(value)?),
            "first_report" => schedule.expect_from = ExpectFrom::FirstReport,
            _ => {}
        }
    }
    Ok(schedule)
}
