//! The history of a scheduler: what people read of its events.

use app::ports::{HistoryEntry, HistoryQuery};
use domain::history::{Entry, entry};
use domain::{Command, ConfigChange, Duration, Report, SchedulerKey, Status};

use super::begin;
use super::paging::walk;
use crate::fixtures::{
    after, configure, every, key, payload, registration, report, report_of, reported, start,
};
use crate::{Backend, Scribe};

/// All reports, nothing else.
const REPORTS: HistoryQuery =
    HistoryQuery { from: None, to: None, status: None, system: false, limit: 1000, cursor: None };

pub(super) async fn read(scribe: &Scribe, key: &SchedulerKey, query: &HistoryQuery) -> Vec<HistoryEntry> {
    walk(query.limit, async |cursor| {
        scribe.stores.queries.history(key, &HistoryQuery { cursor, ..query.clone() }).await
    })
    .await
}

/// What entries are, as words.
pub(super) fn words(entries: &[HistoryEntry]) -> Vec<&'static str> {
    let word = |line: &HistoryEntry| match entry(&line.event.fact).expect("a line of the history") {
        Entry::Report(status) => status.as_str(),
        Entry::System(word) => word,
    };
    entries.iter().map(word).collect()
}

/// A scheduler that missed a slot, then ran, failed, waited, and recovered.
async fn eventful(scribe: &Scribe) -> SchedulerKey {
    let nightly = key("nightly");
    let schedule = every(Duration::HOUR, Duration::MINUTE);
    scribe.write(&nightly, configure(ConfigChange { schedule, ..registration() }), start()).await;
    scribe.write(&nightly, Command::Evaluate, after(3700)).await;
    scribe.report(&nightly, report(Status::Running, after(3800))).await;
    scribe.report(&nightly, report(Status::Failed, after(3900))).await;
    scribe.report(&nightly, report(Status::Pending, after(4000))).await;
    scribe.report(&nightly, report(Status::Completed, after(4100))).await;
    nightly
}

/// Registration, incidents and the like are events and no history.
pub async fn reports_are_read_newest_first(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = eventful(&scribe).await;
    let lines = read(&scribe, &nightly, &REPORTS).await;
    assert_eq!(words(&lines), ["completed", "pending", "failed", "running"]);
    assert!(lines.is_sorted_by(|newer, older| newer.event.version > older.event.version));
}

/// What the system concluded stands at its place among the reports.
pub async fn what_the_system_concluded_is_read_on_demand(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = eventful(&scribe).await;
    let lines = read(&scribe, &nightly, &HistoryQuery { system: true, ..REPORTS }).await;
    let expected = ["recovered", "completed", "pending", "failed", "recovered", "running", "missed"];
    assert_eq!(sorted(words(&lines)), sorted(expected.to_vec()));
    assert_eq!(words(&lines).last(), Some(&"missed"));
    assert!(lines.is_sorted_by(|newer, older| newer.event.version > older.event.version));
}

