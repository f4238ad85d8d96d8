//! Push monitors of Uptime Kuma, as its backup holds them (`monitorList`, up to version 1.23). A list of monitors by itself and
//! monitors by their ids, as its later versions hand them to programs, are read as well: these have no backup of their own.
//!
//! Other monitors ask; they do not wait to be told, and are left out. A backup is full of secrets: read, and not kept.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::monitor::{Monitor, Reading, Token, every, text};

/// What Uptime Kuma waits past the interval by itself.
const LEAST_GRACE: u64 = 1;

/// Reads backups. An error is for all of them.
pub(crate) fn read(documents: &[Value]) -> Result<Reading, String> {
    let mut reading = Reading::default();
    for document in documents {
        let channels = channels(document);
        for it in monitors(document)? {
            match text(it, "type") {
                "push" => push(it, &channels, &mut reading)?,
                other => reading.leave_out(other),
            }
        }
    }
    Ok(reading)
}

fn monitors(document: &Value) -> Result<Vec<&Value>, String> {
    let list = if document["monitorList"].is_null() { document } else { &document["monitorList"] };
    match list {
        Value::Array(list) => Ok(list.iter().collect()),
        Value::Object(by_id) if by_id.values().all(|it| it["type"].is_string()) => {
            Ok(by_id.values().collect())
        }
        _ => Err("there is no monitorList: it must be a backup of Uptime Kuma as JSON".to_owned()),
    }
}

/// The names of whom it tells, by their ids.
fn channels(document: &Value) -> BTreeMap<String, &str> {
    let list = document["notificationList"].as_array().into_iter().flatten();
    list.map(|it| (it["id"].to_string(), text(it, "name"))).filter(|(_, name)| !name.is_empty()).collect()
}

fn push(it: &Value, channels: &BTreeMap<String, &str>, reading: &mut Reading) -> Result<(), String> {
    let name = text(it, "name");
    let Some(token) = Token::of(text(it, "pushToken")) else {
        reading.pass_over(format!("monitor {name}"), "it has no pushToken that could be an address here");
        return Ok(());
    };
    let number = |field: &str| it[field].as_u64().filter(|number| *number > 0);
    let interval = number("interval").unwrap_or(60);
    let retries = number("maxretries").unwrap_or(0);
    let grace = retries.saturating_mul(number("retryInterval").unwrap_or(interval)).max(LEAST_GRACE);
    let told = it["notificationIDList"].as_object().into_iter().flatten();
    let told = told.filter(|(_, is_told)| **is_told == json!(true)).filter_map(|(id, _)| channels.get(id));
    let mut notes = Vec::new();
    if it["upsideDown"] == true || it["upsideDown"] == 1 {
        notes.push(
            "there it is upside down, so that a push is bad news; here a push says that all is well"
                .to_owned(),
        );
    }
    let mut monitor = Monitor {
        kind: "monitor",
        name: name.to_owned(),
        wanted_id: name.to_owned(),
        token: Some(token),
        description: text(it, "description").to_owned(),
        tags: it["tags"].as_array().into_iter().flatten().map(tag).collect(),
        schedule: Some(every(interval, "end", grace)),
        channels: told.map(|name| (*name).to_owned()).collect(),
        is_paused: it["active"] == false || it["active"] == 0,
        notes,
        ..Monitor::default()
    };
    monitor.set("heartbeat_timeout", Some("off"));
    reading.add(monitor)
}

fn tag(tag: &Value) -> String {
    let (name, value) = (text(tag, "name"), text(tag, "value"));
    if value.is_empty() { name.to_owned() } else { format!("{name}={value}") }
}

#[cfg(test)]
mod tests;
