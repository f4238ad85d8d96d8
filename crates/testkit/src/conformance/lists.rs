//! Lists of schedulers: their order and their pages.

use app::ports::{Filter, ListQuery, Sort};
use domain::{Health, ProjectId, Report, SchedulerKey, Status};

use super::begin;
use super::paging::walk;
use super::zoo::{found, ids, named, query, rows, zoo};
use crate::Backend;
use crate::fixtures::{after, key, key_in, payload, report, report_of, start};

/// As text is compared byte by byte.
pub async fn a_list_is_in_order_of_ids(data: &dyn Backend) {
    let scribe = begin(data).await;
    let mut names = ["b", "B", "a", "a/b", "a b", "é", "z", "ночь", "日本", "%", "_", "10", "9", "𝔷"];
    for name in names {
        named(&scribe, name, "billing", "nightly", &[]).await;
    }
    names.sort_unstable();
    assert_eq!(found(&scribe, Filter::default()).await, names);
}

/// What needs somebody comes first; what is equally bad is in order of ids.
pub async fn a_list_can_be_in_order_of_severity(data: &dyn Backend) {
    let scribe = begin(data).await;
    zoo(&scribe).await;
    let expected = [
        "also failing",
        "failing",
        "stale",
        "overrun",
        "missed",
        "paused",
        "late",
        "brand new",
        "new",
        "healthy",
    ];
    for limit in [1, 2, 4, 10_000] {
        let query = ListQuery { sort: Sort::Severity, limit, ..query(Filter::default()) };
        assert_eq!(ids(&scribe, &query).await, expected, "{limit} a page");
    }
}

/// Under every order and page size, with the longest names there are, and while others come and go.
pub async fn pages_lose_and_repeat_nothing_while_schedulers_come_and_go(data: &dyn Backend) {
    let scribe = begin(data).await;
    let longest = ["𝔷", "y", "é"].map(|letter| letter.repeat(255));
    for (number, name) in
        longest.iter().map(String::as_str).chain(["a", "b", "b%", "b/c", "ночь"]).enumerate()
    {
        let key = named(&scribe, name, "billing", "nightly", &[]).await;
        let status = if number % 2 == 0 { Status::Failed } else { Status::Completed };
        scribe.report(&key, report(status, after(1))).await;
    }
    let project = ProjectId::default_project();
    for (sort, limit) in
        [Sort::Id, Sort::Severity].into_iter().flat_map(|sort| [1, 2, 3].map(|limit| (sort, limit)))
    {
        let query = ListQuery { sort, limit, ..query(Filter::default()) };
        let before = ids(&scribe, &ListQuery { limit: 1000, ..query.clone() }).await;
        let rows = walk(limit, async |cursor| {
            let page = scribe.stores.queries.list(&project, &ListQuery { cursor, ..query.clone() }).await;
            let passing = named(&scribe, "0 passing", "billing", "nightly", &[]).await;
            super::deletion::delete(&scribe, &passing, after(2)).await;
            page
        });
        let names: Vec<_> = rows.await.iter().map(|row| row.scheduler.key.id.to_string()).collect();
        assert_eq!(names, before, "{sort:?}, {limit} a page");
    }
}

/// A page of many big payloads ends early, and the next goes on.
pub async fn a_page_ends_before_it_grows_too_big(data: &dyn Backend) {
    let scribe = begin(data).await;
    let text = "x".repeat(domain::report::ERROR_CHARS_MAX);
    let metadata = (0..30).map(|number| (format!("k{number}"), "y".repeat(1000).into())).collect();
    let big = domain::Payload::bounded(Some(text), Some(metadata));
    assert!(big.cut.is_empty());
    for number in 0..200 {
        let key = named(&scribe, &format!("{number:03}"), "billing", "nightly", &[]).await;
        scribe.report(&key, Report { payload: big.clone(), ..report(Status::Failed, after(1)) }).await;
    }
    let everything = query(Filter::default());
    let first = scribe.stores.queries.list(&ProjectId::default_project(), &everything).await;
    let first = first.expect("a page is read");
    assert!((80..=140).contains(&first.items.len()), "{} times 40 KB", first.items.len());
    assert!(first.items.iter().all(|row| row.payload == big));
    assert_eq!(ids(&scribe, &everything).await.len(), 200);
}

/// What a list shows is what one alone shows: state, heartbeats, payload.
pub async fn a_list_shows_what_one_alone_shows(data: &dyn Backend) {
    let scribe = begin(data).await;
    zoo(&scribe).await;
    let failed = Report { payload: payload("disk full"), ..report_of("x", Status::Failed, after(20)) };
    scribe.report(&key("failing"), failed).await;
    let beat = scribe.beat(&key("overrun"), after(3800)).await;
    scribe.stores.schedulers.beat(beat).await.expect("the heartbeat is written");
    let rows = rows(&scribe, "default", &query(Filter::default())).await;
    assert_eq!(rows.len(), 10);
    for row in rows {
        let key = row.scheduler.key.clone();
        let loaded = scribe.load(&key).await;
        assert_eq!((&row.scheduler, &row.liveness), (&loaded.scheduler, &loaded.liveness));
        assert_eq!(row.payload.is_empty(), key.id.as_str() != "failing");
        assert_eq!(scribe.stores.queries.get(&key).await, Ok(Some(row)));
    }
}

/// By project, then by id, from any place on: so that upkeep can walk past all there is.
pub async fn all_names_can_be_walked_past(data: &dyn Backend) {
    let scribe = begin(data).await;
    let mut keys: Vec<_> = [("b", "1"), ("a", "2"), ("a", "10"), ("a-", "0"), ("b", "ночь"), ("a", "a/b")]
        .into_iter()
        .map(|(project, name)| key_in(project, name))
        .collect();
    for key in &keys {
        scribe.register(key, start()).await;
    }
    keys.sort();
    let mut walked: Vec<SchedulerKey> = Vec::new();
    for _ in 0..=keys.len() {
        let next = scribe.stores.queries.keys_after(walked.last(), 2).await.expect("names are read");
        assert!(next.len() <= 2);
        walked.extend(next);
    }
    assert_eq!(walked, keys);
    let between = key_in("a", "15");
    let next = scribe.stores.queries.keys_after(Some(&between), 1).await;
    assert_eq!(next, Ok(vec![key_in("a", "2")]));
}

/// Health in a list is never older than the last answer.
pub async fn a_list_sees_every_write_that_was_answered(data: &dyn Backend) {
    let scribe = begin(data).await;
    let there = scribe.on(data.open().await);
    let nightly = named(&scribe, "nightly", "billing", "nightly", &[]).await;
    for second in 1..=10 {
        let (status, health) = if second % 2 == 0 {
            (Status::Completed, Health::Healthy)
        } else {
            (Status::Failed, Health::Failing)
        };
        scribe.report(&nightly, report(status, after(second))).await;
        let filter = Filter { health: Some(health), ..Filter::default() };
        let asked = ListQuery { now: after(second), ..query(filter) };
        assert_eq!(ids(&there, &asked).await, ["nightly"], "after {second}");
    }
}
