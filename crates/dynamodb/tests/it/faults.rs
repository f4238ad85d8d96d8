//! What becomes of writes and reads where the service fails in each of its ways.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use app::ports::StoreError;
use domain::{Report, Status};
use testkit::fixtures::{after, configure, key, registration, report, report_of, reported, start};
use testkit::{Backend, Scribe};

use crate::disturbance::{Disturbance, Fault, Whim, calm};
use crate::standin::StandIn;

/// Only the next so many calls of an operation.
fn next(times: u64, operation: &'static str, fault: Fault) -> Whim {
    let left = AtomicU64::new(times);
    Arc::new(move |of, _| {
        let is_due = of == operation
            && left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
        is_due.then_some(fault)
    })
}

async fn disturbed() -> (StandIn, Disturbance, Scribe) {
    let (standin, layer) = StandIn::new().await.behind(calm()).await;
    let scribe = Scribe::new(standin.open().await, 1);
    (standin, layer, scribe)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_was_lost_is_recognised_by_its_id() {
    let (_standin, layer, scribe) = disturbed().await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    let commit = scribe.decide(&nightly, reported(report(Status::Completed, after(60))), after(60)).await;
    layer.change(next(1, "UpdateItem", Fault::Unanswered));
    let answer = scribe.commit(commit.clone()).await;
    assert!(matches!(answer, Err(StoreError::Ambiguous { .. })), "{answer:?}");
    let schedulers = &scribe.stores.schedulers;
    assert_eq!(schedulers.was_committed(&nightly, &commit.id, commit.expected_version).await, Ok(true));
    assert_eq!(scribe.load(&nightly).await.scheduler, commit.after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_was_never_heard_is_written_by_trying_again() {
    for fault in [Fault::Unheard, Fault::Throttled, Fault::Contested, Fault::Broken] {
        let (_standin, layer, scribe) = disturbed().await;
        let nightly = key("nightly");
        scribe.register(&nightly, start()).await;
        let commit = scribe.decide(&nightly, reported(report(Status::Completed, after(60))), after(60)).await;
        layer.change(next(2, "UpdateItem", fault));
        assert_eq!(scribe.commit(commit.clone()).await, Ok(()), "{fault:?}");
        assert_eq!(layer.faults(), 2, "{fault:?}");
        assert_eq!(scribe.load(&nightly).await.scheduler, commit.after);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_whose_answer_was_lost_is_written_once() {
    let (_standin, layer, scribe) = disturbed().await;
    let nightly = key("nightly");
    let commit = scribe.decide(&nightly, configure(registration()), start()).await;
    layer.change(next(1, "TransactWriteItems", Fault::Unanswered));
    assert_eq!(scribe.commit(commit.clone()).await, Ok(()));
    assert_eq!(scribe.load(&nightly).await.scheduler, commit.after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_throttles_for_long_is_away_and_nothing_is_written() {
    let (_standin, layer, scribe) = disturbed().await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    let commit = scribe.decide(&nightly, reported(report(Status::Completed, after(60))), after(60)).await;
    layer.change(next(u64::MAX, "UpdateItem", Fault::Throttled));
    let answer = scribe.commit(commit).await;
    assert!(matches!(answer, Err(StoreError::Unavailable { .. })), "{answer:?}");
    assert_eq!(scribe.load(&nightly).await.scheduler.version, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_that_are_done_in_part_are_done_whole_in_the_end() {
    let (_standin, layer, scribe) = disturbed().await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    layer.change(Arc::new(|_, _| Some(Fault::InPart)));
    for number in 1..40 {
        let run = Report { ..report_of(&format!("run-{number}"), Status::Completed, after(number)) };
        scribe.report(&nightly, run).await;
    }
    assert!(layer.faults() > 5, "{}", layer.faults());
    let query = app::ports::RunsQuery { from: None, to: None, state: None, limit: 100, cursor: None };
    let runs = scribe.stores.queries.runs(&nightly, &query).await.expect("runs are read");
    assert_eq!(runs.items.len(), 39);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_trails_wakes_too_early_and_never_for_ever() {
    let (_standin, layer, scribe) = disturbed().await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    let schedulers = &scribe.stores.schedulers;
    let wake = |to| app::ports::Reindex {
        key: key("nightly"),
        seen: app::ports::Seen { incarnation: 1, version: 1 },
        from: None,
        to: Some(after(to)),
    };
    schedulers.reindex(wake(10)).await.expect("it is indexed");
    assert_eq!(schedulers.due(after(20), 10, &app::Shards::default()).await.expect("what is due").len(), 1);
    let postponed = app::ports::Reindex { from: Some(after(10)), ..wake(500) };
    schedulers.reindex(postponed).await.expect("it is moved");
    layer.change(Arc::new(|_, _| Some(Fault::Trailing)));
    let due = schedulers.due(after(20), 10, &app::Shards::default()).await.expect("what is due");
    assert_eq!(due.len(), 1, "the index still says so");
    assert_eq!(scribe.load(&nightly).await.wake, Some(after(500)), "the scheduler itself says more");
    let moved_on = app::ports::Reindex { from: Some(due[0].wake), ..wake(600) };
    schedulers.reindex(moved_on).await.expect("it does nothing");
    layer.change(calm());
    assert_eq!(schedulers.next_wake(&app::Shards::default()).await, Ok(Some(after(500))));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_counts_shards_otherwise_is_told_instead_of_leaving_schedulers_out() {
    let standin = StandIn::new().await;
    let schedulers = standin.open().await.schedulers;
    let due = schedulers.due(after(20), 10, &app::Shards::all(8)).await;
    let Err(StoreError::Unavailable { cause, .. }) = due else { panic!("{due:?}") };
    assert!(cause.contains("16 shards") && cause.contains("set `shards` to 16"), "{cause}");
}
