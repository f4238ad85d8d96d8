//! Lists of schedulers: their order, their filters, their pages, and how many there are.

use app::ports::{Filter, ListQuery, SchedulerRow, Sort};
use domain::{
    Command, ConfigChange, Duration, Health, Limit, Patch, ProjectId, Report, SchedulerKey, Status,
};

use super::begin;
use super::paging::walk;
use crate::fixtures::{
    after, configure, every, key, key_in, payload, registration, report, report_of, start,
};
use crate::{Backend, Scribe};

/// When the zoo is looked at.
const NOW: i64 = 7200;

pub(super) fn query(filter: Filter) -> ListQuery {
    ListQuery { filter, sort: Sort::Id, limit: 10_000, cursor: None, now: after(NOW) }
}

async fn rows(scribe: &Scribe, project: &str, query: &ListQuery) -> Vec<SchedulerRow> {
    let project = ProjectId::trusted(project);
    walk(query.limit, async |cursor| {
        scribe.stores.queries.list(&project, &ListQuery { cursor, ..query.clone() }).await
    })
    .await
}

async fn ids(scribe: &Scribe, query: &ListQuery) -> Vec<String> {
    let rows = rows(scribe, "default", query).await;
    rows.iter().map(|row| row.scheduler.key.id.to_string()).collect()
}

async fn found(scribe: &Scribe, filter: Filter) -> Vec<String> {
    ids(scribe, &query(filter)).await
}

async fn named(scribe: &Scribe, id: &str, service: &str, job: &str, tags: &[&str]) -> SchedulerKey {
    let key = key(id);
    let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    let change = ConfigChange {
        service_name: Some(service.to_owned()),
        job_name: Some(job.to_owned()),
        tags: Patch::Set(tags),
        ..ConfigChange::default()
    };
    scribe.write(&key, configure(change), start()).await;
    key
}

/// One scheduler of each health at [`NOW`], called so, and a second one that fails.
async fn zoo(scribe: &Scribe) {
    let minute = || Patch::Set(Limit::After(Duration::MINUTE));
    let changes = [
        ("healthy", ConfigChange::default()),
        ("new", ConfigChange::default()),
        ("failing", ConfigChange::default()),
        ("also failing", ConfigChange::default()),
        ("stale", ConfigChange { heartbeat_timeout: minute(), ..ConfigChange::default() }),
        ("overrun", ConfigChange { max_runtime: minute(), ..ConfigChange::default() }),
        (
            "missed",
            ConfigChange { schedule: every(Duration::HOUR, Duration::MINUTE), ..ConfigChange::default() },
        ),
        ("late", ConfigChange { schedule: every(Duration::HOUR, Duration::DAY), ..ConfigChange::default() }),
        ("paused", ConfigChange::default()),
    ];
    for (name, change) in changes {
        let change = ConfigChange {
            service_name: registration().service_name,
            job_name: registration().job_name,
            ..change
        };
        scribe.write(&key(name), configure(change), start()).await;
    }
    for (name, status) in [
        ("healthy", Status::Completed),
        ("failing", Status::Failed),
        ("also failing", Status::Failed),
        ("stale", Status::Running),
        ("overrun", Status::Running),
    ] {
        scribe.report(&key(name), report(status, after(10))).await;
    }
    for name in ["stale", "overrun", "missed"] {
        scribe.write(&key(name), Command::Evaluate, after(3700)).await;
    }
    scribe.write(&key("paused"), Command::Pause { until: None }, after(10)).await;
}

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
    let expected =
        ["also failing", "failing", "stale", "overrun", "missed", "paused", "late", "new", "healthy"];
    for limit in [1, 2, 4, 10_000] {
        let query = ListQuery { sort: Sort::Severity, limit, ..query(Filter::default()) };
        assert_eq!(ids(&scribe, &query).await, expected, "{limit} a page");
    }
}

/// Nothing is written when a slot comes: `late` is a matter of when one asks.
pub async fn late_is_derived_at_the_instant_asked_for(data: &dyn Backend) {
    let scribe = begin(data).await;
    zoo(&scribe).await;
    for (second, expected) in [(3599, None), (3600, Some("late")), (NOW, Some("late"))] {
        let filter = Filter { health: Some(Health::Late), ..Filter::default() };
        let late = ListQuery { now: after(second), ..query(filter.clone()) };
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(ids(&scribe, &late).await, expected, "at {second}");
        let project = ProjectId::default_project();
        let count = scribe.stores.queries.count(&project, &filter, after(second)).await;
        assert_eq!(count, Ok(Some(expected.len() as u64)), "at {second}");
        let totals = scribe.stores.queries.totals(None, after(second)).await.expect("totals are read");
        assert_eq!(counted(&totals.by_health, &Health::Late), expected.len() as u64, "at {second}");
        assert_eq!(counted(&totals.by_health, &Health::New), 2 - expected.len() as u64, "at {second}");
    }
}

