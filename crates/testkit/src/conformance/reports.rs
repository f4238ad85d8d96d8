//! What a decision looks up: report ids that were seen, and runs that are closed.

use app::ports::{Lookup, StoreError};
use domain::{Duration, Report, RunState, SchedulerKey, Status};

use super::begin;
use super::commits::{all_of, heavy};
use crate::fixtures::{after, key, report, report_id, report_of, run_id, start};
use crate::{Backend, Scribe};

async fn seen(scribe: &Scribe, key: &SchedulerKey, id: &str) -> bool {
    let lookup = Lookup { run_id: None, report_id: Some(report_id(id)) };
    scribe.look(key, &lookup).await.report_seen
}

async fn closed(scribe: &Scribe, key: &SchedulerKey, name: &str) -> Option<domain::RunRecord> {
    let lookup = Lookup { run_id: Some(run_id(name)), report_id: None };
    scribe.look(key, &lookup).await.closed_run
}

/// A registered scheduler and a report of it with an id, written after so many seconds.
async fn reported(scribe: &Scribe, name: &str, id: &str, seconds: i64) -> SchedulerKey {
    let key = key(name);
    if !scribe.load(&key).await.scheduler.is_born() {
        scribe.register(&key, start()).await;
    }
    let report = Report { report_id: Some(report_id(id)), ..report(Status::Completed, after(seconds)) };
    scribe.report(&key, report).await;
    key
}

/// Before it is written it is not.
pub async fn a_report_id_is_known_once_it_is_written(data: &dyn Backend) {
    let scribe = begin(data).await;
    assert!(!seen(&scribe, &key("nightly"), "r1").await);
    let nightly = reported(&scribe, "nightly", "r1", 10).await;
    assert!(seen(&scribe, &nightly, "r1").await);
    assert!(!seen(&scribe, &nightly, "R1").await);
    assert!(!scribe.load(&nightly).await.report_seen);
}

/// The same report came twice at the same moment, or its scheduler was decided on without asking.
pub async fn a_commit_with_a_known_report_id_conflicts_and_writes_nothing(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = reported(&scribe, "nightly", "r1", 10).await;
    let mut again = heavy(&scribe_that_forgets(&scribe, &nightly).await, &nightly).await;
    again.expected_version = scribe.load(&nightly).await.scheduler.version;
    let before = all_of(&scribe, &nightly).await;
    assert_eq!(scribe.commit(again).await, Err(StoreError::Conflict));
    assert_eq!(all_of(&scribe, &nightly).await, before);
}

/// A store in memory with the same scheduler, which has not seen the report.
async fn scribe_that_forgets(scribe: &Scribe, key: &SchedulerKey) -> Scribe {
    let forgetful = scribe.on(crate::MemoryStore::new().stores());
    forgetful.register(key, start()).await;
    forgetful.report(key, report(Status::Completed, after(10))).await;
    forgetful
}

/// Two schedulers may number their reports alike.
pub async fn report_ids_of_one_scheduler_mean_nothing_to_another(data: &dyn Backend) {
    let scribe = begin(data).await;
    let first = reported(&scribe, "first", "r1", 10).await;
    let second = key("second");
    scribe.register(&second, start()).await;
    assert!(!seen(&scribe, &second, "r1").await);
    reported(&scribe, "second", "r1", 20).await;
    assert!(seen(&scribe, &first, "r1").await && seen(&scribe, &second, "r1").await);
}

/// What came in before an instant goes, what came in at it stays.
pub async fn a_forgotten_report_id_is_unknown(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = reported(&scribe, "nightly", "r1", 10).await;
    reported(&scribe, "nightly", "r2", 20).await;
    if data.lets_report_ids_expire() {
        assert_eq!(scribe.stores.retention.forget_report_ids(after(20), 100).await, Ok(0));
        assert!(seen(&scribe, &nightly, "r1").await, "it is known until it expires");
        return;
    }
    assert_eq!(scribe.stores.retention.forget_report_ids(after(10), 100).await, Ok(0));
    assert_eq!(scribe.stores.retention.forget_report_ids(after(20), 100).await, Ok(1));
    assert!(!seen(&scribe, &nightly, "r1").await);
    assert!(seen(&scribe, &nightly, "r2").await);
    reported(&scribe, "nightly", "r1", 30).await;
    assert!(seen(&scribe, &nightly, "r1").await);
}

/// No more than asked for at once, over all schedulers, until none is left.
pub async fn report_ids_are_forgotten_in_measure(data: &dyn Backend) {
    let scribe = begin(data).await;
    for name in ["first", "second"] {
        for number in 0..4 {
            reported(&scribe, name, &format!("r{number}"), number).await;
        }
    }
    let retention = &scribe.stores.retention;
    if data.lets_report_ids_expire() {
        assert_eq!(retention.forget_report_ids(after(100), 3).await, Ok(0));
        return;
    }
    let mut forgotten = Vec::new();
    for _ in 0..4 {
        forgotten.push(retention.forget_report_ids(after(100), 3).await.expect("report ids are forgotten"));
    }
    assert_eq!(forgotten, [3, 3, 2, 0]);
}

/// As it was left.
pub async fn a_closed_run_is_found_by_its_name(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    assert_eq!(closed(&scribe, &nightly, "a").await, None);
    scribe.report(&nightly, report_of("a", Status::Running, after(10))).await;
    let failed = Report { exit_code: Some(-9), ..report_of("a", Status::Failed, after(70)) };
    scribe.report(&nightly, failed).await;
    let run = closed(&scribe, &nightly, "a").await.expect("the run is known");
    assert_eq!((run.no.0, run.state, run.exit_code), (1, RunState::Failed, Some(-9)));
    assert_eq!((run.started_at, run.ended_at), (Some(after(10)), Some(after(70))));
    assert_eq!((run.duration, run.reported_start), (Some(Duration::MINUTE), true));
    assert_eq!(closed(&scribe, &nightly, "A").await, None);
}

/// Open runs are in the scheduler itself.
pub async fn an_open_run_is_not_found_among_the_closed(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    scribe.report(&nightly, report_of("a", Status::Running, after(10))).await;
    assert_eq!(closed(&scribe, &nightly, "a").await, None);
}

/// A late outcome may still close it.
pub async fn an_abandoned_run_is_found_among_the_closed(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    for number in 0..=domain::scheduler::OPEN_RUNS_MAX as i64 {
        scribe.report(&nightly, report_of(&number.to_string(), Status::Running, after(number))).await;
    }
    let crowded = closed(&scribe, &nightly, "0").await.expect("the oldest is given up");
    assert_eq!(crowded.state, RunState::Abandoned);
    scribe.report(&nightly, report_of("0", Status::Completed, after(100))).await;
    let late = closed(&scribe, &nightly, "0").await.expect("it is known still");
    assert_eq!((late.no, late.state), (crowded.no, RunState::Completed));
}
