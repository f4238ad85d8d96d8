//! Words, ids, lengths of time and payloads at their bounds.

use domain::report::{METADATA_BYTES_MAX, METADATA_DEPTH_MAX};
use domain::{Duration, Instant, Payload, ProjectId, RunState, Status};
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
