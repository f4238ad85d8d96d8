//! Monitors in the shape of the API.

use serde_json::json;

use super::*;

fn monitors(config: &Value, environments: &Value) -> Vec<Monitor> {
    let it = json!({
        "id": "b5f2", "name": "Nightly Backup", "slug": "nightly-backup", "status": "active", "isMuted": false,
        "project": { "slug": "shop" }, "config": config, "environments": environments,
    });
    read(&[json!([it])]).expect("read").monitors
}

#[test]
fn a_monitor_is_known_by_its_slug() {
    let config = json!({
        "schedule_type": "crontab", "schedule": "0 2 * * *", "checkin_margin": 5, "max_runtime": 90,
        "timezone": "Europe/Riga", "failure_issue_threshold": 2, "recovery_threshold": 1,
    });
    let monitor = monitors(&config, &json!([])).remove(0);
    assert_eq!((monitor.wanted_id.as_str(), monitor.service.as_deref()), ("nightly-backup", Some("shop")));
    let schedule = json!({ "cron": "0 2 * * *", "timezone": "Europe/Riga", "grace": "5m", "expect_from": "first_report" });
    assert_eq!(monitor.schedule, Some(schedule));
    let fields = json!({ "max_runtime": "1h30m", "heartbeat_timeout": "off", "failure_threshold": 2 });
    assert_eq!(Value::Object(monitor.fields), fields);
}

#[test]
fn each_environment_is_a_scheduler_and_what_is_not_said_is_sentrys_default() {
    let config = json!({ "schedule_type": "interval", "schedule": [2, "hour"], "checkin_margin": null });
    let all = monitors(&config, &json!([{ "name": "production" }, { "name": "staging" }]));
    let ids: Vec<_> = all.iter().map(|it| it.wanted_id.as_str()).collect();
    assert_eq!(ids, ["nightly-backup", "nightly-backup@staging"]);
    let schedule = json!({ "every": "2h", "from": "start", "grace": "1m", "expect_from": "first_report" });
    assert_eq!((all[1].schedule.as_ref(), &all[1].fields["max_runtime"]), (Some(&schedule), &json!("30m")));
}

#[test]
fn what_cannot_be_read_is_said() {
    assert_eq!(monitors(&json!({ "schedule": [1, "fortnight"] }), &json!([]))[0].notes.len(), 1);
    assert_eq!(read(&[json!([{ "name": "a" }])]).expect("read").notes.len(), 1);
    assert!(read(&[json!({ "detail": "Invalid token" })]).is_err());
}
