//! Snitches in the shape of the API.

use serde_json::json;

use super::*;

fn only(changes: &Value) -> Monitor {
    let mut it = json!({
        "token": "c2354d53d2", "href": "/v1/snitches/c2354d53d2", "name": "Daily Backups", "tags": ["production"],
        "notes": "Backups run on Marvin", "status": "healthy", "checked_in_at": "2026-01-01T12:00:00.000Z",
        "created_at": "2025-12-30T06:30:00.000Z", "interval": "daily", "alert_type": "basic", "alert_email": [],
    });
    for (field, value) in changes.as_object().expect("changes") {
        it[field] = value.clone();
    }
    read(&[json!([it])]).expect("read").monitors.remove(0)
}

#[test]
fn a_snitch_keeps_its_token() {
    let monitor = only(&json!({}));
    assert_eq!(monitor.token, Some(Token::Alias("c2354d53d2".to_owned())));
    assert_eq!(
        (monitor.description.as_str(), &monitor.tags[..]),
        ("Backups run on Marvin", &["production".to_owned()][..])
    );
    assert!(monitor.has_usual_grace && !monitor.is_paused && monitor.notes.is_empty());
}

#[test]
fn intervals_are_periods_with_a_grace_as_long_a_day_at_most() {
    for (interval, every, grace) in [
        ("15_minute", "15m", "15m"),
        ("hourly", "1h", "1h"),
        ("daily", "1d", "1d"),
        ("weekly", "7d", "1d"),
        ("monthly", "31d", "1d"),
    ] {
        let schedule = only(&json!({ "interval": interval })).schedule.expect(interval);
        assert_eq!((&schedule["every"], &schedule["grace"]), (&json!(every), &json!(grace)), "{interval}");
    }
    let odd = only(&json!({ "interval": "fortnightly" }));
    assert!(odd.schedule.is_none() && odd.notes[0].contains("fortnightly"));
}

#[test]
fn what_is_not_taken_over_is_said() {
    assert_eq!(only(&json!({ "alert_email": ["ops@example.com"] })).notes.len(), 1);
    assert!(only(&json!({ "status": "paused" })).is_paused);
    assert!(read(&[json!({ "type": "api_error" })]).is_err());
    assert_eq!(read(&[json!([{ "name": "a", "token": null }])]).expect("read").notes.len(), 1);
}
