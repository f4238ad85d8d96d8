//! Heartbeats of Better Stack, as its API lists them (`GET /api/v2/heartbeats`, page by page). The end of the address becomes
//! an alias.

use serde_json::Value;

use super::monitor::{Monitor, Reading, Token, every, text};

/// What a heartbeat has where it says nothing.
const PERIOD_DEFAULT: u64 = 86_400;

/// Reads pages. An error is for all of them.
pub(crate) fn read(documents: &[Value]) -> Result<Reading, String> {
    let mut reading = Reading::default();
    for document in documents {
        let list = document["data"].as_array().or_else(|| document.as_array());
        let list =
            list.ok_or("there is no list of heartbeats: it must be what GET /api/v2/heartbeats answers")?;
        list.iter().try_for_each(|it| heartbeat(&it["attributes"], &mut reading))?;
    }
    Ok(reading)
}

fn heartbeat(it: &Value, reading: &mut Reading) -> Result<(), String> {
    let name = text(it, "name");
    let address = text(it, "url").trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let Some(token) = Token::of(address) else {
        reading
            .pass_over(format!("heartbeat {name}"), "its url ends in no token that could be an address here");
        return Ok(());
    };
    let period = it["period"].as_u64().unwrap_or(PERIOD_DEFAULT);
    let mut monitor = Monitor {
        kind: "heartbeat",
        name: name.to_owned(),
        wanted_id: name.to_owned(),
        token: Some(token),
        schedule: Some(every(period, "end", it["grace"].as_u64().unwrap_or(0))),
        is_paused: it["status"] == "paused" || it["paused_at"].is_string() || it["paused"] == true,
        ..Monitor::default()
    };
    monitor.set("heartbeat_timeout", Some("off"));
    if it["maintenance_from"].is_string() && it["maintenance_to"].is_string() {
        let text = "its hours of maintenance are not taken over: see punctual maintenance, or a window in punctual apply";
        monitor.notes.push(text.to_owned());
    }
    reading.add(monitor)
}

#[cfg(test)]
mod tests;
