//! What a monitor may be, and how what it may not be is told.

use serde_json::json;

use super::*;

fn read(sent: &Value) -> Result<Monitor, Vec<String>> {
    Monitor::read(sent)
}

fn schedule_of(sent: &Value) -> Said<Recurrence> {
    read(sent).expect("a monitor").schedule
}

#[test]
fn a_monitor_is_read_with_all_that_we_know() {
    let monitor = read(&json!({
        "key": "nightly", "type": "job", "name": "Nightly job", "group": "billing", "note": "at night",
        "tags": ["db", "eu"], "schedule": "0 2 * * *", "timezone": "Asia/Jakarta", "grace_seconds": 600,
        "failure_tolerance": 1, "realert_interval": "every 8 hours", "assertions": ["metric.duration < 10 min"],
        "notify": ["devops"], "paused": false, "rules": [], "platform": "linux cron",
    }))
    .expect("a monitor");
    assert_eq!(monitor.id.as_str(), "nightly");
    assert_eq!((monitor.name.as_deref(), monitor.group.as_deref()), (Some("Nightly job"), Some("billing")));
    assert_eq!(monitor.note, Said::This("at night".to_owned()));
    assert!(matches!(monitor.schedule, Said::This(Recurrence::Cron { .. })));
    assert_eq!((monitor.grace, monitor.threshold), (Some(Duration::from_minutes(10)), Said::This(2)));
    assert_eq!(monitor.realert, Said::This(Duration::HOUR.times(8)));
    assert_eq!((monitor.longest, monitor.paused), (Some(Duration::from_minutes(10)), Some(false)));
}

#[test]
fn a_schedule_is_cron_or_a_period_and_there_is_one() {
    let minutes = |n, from| Said::This(Recurrence::Every { period: Duration::from_minutes(n), from });
    assert_eq!(schedule_of(&json!({ "key": "a", "schedule": "every 5 minutes" })), minutes(5, From::Start));
    assert_eq!(
        schedule_of(&json!({ "key": "a", "type": "heartbeat", "schedule": "every 5 minutes" })),
        minutes(5, From::End)
    );
    assert!(matches!(schedule_of(&json!({ "key": "a", "schedules": ["@daily"] })), Said::This(_)));
    assert_eq!(schedule_of(&json!({ "key": "a", "schedule": null })), Said::None);
    assert_eq!(schedule_of(&json!({ "key": "a", "schedules": [] })), Said::None);
    assert_eq!(schedule_of(&json!({ "key": "a" })), Said::Nothing);
}

#[test]
fn a_monitor_without_a_key_is_called_by_its_name() {
    assert_eq!(read(&json!({ "name": "Nightly Job" })).expect("a monitor").id.as_str(), "nightly-job");
}

#[test]
fn everything_that_is_wrong_is_named() {
    for (sent, wrong) in [
        (json!({}), vec!["a monitor: key must not be empty"]),
        (json!(7), vec!["a monitor: key must not be empty"]),
        (
            json!({ "key": "a", "type": "check", "request": {} }),
            vec!["a: type must be job or heartbeat, was check: no sites are checked here"],
        ),
        (json!({ "key": "a", "type": "other" }), vec!["a: type must be job or heartbeat, was 'other'"]),
        (
            json!({ "key": "a", "schedules": ["@daily", "@hourly"] }),
            vec!["a: schedules must have one: a job is expected by one schedule here"],
        ),
        (
            json!({ "key": "a", "schedule": "every 1 second", "grace_seconds": -1 }),
            vec![
                "a: schedule must be 5 seconds to 366 days, was 'every 1 second'",
                "a: grace_seconds must be 0 to 31622400",
            ],
        ),
    ] {
        assert_eq!(read(&sent), Err(wrong.into_iter().map(str::to_owned).collect()), "{sent}");
    }
    for sent in [
        json!({ "key": "a", "schedule": "61 * * * *" }),
        json!({ "key": "a", "schedule": "@daily", "timezone": "Mars/Olympus" }),
    ] {
        assert_eq!(read(&sent).expect_err("wrong").len(), 1, "{sent}");
    }
}
