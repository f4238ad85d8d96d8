//! Lists of checks in the shapes of the API, versions 1 and 3, with keys that may write and keys that may not.

use serde_json::json;

use super::*;

const UUID: &str = "5e0b9d3c-7f7c-4a5b-9d53-1d3e4d0c2f11";

/// As a key that may write sees it.
fn check(changes: &Value) -> Value {
    let mut check = json!({
        "name": "Nightly backup", "slug": "nightly-backup", "tags": "prod db", "desc": "copies it all", "grace": 600,
        "n_pings": 12, "status": "up", "started": false, "last_ping": "2026-03-01T02:00:10+00:00",
        "next_ping": "2026-03-02T02:00:00+00:00", "manual_resume": false, "methods": "", "subject": "",
        "subject_fail": "", "start_kw": "", "success_kw": "", "failure_kw": "", "filter_subject": false,
        "filter_body": false, "filter_http_body": false, "filter_default_fail": false,
        "badge_url": "https://hc.example.org/b/2/x.svg", "uuid": UUID,
        "ping_url": format!("https://hc.example.org/ping/{UUID}"),
        "update_url": format!("https://hc.example.org/api/v3/checks/{UUID}"),
        "pause_url": "", "resume_url": "", "channels": "", "schedule": "0 2 * * *", "tz": "Europe/Riga",
    });
    for (field, value) in changes.as_object().expect("changes") {
        check[field] = value.clone();
    }
    check
}

fn only(changes: &Value) -> Monitor {
    let mut reading = read(&[json!({ "checks": [check(changes)] })]).expect("read");
    assert_eq!((reading.monitors.len(), &reading.notes[..]), (1, &[][..]));
    reading.monitors.remove(0)
}

#[test]
fn a_check_keeps_its_address_and_behaves_as_it_did() {
    let monitor = only(&json!({}));
    let schedule = json!({
        "cron": "0 2 * * *", "timezone": "Europe/Riga", "grace": "10m", "early": "0s", "expect_from": "first_report",
    });
    assert_eq!(monitor.schedule, Some(schedule));
    let fields = json!({
        "slug": "nightly-backup", "max_runtime": "10m", "heartbeat_timeout": "off", "while_paused": "resume",
    });
    assert_eq!(Value::Object(monitor.fields), fields);
    assert_eq!(monitor.token, Some(Token::Ping(UUID.to_owned())));
    assert_eq!(
        (monitor.wanted_id.as_str(), monitor.description.as_str()),
        ("nightly-backup", "copies it all")
    );
    assert_eq!(
        (monitor.tags, monitor.is_paused, monitor.notes),
        (vec!["prod".to_owned(), "db".to_owned()], false, vec![])
    );
}

#[test]
fn a_timeout_counts_from_the_last_ping() {
    let schedule = only(&json!({ "schedule": null, "timeout": 3600 })).schedule.expect("a schedule");
    assert_eq!(
        (&schedule["every"], &schedule["from"], &schedule["early"]),
        (&json!("1h"), &json!("end"), &json!("0s"))
    );
}

#[test]
fn what_is_no_cron_is_a_calendar_event() {
    let schedule = only(&json!({ "schedule": "Mon..Fri 02:00\nSun 04:00" })).schedule.expect("a schedule");
    assert_eq!(schedule["on_calendar"], "Mon..Fri 02:00\nSun 04:00");
}

#[test]
fn a_paused_check_stays_so_until_a_ping_or_a_hand_resumes_it() {
    for (by_hand, word) in [(false, "resume"), (true, "ignore")] {
        let monitor = only(&json!({ "status": "paused", "manual_resume": by_hand }));
        assert!(monitor.is_paused);
        assert_eq!(monitor.fields["while_paused"], word);
    }
}

#[test]
fn without_a_slug_the_name_makes_the_id() {
    let monitor = only(&json!({ "slug": "" }));
    assert_eq!((monitor.wanted_id.as_str(), monitor.fields.get("slug")), ("Nightly backup", None));
}

#[test]
fn an_older_server_has_the_uuid_in_its_addresses() {
    let mut older = check(&json!({ "status": "started" }));
    for field in ["uuid", "slug", "update_url", "channels"] {
        older.as_object_mut().expect("a check").remove(field);
    }
    let reading = read(&[json!({ "checks": [older] })]).expect("read");
    assert_eq!(reading.monitors[0].token, Some(Token::Ping(UUID.to_owned())));
}

#[test]
fn of_an_address_by_slug_the_key_is_named_by_its_beginning() {
    let key = "abcdefghijklmnopqrstuv";
    let monitor = only(&json!({ "ping_url": format!("https://hc-ping.com/{key}/nightly-backup") }));
    assert_eq!(monitor.notes, ["its jobs may ping by slug: give this project their ping key, abcdef…"]);
}

#[test]
fn a_read_only_list_is_refused_with_what_to_do() {
    let mut seen = check(&json!({ "unique_key": "0".repeat(40) }));
    for field in ["uuid", "ping_url", "update_url", "pause_url", "resume_url", "channels"] {
        seen.as_object_mut().expect("a check").remove(field);
    }
    let problem = read(&[json!({ "checks": [seen] })]).expect_err("refused");
    assert!(problem.contains("read-only key: ask with a key that may write"), "{problem}");
}

#[test]
fn channels_are_told_by_name_and_by_kind_where_they_have_none() {
    let channels = json!({ "channels": [
        { "id": "c1", "name": "Ops", "kind": "slack" }, { "id": "c2", "name": "", "kind": "email" },
    ] });
    let list = json!({ "checks": [check(&json!({ "channels": "c1,c2" }))] });
    let reading = read(&[channels, list.clone()]).expect("read");
    assert_eq!(
        (&reading.monitors[0].channels[..], &reading.notes[..]),
        (&["Ops".to_owned(), "email".to_owned()][..], &[][..])
    );
    let alone = read(&[list]).expect("read");
    assert!(
        alone.monitors[0].channels.is_empty() && alone.notes[0].text.contains("second -f"),
        "{:?}",
        alone.notes
    );
}

#[test]
fn what_is_not_taken_over_is_said() {
    let monitor = only(&json!({ "methods": "POST", "filter_http_body": true, "failure_kw": "ERROR" }));
    assert_eq!(monitor.notes.len(), 2, "{:?}", monitor.notes);
    assert_eq!(only(&json!({ "subject_fail": "FAILED" })).notes.len(), 1);
}

#[test]
fn what_is_no_list_is_refused() {
    assert!(read(&[json!({ "error": "wrong api key" })]).is_err());
    assert!(read(&[json!({ "checks": [] })]).expect("an empty one").monitors.is_empty());
}
