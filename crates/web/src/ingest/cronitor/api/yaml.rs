//! Monitors as a file of configuration: YAML with the keys of jobs and of heartbeats, `jobs: { nightly: { schedule: … } }`.

use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value};

use super::super::super::arrival::Arrival;
use super::super::super::{as_it_is, kept};
use super::answer::{failed, no, problems};
use super::{BODY_BYTES_MAX, all, caller, take};
use crate::state::WebState;

/// Fields of a monitor that say how it stands, and are no configuration.
const STANDING: [&str; 9] = [
    "attributes",
    "disabled",
    "initialized",
    "latest_event",
    "latest_issue",
    "passing",
    "running",
    "schedules",
    "type",
];
/// The kinds of monitors as a file has them, and as a monitor has them.
const KINDS: [(&str, &str); 4] =
    [("jobs", "job"), ("heartbeats", "heartbeat"), ("checks", "check"), ("sites", "site")];

pub(super) async fn list(State(state): State<WebState>, arrival: Arrival) -> Response {
    let caller = match caller(&state, &arrival).await {
        Ok(caller) => caller,
        Err(refusal) => return refusal,
    };
    match all(&state, &caller, &arrival).await {
        Ok(views) => written(&filed(views.iter().map(super::shown).collect())),
        Err(error) => failed(error),
    }
}

pub(super) async fn put(State(state): State<WebState>, arrival: Arrival, body: Body) -> Response {
    let caller = match caller(&state, &arrival).await {
        Ok(caller) => caller,
        Err(refusal) => return refusal,
    };
    let body = kept(body, BODY_BYTES_MAX).await;
    if body.is_cut {
        return no(StatusCode::PAYLOAD_TOO_LARGE, &format!("at most {BODY_BYTES_MAX} bytes are taken"));
    }
    let (monitors, rollback) = match read(&String::from_utf8_lossy(&body.bytes)) {
        Ok(read) => read,
        Err(problem) => return problems(vec![problem]),
    };
    match Box::pin(take(&state, &caller, &monitors, rollback)).await {
        Ok(monitors) => written(&filed(monitors)),
        Err(refusal) => refusal,
    }
}

/// The monitors of a file, and whether they are to be rolled back. What the text may cost is bounded by the reader.
fn read(text: &str) -> Result<(Vec<Value>, bool), String> {
    let limits = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_aliases: 1000, max_recorded_anchor_events: 100_000 },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 100_000 },
        with_snippet: false,
    };
    let file: Value = serde_saphyr::from_str_with_options(text, limits)
        .map_err(|why| domain::time::shorten(&format!("this is not YAML that we can read: {why}"), 300))?;
    let mut monitors = Vec::new();
    for (many, one) in KINDS {
        match file.get(many) {
            None | Some(Value::Null) => {}
            Some(Value::Object(keyed)) => {
                monitors.extend(keyed.iter().map(|(key, fields)| monitor(key, one, fields)));
            }
            Some(_) => return Err(format!("{many} must hold monitors by their keys")),
        }
    }
    if monitors.is_empty() {
        return Err("there must be monitors under jobs or heartbeats".to_owned());
    }
    Ok((monitors, file.get("rollback") == Some(&Value::Bool(true))))
}

fn monitor(key: &str, kind: &str, fields: &Value) -> Value {
    let mut monitor = fields.as_object().cloned().unwrap_or_default();
    monitor.insert("key".to_owned(), key.into());
    monitor.insert("type".to_owned(), kind.into());
    Value::from(monitor)
}

/// Monitors as a file has them.
fn filed(monitors: Vec<Value>) -> Value {
    let mut file = Map::new();
    for monitor in monitors {
        let Value::Object(mut fields) = monitor else { continue };
        let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let many = KINDS.iter().find(|(_, one)| *one == kind).map_or("jobs", |(many, _)| many);
        let Some(Value::String(key)) = fields.remove("key") else { continue };
        fields.retain(|name, value| !STANDING.contains(&name.as_str()) && !value.is_null());
        let section = file.entry(many).or_insert_with(|| Value::from(Map::new()));
        if let Value::Object(section) = section {
            section.insert(key, Value::from(fields));
        }
    }
    Value::from(file)
}

fn written(file: &Value) -> Response {
    match serde_saphyr::to_string(file) {
        Ok(text) => as_it_is(([(header::CONTENT_TYPE, "application/yaml")], text)),
        Err(_) => no(StatusCode::INTERNAL_SERVER_ERROR, "the monitors cannot be written as YAML"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_holds_monitors_by_kind_and_key() {
        let text = "jobs:\n  nightly:\n    schedule: 0 2 * * *\n    notify: [devops]\nheartbeats:\n  alive: {schedule: every 5 minutes}\nrollback: true\n";
        let (monitors, rollback) = read(text).expect("a file");
        assert!(rollback);
        assert_eq!(
            monitors,
            [
                json!({ "key": "nightly", "type": "job", "schedule": "0 2 * * *", "notify": ["devops"] }),
                json!({ "key": "alive", "type": "heartbeat", "schedule": "every 5 minutes" }),
            ]
        );
    }

    #[test]
    fn a_file_without_monitors_is_refused() {
        for text in ["", "jobs: [a]", "jobs: {}", "a: b", "- 1", "jobs: {a: &x", "jobs: 7"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_filed_is_read_again() {
        let monitors = vec![
            json!({ "key": "a", "type": "job", "schedule": "every 5 minutes", "passing": true, "note": null }),
            json!({ "key": "b", "type": "heartbeat", "tags": ["x: y", "#z", "@w"] }),
        ];
        let text = serde_saphyr::to_string(&filed(monitors)).expect("YAML");
        let (read, _) = read(&text).expect("a file");
        assert_eq!(
            read,
            [
                json!({ "key": "a", "type": "job", "schedule": "every 5 minutes" }),
                json!({ "key": "b", "type": "heartbeat", "tags": ["x: y", "#z", "@w"] }),
            ]
        );
    }
}
