//! What a list leaves out, and how many it leaves.

use app::ports::{Filter, ListQuery, Sort};
use domain::{Health, ProjectId, Status};

use super::begin;
use super::zoo::{NOW, counted, found, ids, named, query, rows, zoo};
use crate::Backend;
use crate::fixtures::{after, key_in, start};

/// Each health and each status by itself.
pub async fn a_list_is_filtered_by_health_and_status(data: &dyn Backend) {
    let scribe = begin(data).await;
    zoo(&scribe).await;
    for health in Health::ALL {
        let found = found(&scribe, Filter { health: Some(health), ..Filter::default() }).await;
        let expected = match health {
            Health::Failing => vec!["also failing", "failing"],
            Health::New => vec!["brand new", "new"],
            other => vec![other.as_str()],
        };
        assert_eq!(found, expected);
    }
    for (status, expected) in [
        (Status::Pending, vec!["brand new", "late", "missed", "new", "paused"]),
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
    assert_eq!(totals.all, 10);
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

/// Nothing is written when a slot comes: `late` is a matter of when one asks.
pub async fn late_is_derived_at_the_instant_asked_for(data: &dyn Backend) {
    let scribe = begin(data).await;
    zoo(&scribe).await;
    for (second, expected) in [(3599, None), (3600, Some("late")), (NOW, Some("late"))] {
        let filter = Filter { health: Some(Health::Late), ..Filter::default() };
        let late = ListQuery { now: after(second), ..query(filter.clone()) };
        let worst_first = ListQuery { sort: Sort::Severity, now: after(second), ..query(Filter::default()) };
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(ids(&scribe, &late).await, expected, "at {second}");
        let order = ids(&scribe, &worst_first).await;
        let place = |name: &str| order.iter().position(|it| it == name);
        assert_eq!(place("late") < place("brand new"), !expected.is_empty(), "at {second}");
        let project = ProjectId::default_project();
        let count = scribe.stores.queries.count(&project, &filter, after(second)).await;
        assert_eq!(count, Ok(Some(expected.len() as u64)), "at {second}");
        let totals = scribe.stores.queries.totals(None, after(second)).await.expect("totals are read");
        assert_eq!(counted(&totals.by_health, &Health::Late), expected.len() as u64, "at {second}");
        assert_eq!(counted(&totals.by_health, &Health::New), 3 - expected.len() as u64, "at {second}");
    }
}
