//! Heartbeats in the shape of the API.

use serde_json::json;

use super::*;

fn page(changes: &Value) -> Value {
    let mut it = json!({
        "url": "https://uptime.betterstack.com/api/v1/heartbeat/abcd1234abcd1234abcd1234", "name": "Testing heartbeat",
        "period": 10800, "grace": 300, "call": false, "sms": false, "email": true, "push": true, "team_wait": 180,
        "heartbeat_group_id": null, "team_name": "Test team", "paused_at": null, "maintenance_from": null,
        "maintenance_to": null, "maintenance_timezone": "UTC", "maintenance_days": ["mon"], "status": "up",
    });
    for (field, value) in changes.as_object().expect("changes") {
        it[field] = value.clone();
    }
    let next = json!({ "first": null, "last": null, "prev": null, "next": null });
    json!({ "data": [{ "id": "12345", "type": "heartbeat", "attributes": it }], "pagination": next })
}

fn only(changes: &Value) -> Monitor {
    read(&[page(changes)]).expect("read").monitors.remove(0)
}

#[test]
fn a_heartbeat_keeps_the_end_of_its_address() {
    let monitor = only(&json!({}));
    assert_eq!(monitor.token, Some(Token::Alias("abcd1234abcd1234abcd1234".to_owned())));
    let schedule = json!({ "every": "3h", "from": "end", "grace": "5m", "expect_from": "first_report" });
    assert_eq!(monitor.schedule, Some(schedule));
    assert!(!monitor.is_paused && monitor.notes.is_empty());
}

#[test]
fn what_is_paused_or_has_hours_of_maintenance_is_told() {
    for paused in [json!({ "status": "paused" }), json!({ "paused_at": "2026-01-01T00:00:00Z" })] {
        assert!(only(&paused).is_paused);
    }
    let monitor = only(&json!({ "maintenance_from": "01:02:00", "maintenance_to": "03:04:00" }));
    assert!(monitor.notes[0].contains("maintenance"), "{:?}", monitor.notes);
}

#[test]
fn what_has_no_address_is_passed_over_and_what_is_no_list_refused() {
    let reading = read(&[page(&json!({ "url": null }))]).expect("read");
    assert_eq!((reading.monitors.len(), reading.notes.len()), (0, 1));
    assert!(read(&[json!({ "errors": "Invalid token" })]).is_err());
}
