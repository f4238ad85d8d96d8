//! Stored formats are read for ever: one sample of each kind of event and version lies in `tests/formats`, is read to
//! the expected value and, where its version is the one written today, written back the same.
//!
//! A new kind or version gets its sample by `BLESS=1 cargo test -p domain formats`; one that is there is never edited.

mod samples;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use domain::Event;
use domain::event::FORMAT;
use serde_json::Value;

use samples::samples;

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "formats"].iter().collect()
}

/// Every sample in the tree, by its file name.
fn stored() -> BTreeMap<String, Value> {
    let files = std::fs::read_dir(folder()).expect("the folder");
    files
        .map(|file| {
            let path = file.expect("a file").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).expect(&name);
            (name.clone(), serde_json::from_str(&text).expect(&name))
        })
        .collect()
}

fn name(event: &Event) -> String {
    format!("{}.v{FORMAT}.json", event.fact.kind())
}

fn bless() {
    for event in samples() {
        let path = folder().join(name(&event));
        if std::env::var_os("BLESS").is_some() && !path.exists() {
            let text = serde_json::to_string_pretty(&event).expect("json");
            std::fs::write(path, text + "\n").expect("written");
        }
    }
}

#[test]
fn every_stored_sample_is_read_as_what_it_meant() {
    bless();
    let stored = stored();
    for event in samples() {
        let name = name(&event);
        let sample =
            stored.get(&name).unwrap_or_else(|| panic!("tests/formats/{name} is missing: see formats.rs"));
        let read: Event = serde_json::from_value(sample.clone()).expect(&name);
        assert_eq!(read, event, "{name} is read as something else");
        assert_eq!(serde_json::to_value(&event).expect("json"), *sample, "{name} is written differently");
    }
    for (name, sample) in stored {
        let read: Result<Event, _> = serde_json::from_value(sample);
        assert!(read.is_ok(), "{name} cannot be read any more: {read:?}");
    }
}

#[test]
fn every_kind_of_event_has_a_sample() {
    let source = include_str!("../../src/event.rs");
    let body = source.split("pub const fn kind").nth(1).expect("the list of kinds");
    let kinds: BTreeSet<_> =
        body.lines().filter_map(|line| line.split('"').nth(1)).map(str::to_owned).collect();
    let sampled: BTreeSet<_> = samples().iter().map(|event| event.fact.kind().to_owned()).collect();
    assert!(kinds.len() >= 26, "the list was not found");
    assert_eq!(kinds, sampled);
}

#[test]
fn what_is_absent_in_an_event_is_read_as_its_default() {
    for text in [
        r#"{"version":1,"at":0,"type":"registered","config":{}}"#,
        r#"{"version":2,"at":0,"type":"configured","config":{}}"#,
        r#"{"version":3,"at":0,"type":"paused"}"#,
        r#"{"version":4,"at":0,"type":"slots_missed","first":1,"last":1,"count":1}"#,
        r#"{"version":5,"at":0,"type":"pending_reported","report":{"timestamp":0,"received_at":0,"happened_at":0}}"#,
        r#"{"version":6,"at":0,"type":"paused","of a later version":"ignored"}"#,
    ] {
        let read: Result<Event, _> = serde_json::from_str(text);
        assert!(read.is_ok(), "{text}: {read:?}");
    }
}
