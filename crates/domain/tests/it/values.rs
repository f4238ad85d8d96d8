//! Words, ids, lengths of time and payloads at their bounds.

use domain::report::{ERROR_CHARS_MAX, METADATA_BYTES_MAX, METADATA_DEPTH_MAX};
use domain::schedule::{Cron, OnCalendar, Recurrence, Zone};
use domain::{Cause, CauseSet, Duration, Instant, Payload, ProjectId, ReportId, RunId, RunState, Status};
use serde_json::{Map, Value, json};

#[test]
fn words_are_read_as_they_are_written() {
    let states = [RunState::Running, RunState::Completed, RunState::Failed, RunState::Abandoned];
    assert_eq!(states.map(RunState::as_str), ["running", "completed", "failed", "abandoned"]);
    assert_eq!(states.map(|state| RunState::parse(state.as_str())), states.map(Some));
    assert_eq!(RunState::parse("lost"), None);
    let statuses = [Status::Pending, Status::Running, Status::Completed, Status::Failed];
    assert_eq!(statuses.map(Status::as_str), ["pending", "running", "completed", "failed"]);
    assert_eq!(statuses.map(|status| Status::parse(status.as_str())), statuses.map(Some));
    assert_eq!(Status::parse("lost"), None);
}

#[test]
fn a_project_is_named_in_few_and_plain_letters() {
    for good in ["a", "0", "-", "_", "team-7_b", &"x".repeat(64)] {
        assert_eq!(ProjectId::parse(good).expect(good).as_str(), good);
    }
    for bad in ["", "A", "a b", "ä", "a/b", "a.b", &"x".repeat(65)] {
        assert!(ProjectId::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_run_and_a_report_are_named_in_one_to_128_characters_without_control() {
    for good in ["a", " ", "2024-01-15", &"é".repeat(128)] {
        assert_eq!(RunId::parse(good).expect(good).as_str(), good);
        assert_eq!(ReportId::parse(good).expect(good).as_str(), good);
    }
    for bad in ["", "a\nb", "\u{7f}", &"x".repeat(129)] {
        assert!(RunId::parse(bad).is_err() && ReportId::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn what_is_wrong_is_counted_together_apart_and_in_common() {
    let set = |causes: &[Cause]| causes.iter().copied().collect::<CauseSet>();
    let (night, day) = (set(&[Cause::Missed, Cause::Failing]), set(&[Cause::Stale, Cause::Failing]));
    assert_eq!(night.and(day), set(&[Cause::Failing]));
    assert_eq!(night.or(day), set(&[Cause::Missed, Cause::Stale, Cause::Failing]));
    assert_eq!(night.without(day), set(&[Cause::Missed]));
    assert_eq!((night.worst(), CauseSet::default().worst()), (Some(Cause::Failing), None));
}

#[test]
fn what_is_put_twice_is_there_once_and_what_is_taken_twice_is_gone() {
    let mut causes = CauseSet::default();
    for (present, count) in [(true, 1), (true, 1), (false, 0), (false, 0)] {
        causes.put(Cause::Stale, present);
        assert_eq!((causes.has(Cause::Stale), causes.iter().count()), (present, count));
    }
}

#[test]
fn a_refused_expression_says_where_and_why() {
    let refusal = Cron::parse("61 4 * * *").expect_err("refused");
    assert_eq!(refusal.to_string(), "at character 1: minute 61 is above 59");
}

#[test]
fn a_recurrence_asks_its_own_kind_for_the_next_slot_and_shows_its_zone() {
    let timezone = Zone::parse("europe/riga").expect("a zone");
    assert_eq!((timezone.to_string(), timezone.name()), ("Europe/Riga".to_owned(), "Europe/Riga"));
    assert_eq!(timezone, Zone::parse("Europe/Riga").expect("a zone"));
    assert_ne!(timezone, Zone::utc());
    for name in ["utc", "UTC", "z", "Z"] {
        assert_eq!(Zone::parse(name), Ok(Zone::utc()), "{name}");
    }
    let after = Instant::parse("2026-01-05T00:00:00Z").expect("an instant");
    let expression = OnCalendar::parse("02:00").expect("an expression");
    let calendar = Recurrence::OnCalendar { expression, timezone };
    assert_eq!(calendar.slot_after(after), Instant::parse("2026-01-06T00:00:00Z").ok());
    let every = Recurrence::Every { period: Duration::HOUR, from: domain::schedule::From::Start };
    assert_eq!(every.slot_after(after), Instant::parse("2026-01-05T01:00:00Z").ok());
    assert!(calendar.is_calendar() && !every.is_calendar());
}

#[test]
fn lengths_of_time_are_never_negative_and_add_up() {
    assert_eq!(Duration::from_millis(-5), Duration::ZERO);
    assert_eq!(Duration::from_millis(0), Duration::ZERO);
    assert_eq!(Duration::from_millis(5).as_millis(), 5);
    assert_eq!(Duration::MINUTE + Duration::SECOND, Duration::from_seconds(61));
    assert_eq!(Duration::from_millis(i64::MAX) + Duration::SECOND, Duration::from_millis(i64::MAX));
    assert_eq!(Duration::from_millis(2500).to_std(), std::time::Duration::from_millis(2500));
    assert!((Duration::from_millis(2500).as_secs_f64() - 2.5).abs() < f64::EPSILON);
}

#[test]
fn a_text_is_read_as_a_length_of_time_up_to_forty_characters() {
    let padded = |length: usize| format!("{}1s", "0".repeat(length - 2));
    assert_eq!(padded(40).parse(), Ok(Duration::SECOND));
    assert!(padded(41).parse::<Duration>().is_err());
    assert!(padded(42).parse::<Duration>().is_err());
}

#[test]
fn a_text_is_read_as_an_instant_up_to_sixty_four_characters() {
    // Which zone stands in brackets makes no difference to the instant.
    let long = |length: usize| format!("2026-01-05T00:00:00+00:00[{}]", "x".repeat(length - 27));
    assert_eq!(Instant::parse(&long(64)), Instant::parse("2026-01-05"));
    for length in [65, 66] {
        assert!(Instant::parse(&long(length)).is_err(), "{length}");
    }
}

/// An array in an array, so many deep.
fn nested(depth: usize) -> Value {
    (1..depth).fold(json!([]), |inner, _| json!([inner]))
}

/// An object in an object, so many deep.
fn boxed(depth: usize) -> Value {
    (1..depth).fold(json!({}), |inner, _| json!({ "a": inner }))
}

fn metadata(entries: impl IntoIterator<Item = (String, Value)>) -> Payload {
    Payload::bounded(None, Some(Map::from_iter(entries)))
}

#[test]
fn what_is_kept_whole_is_not_marked_as_cut() {
    let kept = Payload::bounded(Some("no space".to_owned()), Some(Map::new()));
    assert_eq!((kept.error_message.as_deref(), kept.cut.len()), (Some("no space"), 0));
    assert_eq!(Payload::bounded(Some(String::new()), None), Payload::default());
    let edge = "é".repeat(ERROR_CHARS_MAX);
    let kept = Payload::bounded(Some(edge.clone()), None);
    assert_eq!((kept.error_message, kept.cut.len()), (Some(edge), 0));
}

#[test]
fn metadata_is_kept_whole_to_its_last_level_and_cut_one_below() {
    for shape in [nested, boxed] {
        // The metadata itself is the first level.
        let fits = shape(METADATA_DEPTH_MAX - 1);
        let kept = metadata([("deep".to_owned(), fits.clone())]);
        assert_eq!((kept.metadata.expect("kept")["deep"].clone(), kept.cut.len()), (fits, 0));
        let kept = metadata([("deep".to_owned(), shape(METADATA_DEPTH_MAX))]);
        assert_eq!(kept.cut, ["metadata"]);
        let text = serde_json::to_string(&kept.metadata).expect("JSON");
        assert_eq!(text.matches(['[', '{']).count(), METADATA_DEPTH_MAX, "{text}");
        assert!(text.contains('…'), "{text}");
    }
}

#[test]
fn metadata_is_kept_whole_to_its_last_byte() {
    // `{"k":"v…v"}` is eight bytes besides the letters; room for a comma is kept after each entry.
    let sized = |bytes: usize| metadata([("k".to_owned(), Value::from("v".repeat(bytes - 9)))]);
    let kept = sized(METADATA_BYTES_MAX);
    assert!(kept.cut.is_empty());
    assert_eq!(serde_json::to_string(&kept.metadata).expect("JSON").len(), METADATA_BYTES_MAX - 1);
    let kept = sized(METADATA_BYTES_MAX + 1);
    assert_eq!((kept.cut, kept.metadata.expect("kept").len()), (vec!["metadata".to_owned()], 0));
}
