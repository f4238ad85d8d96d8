//! Our own attention: stamps, gaps, and what was not judged for them.

use domain::event::Fact;
use domain::{Command, ConfigChange, Duration, Gap, ProjectId};

use super::begin;
use crate::fixtures::{after, configure, every, key_in, registration};
use crate::{Backend, Scribe};

fn gap(from: i64, until: i64) -> Gap {
    Gap { from: after(from), until: after(until) }
}

async fn record(scribe: &Scribe, from: i64, until: i64) {
    scribe.stores.observation.record_gap(gap(from, until)).await.expect("the gap is recorded");
}

async fn gaps(scribe: &Scribe, since: i64) -> Vec<Gap> {
    scribe.stores.observation.gaps(after(since)).await.expect("gaps are read")
}

/// Also when it is the earlier one: the wall clock may have been set back.
pub async fn the_last_stamp_is_the_one_written_last(data: &dyn Backend) {
    let scribe = begin(data).await;
    let there = data.open().await;
    assert_eq!(there.observation.last_stamp().await, Ok(None));
    for second in [10, 20, 5] {
        scribe.stores.observation.stamp(after(second)).await.expect("the stamp is written");
        assert_eq!(there.observation.last_stamp().await, Ok(Some(after(second))));
    }
}

/// Whatever the order in which they were recorded; those that had ended by then are left out.
pub async fn gaps_are_in_order_of_their_beginning(data: &dyn Backend) {
    let scribe = begin(data).await;
    assert_eq!(gaps(&scribe, -1000).await, []);
    for (from, until) in [(50, 60), (10, 20), (15, 100), (30, 40)] {
        record(&scribe, from, until).await;
    }
    assert_eq!(gaps(&scribe, 19).await, [gap(10, 20), gap(15, 100), gap(30, 40), gap(50, 60)]);
    assert_eq!(gaps(&scribe, 20).await, [gap(15, 100), gap(30, 40), gap(50, 60)]);
    assert_eq!(gaps(&scribe, 100).await, []);
}

/// Two processes may find the same gap, and not agree when it ended.
pub async fn gaps_of_one_beginning_are_one_with_the_later_end(data: &dyn Backend) {
    let scribe = begin(data).await;
    for until in [20, 40, 30] {
        record(&scribe, 10, until).await;
    }
    assert_eq!(gaps(&scribe, 0).await, [gap(10, 40)]);
}

/// A bound on what every decision reads.
pub async fn only_the_newest_thousand_gaps_are_answered(data: &dyn Backend) {
    let scribe = begin(data).await;
    for number in 0..1002 {
        record(&scribe, number * 10, number * 10 + 5).await;
    }
    let gaps = gaps(&scribe, -1).await;
    assert_eq!((gaps.len(), gaps[0], gaps[999]), (1000, gap(20, 25), gap(10_010, 10_015)));
}

/// By project, from an instant on; those of a project that lost none need not be mentioned.
pub async fn unobserved_slots_are_counted_by_project(data: &dyn Backend) {
    let scribe = begin(data).await;
    let schedule = || every(Duration::HOUR, Duration::MINUTE);
    let keys = [("ours", "a"), ("ours", "b"), ("theirs", "a")].map(|(project, name)| key_in(project, name));
    for key in &keys {
        let change = ConfigChange { schedule: schedule(), ..registration() };
        scribe.write(key, configure(change), after(0)).await;
    }
    record(&scribe, 3000, 8000).await;
    for (key, second) in keys.iter().zip([8000, 8010, 8020]) {
        let after = scribe.write(key, Command::Evaluate, after(second)).await;
        assert!(after.state.missed.is_none() && after.version == 2);
    }
    let events = scribe.stores.queries.events(&keys[0], 1, 10).await.expect("events are read");
    let app::ports::EventsPage::Events(events) = events else { panic!("nothing was pruned") };
    assert!(matches!(&events[0].fact, Fact::SlotsUnobserved(slots) if slots.count == 2), "{events:?}");
    for (since, ours, theirs) in [(0, 4, 2), (8000, 4, 2), (8001, 2, 2), (8011, 0, 2), (8021, 0, 0)] {
        let counts = scribe.stores.observation.unobserved_slots(after(since)).await.expect("counts are read");
        let of = |project: &str| -> u64 {
            let project = ProjectId::trusted(project);
            counts.iter().filter(|(it, _)| *it == project).map(|(_, count)| count).sum()
        };
        assert_eq!((of("ours"), of("theirs")), (ours, theirs), "since {since}");
    }
}

/// The last word of each name.
pub async fn a_note_says_what_was_written_last(data: &dyn Backend) {
    let scribe = begin(data).await;
    let observation = &scribe.stores.observation;
    assert_eq!(observation.note("settings").await, Ok(None));
    for (name, value) in [("settings", "1"), ("other", ""), ("settings", "{\"ночь\": 2}")] {
        observation.set_note(name, value).await.expect("the note is written");
    }
    assert_eq!(observation.note("settings").await, Ok(Some("{\"ночь\": 2}".to_owned())));
    assert_eq!(observation.note("other").await, Ok(Some(String::new())));
    assert_eq!(observation.note("Settings").await, Ok(None));
}