/// How many there are of one kind; a kind that is not mentioned has none.
fn counted<T: PartialEq>(counts: &[(T, u64)], wanted: &T) -> u64 {
    counts.iter().filter(|(kind, _)| kind == wanted).map(|(_, count)| count).sum()
}

/// Each health and each status by itself.
pub async fn a_list_is_filtered_by_health_and_status(data: &dyn Backend) {
    let scribe = begin(data).await;
    zoo(&scribe).await;
    for health in Health::ALL {
        let found = found(&scribe, Filter { health: Some(health), ..Filter::default() }).await;
        let expected =
            if health == Health::Failing { vec!["also failing", "failing"] } else { vec![health.as_str()] };
        assert_eq!(found, expected);
    }
    for (status, expected) in [
        (Status::Pending, vec!["late", "missed", "new", "paused"]),
        (Status::Running, vec!["overrun", "stale"]),
        (Status::Completed, vec!["healthy"]),
        (Status::Failed, vec!["also failing", "failing"]),
    ] {
        assert_eq!(found(&scribe, Filter { status: Some(status), ..Filter::default() }).await, expected);
    }
}

/// Exactly, not by parts; and what is asked for together must all be so.
pub async fn a_list_is_filtered_by_service_and_tag(data: &dyn Backend) {
    let scribe = begin(data).await;
    named(&scribe, "a", "billing", "nightly", &["money", "night"]).await;
    named(&scribe, "b", "billing", "hourly", &["money"]).await;
    named(&scribe, "c", "Billing", "nightly", &["night"]).await;
    named(&scribe, "d", "billing-eu", "nightly", &["mon"]).await;
    let of = |service: Option<&str>, tag: Option<&str>| Filter {
        service: service.map(str::to_owned),
        tag: tag.map(str::to_owned),
        ..Filter::default()
    };
    assert_eq!(found(&scribe, of(Some("billing"), None)).await, ["a", "b"]);
    assert_eq!(found(&scribe, of(None, Some("money"))).await, ["a", "b"]);
    assert_eq!(found(&scribe, of(None, Some("night"))).await, ["a", "c"]);
    assert_eq!(found(&scribe, of(Some("billing"), Some("night"))).await, ["a"]);
    assert!(found(&scribe, of(Some("bill"), None)).await.is_empty());
    named(&scribe, "a", "ledger", "nightly", &["night"]).await;
    assert_eq!(found(&scribe, of(Some("billing"), None)).await, ["b"]);
    assert_eq!(found(&scribe, of(None, Some("money"))).await, ["b"]);
}

/// Of id, service or job, in any case of any alphabet; wildcards of query languages mean themselves.
pub async fn a_list_is_filtered_by_prefix(data: &dyn Backend) {
    let scribe = begin(data).await;
    named(&scribe, "a", "Billing", "Nightly export", &[]).await;
    named(&scribe, "Bill", "ledger", "x", &[]).await;
    named(&scribe, "c", "Ночь", "Été", &[]).await;
    named(&scribe, "100%_sure", "x*", "[a-z]?", &[]).await;
    for (prefix, expected) in [
        ("bill", vec!["Bill", "a"]),
        ("BILLI", vec!["a"]),
        ("nightly E", vec!["a"]),
        ("export", vec![]),
        ("ночь", vec!["c"]),
        ("ét", vec!["c"]),
        ("ÉTÉ", vec!["c"]),
        ("et", vec![]),
        ("100%", vec!["100%_sure"]),
        ("%", vec![]),
        ("_", vec![]),
        ("1__", vec![]),
        ("x*", vec!["100%_sure"]),
        ("*", vec![]),
        ("[a", vec!["100%_sure"]),
        ("", vec!["100%_sure", "Bill", "a", "c"]),
    ] {
        let filter = Filter { prefix: Some(prefix.to_owned()), ..Filter::default() };
        assert_eq!(found(&scribe, filter).await, expected, "{prefix:?}");
    }
}

