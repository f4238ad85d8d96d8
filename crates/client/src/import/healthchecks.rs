//! Checks of Healthchecks, as its management API lists them (`GET /api/v3/checks/`; the first version has the same
//! fields). A check's UUID becomes the ping id, so that of its address only the host changes.
//!
//! Not taken over: what a scheduler cannot be told by a registration (POST only, keywords), which is said; and what
//! was reported there.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::monitor::{Monitor, Reading, Token, beginning, calendar, every, runtime, text};

/// What a check has where it says nothing.
const TIMEOUT_DEFAULT: u64 = 86_400;
const GRACE_DEFAULT: u64 = 3600;
/// Keywords that a check may look for in what it is sent.
const FILTERS: [&str; 4] = ["filter_subject", "filter_body", "filter_http_body", "filter_default_fail"];
const SUBJECTS: [&str; 2] = ["subject", "subject_fail"];

/// Reads the lists of checks, and of the channels that they name. An error is for the list as a whole.
pub(crate) fn read(documents: &[Value]) -> Result<Reading, String> {
    let channels: BTreeMap<&str, &str> =
        documents.iter().filter_map(|it| it["channels"].as_array()).flatten().map(channel).collect();
    let lists: Vec<&Vec<Value>> =
        documents.iter().filter_map(|it| it["checks"].as_array().or_else(|| it.as_array())).collect();
    if lists.is_empty() {
        return Err("there is no list of checks: it must be what GET /api/v3/checks/ answers".to_owned());
    }
    let mut reading = Reading::default();
    let mut unnamed = 0;
    for check in lists.into_iter().flatten() {
        let Some(token) = token(check) else {
            no_address(check, &mut reading)?;
            continue;
        };
        let (names, unknown) = told(check, &channels);
        unnamed += unknown;
        reading.add(monitor(check, token, names))?;
    }
    if unnamed > 0 {
        let text = "which channels the checks notify is not in the list: give the answer of GET /api/v3/channels/ with a second -f";
        reading.notes.push(super::Note::new("channels", text));
    }
    Ok(reading)
}

/// A channel's id and its name; one without a name is called by its kind.
fn channel(channel: &Value) -> (&str, &str) {
    let name = [text(channel, "name"), text(channel, "kind")].into_iter().find(|name| !name.is_empty());
    (text(channel, "id"), name.unwrap_or_default())
}

/// The UUID, wherever a version of the API has it.
fn token(check: &Value) -> Option<Token> {
    let last = |field: &str| text(check, field).trim_end_matches('/').rsplit('/').next();
    let found = [Some(text(check, "uuid")), last("update_url"), last("ping_url")];
    found.into_iter().flatten().find_map(|text| Token::of(text).filter(|it| matches!(it, Token::Ping(_))))
}

fn no_address(check: &Value, reading: &mut Reading) -> Result<(), String> {
    if check["unique_key"].is_string() {
        return Err("the list has no ping addresses, since it was asked for with a read-only key: ask with a key that \
                    may write (Project Settings, API Access)"
            .to_owned());
    }
    reading.pass_over(format!("check {}", text(check, "name")), "it has neither uuid nor ping_url");
    Ok(())
}

/// The names of a check's channels, and how many of them nobody named.
fn told(check: &Value, channels: &BTreeMap<&str, &str>) -> (Vec<String>, usize) {
    let ids: Vec<&str> = text(check, "channels").split(',').filter(|id| !id.is_empty()).collect();
    let names: Vec<String> =
        ids.iter().filter_map(|id| channels.get(id)).map(|name| (*name).to_owned()).collect();
    let unknown = ids.len() - names.len();
    (names, unknown)
}

fn monitor(check: &Value, token: Token, channels: Vec<String>) -> Monitor {
    let (name, slug) = (text(check, "name"), text(check, "slug"));
    let grace = check["grace"].as_u64().unwrap_or(GRACE_DEFAULT);
    let is_slug = !slug.is_empty();
    let mut monitor = Monitor {
        kind: "check",
        name: name.to_owned(),
        wanted_id: if is_slug { slug } else { name }.to_owned(),
        token: Some(token),
        description: text(check, "desc").to_owned(),
        tags: text(check, "tags").split_whitespace().map(str::to_owned).collect(),
        schedule: Some(schedule(check, grace)),
        channels,
        is_paused: check["status"] == "paused",
        notes: notes(check),
        ..Monitor::default()
    };
    monitor.set("slug", is_slug.then_some(slug));
    monitor.set("max_runtime", runtime(grace));
    monitor.set("heartbeat_timeout", Some("off"));
    let resumed_by_hand = check["manual_resume"] == true;
    monitor.set("while_paused", Some(if resumed_by_hand { "ignore" } else { "resume" }));
    monitor
}

/// A timeout counts from the last ping; a slot is met by no ping before it.
fn schedule(check: &Value, grace: u64) -> Value {
    let mut schedule = match check["schedule"].as_str() {
        Some(expression) => calendar(expression, check["tz"].as_str().unwrap_or("UTC"), grace),
        None => every(check["timeout"].as_u64().unwrap_or(TIMEOUT_DEFAULT), "end", grace),
    };
    schedule["early"] = json!("0s");
    schedule
}

fn notes(check: &Value) -> Vec<String> {
    let mut notes = Vec::new();
    if check["methods"] == "POST" {
        notes.push("there only POST counts as a ping; here any method does".to_owned());
    }
    let filters = FILTERS.iter().any(|field| check[*field] == true);
    if filters || SUBJECTS.iter().any(|field| !text(check, field).is_empty()) {
        notes.push("its keywords are not taken over: the address alone says what a ping means".to_owned());
    }
    let key = text(check, "ping_url").trim_end_matches('/').rsplit('/').nth(1).filter(|key| key.len() == 22);
    if let Some(key) = key {
        notes
            .push(format!("its jobs may ping by slug: give this project their ping key, {}", beginning(key)));
    }
    notes
}

#[cfg(test)]
mod tests;
