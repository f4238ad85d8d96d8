//! Writing: many at once, some of them refused, more than there is room for.

use std::sync::Arc;

use app::ports::{Lookup, Observation, Schedulers, StoreError, StoreResult};
use rusqlite::Connection;
use sqlite::Options;
use testkit::fixtures::{configure, key, registration, start};
use testkit::{Scribe, Stores};
use tokio::task::JoinSet;

use crate::files::{Home, scribe};

/// Holds the right to write, as another process might.
fn hold(home: &Home) -> Connection {
    let other = home.raw();
    other.execute_batch("begin immediate").expect("the lock");
    other
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_neighbour_in_a_batch_is_refused_alone() {
    let home = Home::new();
    let store = home.store();
    let scribe = scribe(&store);
    let mut commits = Vec::new();
    for number in 0..20 {
        let name = if number % 5 == 0 { "same".to_owned() } else { format!("job-{number}") };
        commits.push(scribe.decide(&key(&name), configure(registration()), start()).await);
    }
    let other = hold(&home);
    let mut writing = JoinSet::new();
    for commit in commits {
        let store = store.clone();
        writing.spawn(async move { store.commit(commit).await });
    }
    other.execute_batch("rollback").expect("released");
    let answers: Vec<StoreResult<()>> = writing.join_all().await;
    let refused = answers.iter().filter(|answer| **answer == Err(StoreError::Conflict)).count();
    let written = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!((refused, written), (3, 17));
    assert_eq!(home.number("select count(*) from schedulers"), 17);
    assert_eq!(home.number("select count(*) from events"), 17);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_finds_no_room_to_wait_is_told_at_once_and_the_rest_is_written() {
    let home = Home::new();
    let store = home.store_with(&Options { writes_waiting: 2, batch_max: 1, ..Options::default() });
    let other = hold(&home);
    let mut writing = JoinSet::new();
    for number in 0..10 {
        let store = store.clone();
        writing.spawn(async move { store.set_note(&number.to_string(), "there").await });
    }
    let mut refused = 0;
    while refused < 7 {
        let answer = writing.join_next().await.expect("an answer").expect("no panic");
        assert!(matches!(answer, Err(StoreError::Unavailable { .. })), "{answer:?}");
        refused += 1;
    }
    other.execute_batch("rollback").expect("released");
    let answers = writing.join_all().await;
    let written = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!((2..=3).contains(&written), "{answers:?}");
    assert_eq!(home.number("select count(*) from notes"), i64::try_from(written).expect("few"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_nobody_waits_for_any_more_is_not_written() {
    let home = Home::new();
    let store = home.store();
    let other = hold(&home);
    tokio::select! {
        biased;
        answer = store.set_note("given up", "there") => panic!("{answer:?}"),
        () = std::future::ready(()) => {}
    }
    other.execute_batch("rollback").expect("released");
    store.set_note("last", "there").await.expect("written");
    assert_eq!(home.number("select count(*) from notes"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_on_one_file_take_turns_and_lose_nothing() {
    let home = Home::new();
    let stores = [home.store(), home.store()];
    let mut writing = JoinSet::new();
    for (number, store) in stores.iter().cycle().take(40).enumerate() {
        let scribe = Arc::new(Scribe::new(Stores::of(Arc::new(store.clone())), number as u64 + 1));
        writing.spawn(async move {
            let name = key(&format!("job-{number}"));
            scribe.register(&name, start()).await;
            name
        });
    }
    for name in writing.join_all().await {
        for store in &stores {
            let loaded = store.load(&name, &Lookup::default()).await.expect("loaded");
            assert!(loaded.scheduler.is_born(), "{name:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_there_after_the_store_is_dropped() {
    let home = Home::new();
    let store = home.store();
    scribe(&store).register(&key("nightly"), start()).await;
    drop(store);
    let loaded = home.store().load(&key("nightly"), &Lookup::default()).await.expect("loaded");
    assert!(loaded.scheduler.is_born());
}
