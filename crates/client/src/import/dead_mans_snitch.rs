//! Snitches of Dead Man's Snitch, as its API lists them (`GET /v1/snitches`). The token becomes an alias.
//!
//! There a check-in must come within each hour, day, week or month of the calendar; here within so long of the one before.
//! A grace as long as the interval, a day at most, keeps what is regular there from being late here.

use serde_json::Value;

use super::interval;
use super::monitor::{Monitor, Reading, Token, every, text};

const GRACE_MAX: u64 = 86_400;

/// Reads the list. An error is for all of it.
pub(crate) fn read(documents: &[Value]) -> Result<Reading, String> {
    let mut reading = Reading::default();
    for document in documents {
        let list = document
            .as_array()
            .ok_or("there is no list of snitches: it must be what GET /v1/snitches answers")?;
        list.iter().try_for_each(|it| snitch(it, &mut reading))?;
    }
    Ok(reading)
}

fn snitch(it: &Value, reading: &mut Reading) -> Result<(), String> {
    let name = text(it, "name");
    let Some(token) = Token::of(text(it, "token")) else {
        reading.pass_over(format!("snitch {name}"), "it has no token that could be an address here");
        return Ok(());
    };
    let mut monitor = Monitor {
        kind: "snitch",
        name: name.to_owned(),
        wanted_id: name.to_owned(),
        token: Some(token),
        description: text(it, "notes").to_owned(),
        tags: it["tags"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        has_usual_grace: true,
        is_paused: it["status"] == "paused",
        ..Monitor::default()
    };
    monitor.set("heartbeat_timeout", Some("off"));
    monitor.set("while_paused", Some("resume"));
    match period(text(it, "interval")) {
        Some(period) => monitor.schedule = Some(every(period, "end", period.min(GRACE_MAX))),
        None => monitor.notes.push(format!(
            "its interval is not known here, and it is expected at no time: '{}'",
            text(it, "interval")
        )),
    }
    if it["alert_email"].as_array().is_some_and(|addresses| !addresses.is_empty()) {
        monitor
            .notes
            .push("its own addresses for alerts are not taken over: make a channel of them".to_owned());
    }
    reading.add(monitor)
}

fn period(interval: &str) -> Option<u64> {
    interval::seconds(match interval {
        "hourly" => "hour",
        "daily" => "day",
        "weekly" => "week",
        "monthly" => "month",
        other => other,
    })
}

#[cfg(test)]
mod tests;
