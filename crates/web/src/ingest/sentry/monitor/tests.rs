//! What becomes of a `monitor_config`: new schedulers, known ones, and what makes no sense.

use serde_json::json;

use super::*;
use crate::ingest::sentry::query::sentence;

fn name() -> MonitorName {
    MonitorName { slug: "nightly".into(), environment: "qa".into() }
}

fn read(value: Value) -> Result<MonitorConfig, String> {
    MonitorConfig::read(value).map_err(sentence)
}

fn registered(value: Value) -> Config {
    read(value).expect("a monitor").registration(&name(), "billing").applied_to(&Config::default())
}

fn changed(value: Value, config: &Config) -> Config {
    read(value).expect("a monitor").change(&name(), config).applied_to(config)
}

fn hourly() -> Value {
    json!({ "schedule": { "type": "crontab", "value": "0 * * * *" } })
}

fn every(value: &Value, unit: &str) -> Result<Duration, String> {
    let config = read(json!({ "schedule": { "type": "interval", "value": value, "unit": unit } }))?;
    match config.timing {
        Timing::Interval(period) => Ok(period),
        Timing::Crontab { .. } => Err("a crontab".to_owned()),
    }
}

#[test]
fn a_whole_monitor_becomes_a_registration() {
    let config = registered(json!({
        "schedule": { "type": "crontab", "value": "5 1 * * *" }, "timezone": "Asia/Jakarta",
        "checkin_margin": 5, "max_runtime": 45, "failure_issue_threshold": 3, "recovery_threshold": 2,
        "owner": "team:books", "alert_rule_id": 7,
    }));
    let schedule = config.schedule.clone().expect("a schedule");
    assert_eq!(
        schedule.recurrence,
        Recurrence::Cron {
            expression: Cron::parse("5 1 * * *").expect("cron"),
            timezone: Zone::parse("Asia/Jakarta").expect("a zone")
        }
    );
    assert_eq!(schedule.grace(), Duration::from_minutes(5));
    assert_eq!(schedule.expect_from, ExpectFrom::FirstReport);
    assert_eq!(config.max_runtime(), Some(Duration::from_minutes(45)));
    assert_eq!(
        (config.failure_threshold(), config.missed_threshold(), config.recovery_threshold()),
        (3, 3, 2)
    );
    assert_eq!((config.service_name.as_str(), config.job_name.as_str()), ("billing", "nightly"));
    assert_eq!(config.tags, ["monitor:nightly", "environment:qa", "owner:team:books"]);
    assert_eq!(config.heartbeat_timeout, Some(Limit::Off));
}

#[test]
fn what_a_new_monitor_does_not_say_is_as_sentry_has_it() {
    let config = registered(hourly());
    let schedule = config.schedule.clone().expect("a schedule");
    assert_eq!(schedule.grace(), Duration::MINUTE);
    assert_eq!(config.max_runtime(), Some(Duration::from_minutes(30)));
    assert_eq!(
        (config.failure_threshold, config.missed_threshold, config.recovery_threshold),
        (None, None, None)
    );
    let nulls = json!({ "schedule": { "type": "crontab", "value": "0 * * * *", "unit": null }, "checkin_margin": null,
        "max_runtime": null, "timezone": null, "failure_issue_threshold": null, "recovery_threshold": null, "owner": null });
    assert_eq!(registered(nulls), config);
}

#[test]
fn of_a_known_monitor_only_what_is_said_changes() {
    let full = json!({ "schedule": { "type": "crontab", "value": "5 1 * * *" }, "timezone": "Asia/Jakarta",
        "checkin_margin": 5, "max_runtime": 45, "failure_issue_threshold": 3, "owner": "team:books" });
    let mut known = registered(full);
    known.description = Some("by hand".to_owned());
    let after = changed(hourly(), &known);
    let mut schedule = known.schedule.clone().expect("a schedule");
    let zone = known_zone(&schedule).expect("a zone");
    schedule.recurrence =
        Recurrence::Cron { expression: Cron::parse("0 * * * *").expect("cron"), timezone: zone };
    assert_eq!(after, Config { schedule: Some(schedule), ..known.clone() });
    let owned = json!({ "schedule": { "type": "interval", "value": 2, "unit": "hour" }, "checkin_margin": 0.5,
        "max_runtime": 10, "failure_issue_threshold": 1, "owner": "user:7" });
    let after = changed(owned, &known);
    assert_eq!(after.schedule.as_ref().map(Schedule::grace), Some(Duration::from_seconds(30)));
    assert_eq!(after.max_runtime(), Some(Duration::from_minutes(10)));
    assert_eq!((after.failure_threshold(), after.missed_threshold()), (1, 1));
    assert_eq!(after.tags, ["monitor:nightly", "environment:qa", "owner:user:7"]);
}

#[test]
fn saying_the_same_again_changes_nothing() {
    let all = json!({ "schedule": { "type": "interval", "value": 2, "unit": "hour" }, "checkin_margin": 3, "owner": "team:x" });
    let known = registered(all.clone());
    assert_eq!(changed(all, &known), known);
}

