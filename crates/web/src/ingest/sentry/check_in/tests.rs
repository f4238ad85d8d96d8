//! Fields of a check-in: all of them, as few as there may be, and wrong ones.

use serde_json::json;

use super::*;
use crate::ingest::sentry::query::sentence;

fn parsed(value: &Value) -> Result<CheckIn, String> {
    CheckIn::parse(value.to_string().as_bytes()).map_err(sentence)
}

/// The least there may be, with these fields besides.
fn with(extra: Value) -> Value {
    let mut value = json!({ "monitor_slug": "nightly", "status": "ok" });
    if let (Value::Object(fields), Value::Object(extra)) = (&mut value, extra) {
        fields.extend(extra);
    }
    value
}

#[test]
fn slug_and_status_are_all_there_must_be() {
    let least = parsed(&with(json!({}))).expect("a check-in");
    assert_eq!(
        least,
        CheckIn {
            check_in_id: None,
            monitor: MonitorName { slug: "nightly".into(), environment: "production".into() },
            status: Status::Completed,
            duration: None,
            release: None,
            trace_id: None,
            timestamp: None,
            monitor_config: None,
            ignored: Vec::new(),
        }
    );
    let nulls = [
        "check_in_id",
        "environment",
        "duration",
        "release",
        "timestamp",
        "monitor_config",
        "contexts",
        "unheard_of",
    ];
    let nulls = nulls.into_iter().map(|name| (name.to_owned(), Value::Null)).collect();
    assert_eq!(parsed(&with(Value::Object(nulls))), Ok(least));
}

#[test]
fn the_three_words_that_a_job_can_say_are_taken_and_no_others() {
    for (word, status) in
        [("in_progress", Status::Running), ("ok", Status::Completed), ("error", Status::Failed)]
    {
        assert_eq!(parsed(&with(json!({ "status": word }))).map(|read| read.status), Ok(status));
    }
    for word in [json!("missed"), json!("timeout"), json!("unknown"), json!("OK"), json!(1)] {
        assert!(parsed(&with(json!({ "status": word }))).is_err(), "{word}");
    }
}

#[test]
fn an_id_may_have_dashes_and_nil_is_none() {
    let id = |text: &str| {
        let read = parsed(&with(json!({ "check_in_id": text })));
        read.map(|read| read.check_in_id.map(|id| id.as_str().to_owned()))
    };
    let known = Some("0123456789abcdef0123456789abcdef".to_owned());
    assert_eq!(id("0123456789abcdef0123456789abcdef"), Ok(known.clone()));
    assert_eq!(id("01234567-89AB-cdef-0123-456789abcdef"), Ok(known));
    assert_eq!(id("00000000000000000000000000000000"), Ok(None));
    assert_eq!(id("00000000-0000-0000-0000-000000000000"), Ok(None));
    for text in [
        "",
        "7",
        "0123456789abcdef0123456789abcdeg",
        "0123456-789ab-cdef-0123-456789abcdef",
        "{0123456789abcdef0123456789abcdef}",
    ] {
        assert!(id(text).is_err(), "{text}");
    }
}

#[test]
fn what_a_check_in_can_do_without_is_let_go_by_and_named() {
    let odd = json!({ "duration": -1, "release": 7, "timestamp": "soon", "contexts": { "trace": { "trace_id": "x" } } });
    let read = parsed(&with(odd)).expect("a check-in");
    assert_eq!((read.duration, read.release, read.timestamp, read.trace_id), (None, None, None, None));
    let named: Vec<_> = read.ignored.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(named, ["duration", "release", "timestamp"]);
}

#[test]
fn durations_are_seconds_with_fractions() {
    let duration = |value: Value| parsed(&with(json!({ "duration": value }))).expect("a check-in").duration;
    for (value, millis) in [
        (json!(0), 0),
        (json!(1.2345), 1235),
        (json!("2"), 2000),
        (json!(0.000_988), 1),
        (json!(31_622_400), 31_622_400_000),
    ] {
        assert_eq!(duration(value.clone()), Some(Duration::from_millis(millis)), "{value}");
    }
    for value in [json!(-0.1), json!(31_622_401), json!(1e300), json!("NaN"), json!([1])] {
        assert_eq!(duration(value.clone()), None, "{value}");
    }
}

#[test]
fn an_environment_that_is_too_long_refuses_the_check_in() {
    let refused = parsed(&with(json!({ "environment": "x".repeat(65) }))).expect_err("refused");
    assert!(refused.starts_with("environment must have at most 64 characters"), "{refused}");
    let read = parsed(&with(json!({ "environment": "qa" }))).expect("a check-in");
    assert_eq!(read.monitor.scheduler_id().as_str(), "nightly@qa");
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let refused = parsed(&json!({ "monitor_slug": "!", "check_in_id": 1 })).expect_err("refused");
    assert_eq!(
        refused,
        "check_in_id must be a text, was 1; monitor_slug must have a letter or a digit of ASCII, was '!'; \
         status is required, was absent"
    );
    assert_eq!(parsed(&json!([])), Err("check_in must be a JSON object, was an array".to_owned()));
    assert_eq!(
        parsed(&json!({})),
        Err("monitor_slug is required, was absent; status is required, was absent".to_owned())
    );
}

#[test]
fn a_monitor_that_is_wrong_does_not_refuse_the_check_in() {
    let read = parsed(&with(
        json!({ "monitor_config": { "schedule": { "type": "crontab", "value": "61 * * * *" } } }),
    ));
    let problems = read.expect("a check-in").monitor_config.expect("a config").expect_err("problems");
    assert_eq!(sentence(problems), "monitor_config.schedule.value at character 1: minute 61 is above 59");
    let read = parsed(&with(json!({ "monitor_config": "daily" }))).expect("a check-in");
    let problems = read.monitor_config.expect("a config").expect_err("problems");
    assert_eq!(sentence(problems), "monitor_config must be a JSON object, was 'daily'");
}

#[test]
fn a_release_is_cut_and_cleared_of_control_characters() {
    let read =
        parsed(&with(json!({ "release": format!("app@1\u{7}\n{}", "x".repeat(500)) }))).expect("a check-in");
    let release = read.release.expect("a release");
    assert!(release.starts_with("app@1xx") && release.chars().count() == RELEASE_CHARS_MAX, "{release}");
}
