//! Monitors in the shapes of the API and of its files.

use serde_json::json;

use super::*;
use crate::import::yaml::documents;

fn only(changes: &Value) -> Monitor {
    let mut it = json!({
        "attributes": { "group_name": null, "key": "nightly-backup", "code": "1U1IG1" }, "key": "nightly-backup",
        "name": "Nightly Backup", "type": "job", "schedule": "0 2 * * *", "timezone": "Europe/Riga", "grace_seconds": 300,
        "failure_tolerance": null, "assertions": [], "notify": ["default"], "tags": ["prod"], "group": null, "note": null,
        "paused": false, "disabled": false, "passing": true, "initialized": true,
    });
    for (field, value) in changes.as_object().expect("changes") {
        it[field] = value.clone();
    }
    let mut reading = read(&[json!({ "monitors": [it], "page": 1 })]).expect("read");
    reading.monitors.remove(0)
}

#[test]
fn a_job_is_known_by_its_key_and_its_code() {
    let monitor = only(&json!({ "failure_tolerance": 2, "group": "billing" }));
    assert_eq!((monitor.wanted_id.as_str(), monitor.token.as_ref()), ("nightly-backup", None));
    let fields = json!({ "failure_threshold": 3, "aliases": ["1U1IG1"] });
    assert_eq!(Value::Object(monitor.fields), fields);
    let schedule = json!({ "cron": "0 2 * * *", "timezone": "Europe/Riga", "grace": "5m", "expect_from": "first_report" });
    assert_eq!(monitor.schedule, Some(schedule));
    assert_eq!(
        (monitor.service.as_deref(), monitor.channels.len(), monitor.is_paused),
        (Some("billing"), 0, false)
    );
}

#[test]
fn schedules_are_cron_periods_or_times_of_day() {
    for (given, field, read) in [
        ("every 10 minutes", "every", "10m"),
        ("1 hour", "every", "1h"),
        ("at 13:37", "cron", "37 13 * * *"),
        ("every day at 9:05", "cron", "5 9 * * *"),
        ("@daily", "cron", "@daily"),
    ] {
        let schedule = only(&json!({ "schedule": given })).schedule.expect(given);
        assert_eq!(schedule[field], read, "{given}");
    }
    for odd in ["every weekday at 10:00", "at 25:00", "whenever it rains", "every other day at noon"] {
        let monitor = only(&json!({ "schedule": odd }));
        assert!(monitor.schedule.is_none() && monitor.notes[0].contains(odd), "{odd}: {:?}", monitor.notes);
    }
}

#[test]
fn of_several_schedules_the_first_is_taken_and_that_is_said() {
    let monitor = only(&json!({ "schedule": null, "schedules": ["0 2 * * *", "0 4 * * *"] }));
    assert_eq!(monitor.schedule.expect("a schedule")["cron"], "0 2 * * *");
    assert_eq!(monitor.notes, ["it has 2 schedules, and the first is taken: '0 2 * * *'"]);
    assert!(only(&json!({ "schedules": ["0 2 * * *"] })).notes.is_empty(), "once in each field is one");
}

#[test]
fn a_longest_duration_is_a_limit_and_other_assertions_are_counted() {
    let monitor = only(&json!({ "assertions": ["metric.duration < 15min", "metric.count > 0"] }));
    assert_eq!(monitor.fields["max_runtime"], "15m");
    assert_eq!(monitor.notes, ["1 of its assertions are not taken over"]);
}

#[test]
fn whom_it_tells_is_in_either_shape() {
    assert_eq!(only(&json!({ "notify": ["default", "ops"] })).channels, ["ops"]);
    assert_eq!(only(&json!({ "notify": { "alerts": ["ops"], "events": true } })).channels, ["ops"]);
}

#[test]
fn what_reports_is_read_and_what_is_asked_is_left_out() {
    let kinds =
        ["job", "heartbeat", "check", "site", "check"].map(|kind| json!({ "key": kind, "type": kind }));
    let reading = read(&[json!(kinds), json!([{ "key": "odd" }])]).expect("read");
    let graces: Vec<_> = reading.monitors.iter().map(|it| it.wanted_id.as_str()).collect();
    assert_eq!(graces, ["job", "heartbeat"]);
    assert_eq!(format!("{:?}", reading.left_out), r#"{"check": 2, "site": 1}"#);
    assert_eq!(reading.notes.len(), 1);
}

#[test]
fn a_file_holds_monitors_by_their_keys() {
    let file = "jobs:\n  nightly-backup:\n    schedule: 0 0 * * *\n    grace_seconds: 120\n    paused: true\n\
                checks:\n  home:\n    request: {url: https://example.org}\n\
                heartbeats:\n  deploy:\n    notify: {alerts: ['deploys'], events: true}\n";
    let reading = read(&documents(file).expect("YAML")).expect("read");
    let ids: Vec<_> = reading.monitors.iter().map(|it| (it.wanted_id.as_str(), it.is_paused)).collect();
    assert_eq!(ids, [("nightly-backup", true), ("deploy", false)]);
    assert_eq!(reading.monitors[0].schedule.as_ref().expect("a schedule")["grace"], "2m");
    assert_eq!(reading.left_out.len(), 1);
    assert!(read(&[json!({ "monitor": [] })]).is_err());
}
