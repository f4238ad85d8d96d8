//! Names and what lives under them.

use app::ports::{Lookup, StoreError, Wake};
use domain::{Duration, Liveness, Scheduler, Status};

use super::begin;
use crate::fixtures::{
    after, api_key, audit, configure, every, key, key_in, payload, registration, report, report_of, start,
};
use crate::{Backend, Scribe};

/// A name that nobody registered.
pub async fn a_fresh_name_is_unborn_in_its_first_life(data: &dyn Backend) {
    let scribe = begin(data).await;
    let loaded = scribe.load(&key("nightly")).await;
    assert_eq!(loaded.scheduler, Scheduler::unborn(key("nightly"), 1));
    assert_eq!(loaded.liveness, Liveness::default());
    assert_eq!((loaded.wake, loaded.closed_run, loaded.report_seen), (None, None, false));
}

/// Scheduler, configuration and index come back as they went in.
pub async fn what_was_committed_is_loaded_as_it_was_decided(data: &dyn Backend) {
    let scribe = begin(data).await;
    let change = domain::ConfigChange {
        description: domain::Patch::Set("Closes the books — “nightly”".to_owned()),
        tags: domain::Patch::Set(vec!["money".to_owned(), "ночь".to_owned()]),
        schedule: every(Duration::HOUR, Duration::MINUTE),
        ..registration()
    };
    let commit = scribe.decide(&key("nightly"), configure(change), start()).await;
    assert_eq!(commit.wake, Wake::Set(Some(start() + Duration::HOUR + Duration::MINUTE)));
    scribe.commit(commit.clone()).await.expect("the commit is written");
    let loaded = scribe.load(&key("nightly")).await;
    assert_eq!(loaded.scheduler, commit.after);
    assert_eq!(loaded.wake, Some(start() + Duration::HOUR + Duration::MINUTE));
}

/// Two clients register one name at the same time: the second must learn of the first.
pub async fn registering_a_name_that_exists_by_now_conflicts(data: &dyn Backend) {
    let scribe = begin(data).await;
    let late = scribe.decide(&key("nightly"), configure(registration()), after(5)).await;
    let first = scribe.register(&key("nightly"), start()).await;
    assert_eq!(scribe.commit(late).await, Err(StoreError::Conflict));
    assert_eq!(scribe.load(&key("nightly")).await.scheduler, first);
}

/// Names are compared as they are written: case, accents, composition, slashes and wildcards count.
pub async fn odd_names_are_kept_apart_and_given_back(data: &dyn Backend) {
    let scribe = begin(data).await;
    let longest = "𝔷".repeat(255);
    let names = [
        "nightly",
        "Nightly",
        "nightly/",
        "team/nightly",
        "team//nightly",
        "a b",
        "...",
        "%",
        "_",
        "*",
        "ночь",
        "é",
        "e\u{301}",
        "日本",
        "a'b\"c;--",
        "a\\b",
        "0",
        "00",
        "null",
        &longest,
    ];
    for (second, name) in names.iter().enumerate() {
        scribe.register(&key(name), after(second as i64)).await;
    }
    for (second, name) in names.iter().enumerate() {
        let loaded = scribe.load(&key(name)).await.scheduler;
        assert_eq!((loaded.key, loaded.version), (key(name), 1), "{name:?}");
        assert_eq!(loaded.state.created_at, after(second as i64), "{name:?}");
        let row =
            scribe.stores.queries.get(&key(name)).await.expect("a row is read").expect("the row is there");
        assert_eq!(row.scheduler.state.created_at, after(second as i64), "{name:?}");
    }
}

/// One name in two projects is two schedulers.
pub async fn projects_do_not_see_each_other(data: &dyn Backend) {
    let scribe = begin(data).await;
    let (ours, theirs) = (key_in("ours", "nightly"), key_in("theirs", "nightly"));
    scribe.register(&ours, start()).await;
    assert!(!scribe.load(&theirs).await.scheduler.is_born());
    assert_eq!(scribe.stores.queries.get(&theirs).await, Ok(None));
    scribe.register(&theirs, after(5)).await;
    scribe.report(&theirs, report(Status::Failed, after(6))).await;
    assert_eq!(scribe.load(&ours).await.scheduler.version, 1);
}

/// What was answered `Ok` is there when the store is opened again.
pub async fn what_was_written_is_there_after_reopening(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    scribe.report(&nightly, report_of("a", Status::Running, after(10))).await;
    let failed =
        domain::Report { payload: payload("disk full"), ..report_of("b", Status::Failed, after(20)) };
    let scheduler = scribe.report(&nightly, failed).await;
    let beat = scribe.beat(&nightly, after(30)).await;
    scribe.stores.schedulers.beat(beat).await.expect("the heartbeat is written");
    scribe.stores.observation.stamp(after(31)).await.expect("the stamp is written");
    scribe.stores.observation.set_note("settings", "1").await.expect("the note is written");
    let written = scribe.stores.access.put_keys(vec![api_key(1, start())], audit(start(), "key.create", "1"));
    written.await.expect("the key is written");
    let before = scribe.load(&nightly).await;
    drop(scribe);

    let reopened = Scribe::new(data.open().await, 2);
    let stores = &reopened.stores;
    assert_eq!(reopened.load(&nightly).await, before);
    assert_eq!(before.scheduler, scheduler);
    assert_eq!(before.liveness.last, Some(after(30)));
    let lookup = Lookup { run_id: Some(crate::fixtures::run_id("b")), report_id: None };
    assert!(reopened.look(&nightly, &lookup).await.closed_run.is_some());
    let row = stores.queries.get(&nightly).await.expect("a row is read").expect("the row is there");
    assert_eq!(row.payload, payload("disk full"));
    assert_eq!(stores.outbox.unrouted(domain::Instant::MAX, 10).await.expect("notices are read").len(), 1);
    assert_eq!(stores.observation.last_stamp().await, Ok(Some(after(31))));
    assert_eq!(stores.observation.note("settings").await, Ok(Some("1".to_owned())));
    assert_eq!(stores.access.key_by_hash(&api_key(1, start()).hash).await, Ok(Some(api_key(1, start()))));
}