fn sorted(mut words: Vec<&'static str>) -> Vec<&'static str> {
    words.sort_unstable();
    words
}

/// A status picks among the reports; what the system concluded comes with them where it is asked for as well.
pub async fn history_is_filtered_by_status(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = eventful(&scribe).await;
    for status in Status::ALL {
        let only = HistoryQuery { status: Some(status), ..REPORTS };
        assert_eq!(words(&read(&scribe, &nightly, &only).await), [status.as_str()]);
        let besides = HistoryQuery { system: true, ..only };
        let words = words(&read(&scribe, &nightly, &besides).await);
        assert_eq!(sorted(words), sorted(vec![status.as_str(), "recovered", "recovered", "missed"]));
    }
}

/// From an instant on, and up to but without another; a report stands at the instant at which it came in, however
/// much later it was taken from a queue, and whatever the clock of its job says.
pub async fn history_is_filtered_by_when_it_came_in(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = eventful(&scribe).await;
    let queued = Report { timestamp: Some(after(9900)), ..report_of("q", Status::Completed, after(4200)) };
    scribe.write(&nightly, reported(queued), after(9000)).await;
    for (from, to, expected) in [
        (None, None, vec!["completed", "completed", "pending", "failed", "running"]),
        (Some(3900), None, vec!["completed", "completed", "pending", "failed"]),
        (Some(3901), Some(4100), vec!["pending"]),
        (Some(3900), Some(4101), vec!["completed", "pending", "failed"]),
        (Some(4200), Some(4201), vec!["completed"]),
        (Some(4201), None, vec![]),
        (None, Some(3800), vec![]),
    ] {
        let query = HistoryQuery { from: from.map(after), to: to.map(after), ..REPORTS };
        assert_eq!(words(&read(&scribe, &nightly, &query).await), expected, "{from:?} to {to:?}");
    }
    let missed = HistoryQuery { from: Some(after(3700)), to: Some(after(3701)), system: true, ..REPORTS };
    assert_eq!(words(&read(&scribe, &nightly, &missed).await), ["missed"]);
}

/// Error text and metadata come with the report that brought them, and with no other.
pub async fn a_payload_stays_with_its_entry(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    let texts = ["disk full", "", "\"ночь\"\n\0\u{1f30d}"];
    for (second, text) in texts.iter().enumerate() {
        let payload = if text.is_empty() { domain::Payload::default() } else { payload(text) };
        let failed = Report { payload, ..report(Status::Failed, after(second as i64)) };
        scribe.report(&nightly, failed).await;
    }
    let lines = read(&scribe, &nightly, &REPORTS).await;
    let payloads: Vec<_> = lines.iter().rev().map(|line| line.payload.clone()).collect();
    assert_eq!(payloads, [payload(texts[0]), domain::Payload::default(), payload(texts[2])]);
    let row = scribe.stores.queries.get(&nightly).await.expect("a row is read").expect("the row is there");
    assert_eq!(row.payload, payload(texts[2]));
}

/// Whoever reads page by page sees what was there when the first was read, each line once.
pub async fn pages_lose_and_repeat_nothing_while_new_entries_come(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    for second in 0..23 {
        scribe.report(&nightly, report(Status::Completed, after(second))).await;
    }
    let before = read(&scribe, &nightly, &REPORTS).await;
    assert_eq!(before.len(), 23);
    let (scribe, key) = (&scribe, &nightly);
    let walked = walk(4, async |cursor| {
        let query = HistoryQuery { limit: 4, cursor, ..REPORTS };
        let page = scribe.stores.queries.history(key, &query).await;
        scribe.report(key, report(Status::Completed, after(100))).await;
        page
    });
    assert_eq!(walked.await, before);
}

/// A filter that passes few lines still ends, and finds them all.
pub async fn a_filter_holds_from_page_to_page(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    for second in 0..40 {
        let status = if second % 13 == 0 { Status::Failed } else { Status::Completed };
        scribe.report(&nightly, report(status, after(second))).await;
    }
    let failed = HistoryQuery { status: Some(Status::Failed), limit: 1, ..REPORTS };
    let lines = read(&scribe, &nightly, &failed).await;
    let seconds: Vec<_> = lines.iter().map(|line| line.event.at.since(start()).as_millis() / 1000).collect();
    assert_eq!(seconds, [39, 26, 13, 0]);
}

/// One is a page, and so are a thousand.
pub async fn page_limits_hold_at_their_edges(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    super::retention::fill(&scribe, &nightly, 11).await;
    for (limit, least) in [(1000, 1000), (1, 1)] {
        let query = HistoryQuery { limit, ..REPORTS };
        let page = scribe.stores.queries.history(&nightly, &query).await.expect("a page is read");
        assert_eq!(page.items.len(), least);
        assert!(page.next.is_some());
    }
    assert_eq!(read(&scribe, &nightly, &REPORTS).await.len(), 1100);
}

/// No scheduler, no history.
pub async fn a_name_without_a_life_has_no_history(data: &dyn Backend) {
    let scribe = begin(data).await;
    let everything = HistoryQuery { system: true, ..REPORTS };
    assert!(read(&scribe, &key("nobody"), &everything).await.is_empty());
}