/// Whoever may see some services sees nothing of the others, whatever is asked for.
pub async fn a_list_is_limited_to_the_services_of_the_asker(data: &dyn Backend) {
    let scribe = begin(data).await;
    for (name, service) in [("a", "billing"), ("b", "ledger"), ("c", "search"), ("d", "billing")] {
        named(&scribe, name, service, "nightly", &[]).await;
    }
    let seeing = |services: &[&str]| Filter {
        services: Some(services.iter().map(|service| (*service).to_owned()).collect()),
        ..Filter::default()
    };
    assert_eq!(found(&scribe, seeing(&["billing", "ledger"])).await, ["a", "b", "d"]);
    let asked = Filter { service: Some("search".to_owned()), ..seeing(&["billing", "ledger"]) };
    assert!(found(&scribe, asked).await.is_empty());
    let asked = Filter { prefix: Some("nightly".to_owned()), ..seeing(&["search"]) };
    assert_eq!(found(&scribe, asked).await, ["c"]);
    assert!(found(&scribe, seeing(&[])).await.is_empty(), "no service is none, not all");
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
    assert_eq!(rows.len(), 9);
    for row in rows {
        let key = row.scheduler.key.clone();
        let loaded = scribe.load(&key).await;
        assert_eq!((&row.scheduler, &row.liveness), (&loaded.scheduler, &loaded.liveness));
        assert_eq!(row.payload.is_empty(), key.id.as_str() != "failing");
        assert_eq!(scribe.stores.queries.get(&key).await, Ok(Some(row)));
    }
}

/// In lists, totals and counts.
pub async fn projects_are_listed_apart(data: &dyn Backend) {
    let scribe = begin(data).await;
    for (project, name) in [("ours", "a"), ("ours", "b"), ("theirs", "a"), ("ours-too", "c")] {
        scribe.register(&key_in(project, name), start()).await;
    }
    for (project, expected) in [("ours", vec!["a", "b"]), ("theirs", vec!["a"]), ("nobody", vec![])] {
        let rows = rows(&scribe, project, &query(Filter::default())).await;
        let names: Vec<_> = rows.iter().map(|row| row.scheduler.key.id.as_str()).collect();
        assert_eq!(names, expected);
        assert!(rows.iter().all(|row| row.scheduler.key.project.as_str() == project));
        let project = ProjectId::trusted(project);
        let totals = scribe.stores.queries.totals(Some(&project), start()).await.expect("totals are read");
        assert_eq!(totals.all, expected.len() as u64);
        let billing = Filter { service: Some("billing".to_owned()), ..Filter::default() };
        let count = scribe.stores.queries.count(&project, &billing, start()).await;
        assert_eq!(count, Ok(Some(expected.len() as u64)));
    }
    assert_eq!(scribe.stores.queries.totals(None, start()).await.expect("totals are read").all, 4);
}

/// In all, by status, by health; a count agrees with the list that has its filter, or says that it does not know.
pub async fn counts_agree_with_lists(data: &dyn Backend) {
    let scribe = begin(data).await;
    zoo(&scribe).await;
    let (queries, project, now) = (&scribe.stores.queries, ProjectId::default_project(), after(NOW));
    let totals = queries.totals(Some(&project), now).await.expect("totals are read");
    assert_eq!(totals.all, 9);
    for health in Health::ALL {
        let filter = Filter { health: Some(health), ..Filter::default() };
        let listed = found(&scribe, filter.clone()).await.len() as u64;
        assert_eq!(counted(&totals.by_health, &health), listed, "{health:?}");
        assert_eq!(queries.count(&project, &filter, now).await, Ok(Some(listed)), "{health:?}");
    }
    for status in Status::ALL {
        let filter = Filter { status: Some(status), ..Filter::default() };
        let listed = found(&scribe, filter.clone()).await.len() as u64;
        assert_eq!(counted(&totals.by_status, &status), listed, "{status:?}");
        let count = queries.count(&project, &filter, now).await.expect("a count is read");
        assert!(count.is_none_or(|count| count == listed), "{status:?}");
    }
    let nobody = Filter { service: Some("nobody".to_owned()), ..Filter::default() };
    assert_eq!(queries.count(&project, &nobody, now).await, Ok(Some(0)));
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
    loop {
        let next = scribe.stores.queries.keys_after(walked.last(), 2).await.expect("names are read");
        assert!(next.len() <= 2);
        if next.is_empty() {
            break;
        }
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
