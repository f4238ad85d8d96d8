//! Monitors of Cronitor: as its API lists them, and as its files hold them (`jobs`, `heartbeats` and `checks` by their keys,
//! in YAML or JSON). The key becomes the id, since that is what its clients name; the code of the older addresses an alias.
//!
//! Only jobs and heartbeats report; checks and sites are asked by Cronitor itself, and are left out.

use serde_json::{Value, json};

use super::interval;
use super::monitor::{Monitor, Reading, Token, calendar, every, line, runtime, text};

/// The usual grace of a job in seconds; a heartbeat has none.
const JOB_GRACE: u64 = 60;
/// Most failures in a row that the server lets pass.
const THRESHOLD_MAX: u64 = 100;
/// The tables of a file, and the type of what is in them.
const TABLES: [(&str, &str); 5] = [
    ("jobs", "job"),
    ("heartbeats", "heartbeat"),
    ("events", "heartbeat"),
    ("checks", "check"),
    ("sites", "site"),
];

/// Reads pages of the API, or files. An error is for all of them.
pub(crate) fn read(documents: &[Value]) -> Result<Reading, String> {
    let mut reading = Reading::default();
    for document in documents {
        if let Some(list) = document["monitors"].as_array().or_else(|| document.as_array()) {
            list.iter().try_for_each(|it| take(it, text(it, "key"), text(it, "type"), &mut reading))?;
        } else {
            tables(document, &mut reading)?;
        }
    }
    Ok(reading)
}

fn tables(document: &Value, reading: &mut Reading) -> Result<(), String> {
    let known = TABLES.iter().filter_map(|(table, kind)| Some((document[*table].as_object()?, *kind)));
    let mut known = known.peekable();
    if known.peek().is_none() {
        return Err(
            "there are no monitors: it must hold monitors, or tables called jobs and heartbeats".to_owned()
        );
    }
    for (table, kind) in known {
        table.iter().try_for_each(|(key, it)| take(it, key, kind, reading))?;
    }
    Ok(())
}

fn take(it: &Value, key: &str, kind: &str, reading: &mut Reading) -> Result<(), String> {
    let key = if key.is_empty() { it["attributes"]["key"].as_str().unwrap_or_default() } else { key };
    match kind {
        "job" | "cron" => reading.add(monitor(it, key, "job", JOB_GRACE)),
        "heartbeat" | "event" => reading.add(monitor(it, key, "heartbeat", 0)),
        "" => {
            reading.pass_over(format!("monitor {key}"), "it has no type");
            Ok(())
        }
        other => {
            reading.leave_out(other);
            Ok(())
        }
    }
}

fn monitor(it: &Value, key: &str, kind: &'static str, usual_grace: u64) -> Monitor {
    let grace = it["grace_seconds"].as_u64().unwrap_or(usual_grace);
    let name = text(it, "name");
    let mut monitor = Monitor {
        kind,
        name: if name.is_empty() { key } else { name }.to_owned(),
        wanted_id: line(key),
        service: Some(text(it, "group")).filter(|group| !group.is_empty()).map(str::to_owned),
        description: text(it, "note").to_owned(),
        tags: it["tags"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        channels: notified(&it["notify"]),
        is_paused: it["paused"] == true || it["disabled"] == true,
        ..Monitor::default()
    };
    monitor.schedule = schedule(it, grace, &mut monitor.notes);
    let tolerated = it["failure_tolerance"].as_u64().filter(|tolerated| *tolerated > 0);
    monitor
        .set("failure_threshold", tolerated.map(|tolerated| tolerated.saturating_add(1).min(THRESHOLD_MAX)));
    if let Some(Token::Alias(code)) = it["attributes"]["code"].as_str().and_then(Token::of) {
        monitor.set("aliases", Some(json!([code])));
    }
    limits(&it["assertions"], &mut monitor);
    monitor
}

/// The first schedule that can be read; more than one is said.
fn schedule(it: &Value, grace: u64, notes: &mut Vec<String>) -> Option<Value> {
    let several = it["schedules"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let all: Vec<&str> =
        it["schedule"].as_str().into_iter().chain(several).filter(|it| !it.is_empty()).collect();
    let mut all: Vec<&str> = all.into_iter().map(str::trim).collect();
    all.dedup();
    let first = all.first()?;
    if all.len() > 1 {
        notes.push(format!("it has {} schedules, and the first is taken: '{first}'", all.len()));
    }
    let zone = it["timezone"].as_str().filter(|zone| !zone.is_empty()).unwrap_or("UTC");
    let read = expected(first, zone, grace);
    if read.is_none() {
        notes.push(format!(
            "its schedule is not one that can be read, and it is expected at no time: '{first}'"
        ));
    }
    read
}

fn expected(schedule: &str, zone: &str, grace: u64) -> Option<Value> {
    if let Some(seconds) = interval::seconds(schedule) {
        return Some(every(seconds, "start", grace));
    }
    if let Some(time) = schedule.strip_prefix("every day at ").or_else(|| schedule.strip_prefix("at ")) {
        let (hour, minute) = time.trim().split_once(':')?;
        let (hour, minute): (u8, u8) = (hour.parse().ok()?, minute.parse().ok()?);
        return (hour < 24 && minute < 60).then(|| calendar(&format!("{minute} {hour} * * *"), zone, grace));
    }
    let is_cron = schedule.starts_with('@') || schedule.split_whitespace().count() == 5;
    (is_cron && !schedule.starts_with("every")).then(|| calendar(schedule, zone, grace))
}

/// `metric.duration < 5 min` is how long it may run; other assertions have no counterpart.
fn limits(assertions: &Value, monitor: &mut Monitor) {
    let mut others = 0;
    for assertion in assertions.as_array().into_iter().flatten().filter_map(Value::as_str) {
        let longest = assertion.trim().strip_prefix("metric.duration").map(str::trim);
        let longest = longest.and_then(|it| it.strip_prefix("<=").or_else(|| it.strip_prefix('<')));
        match longest.and_then(interval::seconds).and_then(runtime) {
            Some(longest) => monitor.set("max_runtime", Some(longest)),
            None => others += 1,
        }
    }
    if others > 0 {
        monitor.notes.push(format!("{others} of its assertions are not taken over"));
    }
}

/// Its lists; `default` is whoever is told by default, here as there.
fn notified(notify: &Value) -> Vec<String> {
    let list = notify.as_array().or_else(|| notify["alerts"].as_array());
    let names = list.into_iter().flatten().filter_map(Value::as_str);
    names.filter(|name| *name != "default").map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