#[test]
fn a_scheduler_of_whose_schedule_nothing_was_said_gets_one_later() {
    let known = bare(&name(), "billing").applied_to(&Config::default());
    assert_eq!((known.schedule.is_none(), known.max_runtime()), (true, Some(Duration::from_minutes(30))));
    assert_eq!(changed(hourly(), &known), registered(hourly()));
}

#[test]
fn tags_of_people_stay_and_there_are_never_too_many() {
    let mut known = registered(hourly());
    known.tags = (0..19).map(|n| format!("tag-{n}")).collect();
    let after = changed(hourly(), &known);
    assert_eq!(
        (after.tags.len(), after.tags[0].as_str(), after.tags[19].as_str()),
        (20, "tag-0", "monitor:nightly")
    );
}

#[test]
fn nicknames_and_blanks_around_an_expression_are_taken() {
    for text in ["@daily", "@Hourly", "@midnight", " 0 2 * * 1-5 ", "*/5 * * * *"] {
        let value = json!({ "schedule": { "type": "crontab", "value": text } });
        assert!(read(value).is_ok(), "{text}");
    }
}

#[test]
fn intervals_are_periods() {
    for (value, unit, period) in [
        (1, "second", "5s"),
        (30, "second", "30s"),
        (15, "minute", "15m"),
        (2, "hour", "2h"),
        (1, "day", "1d"),
        (2, "week", "14d"),
        (1, "month", "31d"),
        (2, "month", "62d"),
        (3, "month", "92d"),
        (12, "month", "366d"),
        (1, "year", "366d"),
    ] {
        let value = if unit == "second" && value == 1 { 5 } else { value };
        assert_eq!(
            every(&json!(value), unit).map(|period| period.to_string()),
            Ok(period.to_owned()),
            "{value} {unit}"
        );
    }
    assert_eq!(every(&json!("3"), "hour"), Ok(Duration::HOUR.times(3)));
}

#[test]
fn intervals_beyond_what_is_watched_are_refused() {
    for (value, unit) in [(4, "second"), (2, "year"), (13, "month"), (367, "day"), (1_000_000_000, "year")] {
        let refused = every(&json!(value), unit).expect_err("refused");
        let said = "monitor_config.schedule.value must make an interval from 5s to 366d, made";
        assert!(refused.starts_with(said), "{refused}");
    }
    for (value, unit) in [
        (json!(0), "day"),
        (json!(-1), "day"),
        (json!(1.5), "day"),
        (json!(null), "day"),
        (json!(1), "fortnight"),
    ] {
        assert!(every(&value, unit).is_err(), "{value} {unit}");
    }
}

#[test]
fn minutes_may_have_parts_and_nought_is_the_default_margin() {
    let margin = |value: Value| {
        let config =
            read(json!({ "schedule": { "type": "crontab", "value": "@daily" }, "checkin_margin": value }));
        config.map(|config| config.margin.map(Duration::as_millis))
    };
    for (value, millis) in
        [(json!(0), 60_000), (json!(0.25), 15_000), (json!(40_320), 2_419_200_000), (json!("2"), 120_000)]
    {
        assert_eq!(margin(value.clone()), Ok(Some(millis)), "{value}");
    }
    for value in [json!(-1), json!(40_321), json!("soon"), json!(true)] {
        assert!(margin(value.clone()).is_err(), "{value}");
    }
}

#[test]
fn everything_that_is_wrong_is_named() {
    for (value, said) in [
        (json!({}), "monitor_config.schedule is required, was absent"),
        (json!({ "schedule": {} }), "monitor_config.schedule.type is required, was absent"),
        (
            json!({ "schedule": "0 * * * *" }),
            "monitor_config.schedule must be a JSON object, was '0 * * * *'",
        ),
        (
            json!({ "schedule": { "type": "crontab" } }),
            "monitor_config.schedule.value is required, was absent",
        ),
        (
            json!({ "schedule": { "type": "sundial", "value": 1 } }),
            "monitor_config.schedule.type must be one of crontab, interval, was 'sundial'",
        ),
        (
            json!({ "schedule": { "type": "crontab", "value": "* * * * * *" } }),
            "monitor_config.schedule.value at character 11: five fields are expected: minute, hour, day of month, month, \
             day of week; these are 6, and seconds and years are not known",
        ),
        (
            json!({ "schedule": { "type": "crontab", "value": "@daily" }, "timezone": "Mars/Base", "max_runtime": 0,
                "failure_issue_threshold": 0, "recovery_threshold": 721 }),
            "monitor_config.timezone 'Mars/Base' is not a time zone of the IANA database, such as Europe/Riga or UTC; \
             monitor_config.max_runtime must be a number of minutes from a second to 40320, was 0; \
             monitor_config.failure_issue_threshold must be a whole number from 1 to 720, was 0; \
             monitor_config.recovery_threshold must be a whole number from 1 to 720, was 721",
        ),
    ] {
        assert_eq!(read(value.clone()), Err(said.to_owned()), "{value}");
    }
}

#[test]
fn an_owner_that_is_no_text_is_nobody() {
    for owner in [json!(7), json!(""), json!(" \n "), json!({ "id": 1 })] {
        let mut value = hourly();
        value["owner"] = owner;
        assert_eq!(registered(value).tags.len(), 2);
    }
}
