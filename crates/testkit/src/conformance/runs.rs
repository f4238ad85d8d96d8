//! Runs as they are remembered.

use app::ports::RunsQuery;
use domain::{Duration, Report, RunRecord, RunState, SchedulerKey, Status};

use super::begin;
use super::paging::walk;
use crate::fixtures::{after, key, report, report_of, start};
use crate::{Backend, Scribe};

const ALL: RunsQuery = RunsQuery { from: None, to: None, state: None, limit: 1000, cursor: None };

pub(super) async fn read(scribe: &Scribe, key: &SchedulerKey, query: &RunsQuery) -> Vec<RunRecord> {
    walk(query.limit, async |cursor| {
        scribe.stores.queries.runs(key, &RunsQuery { cursor, ..query.clone() }).await
    })
    .await
}

fn numbers(runs: &[RunRecord]) -> Vec<u64> {
    runs.iter().map(|run| run.no.0).collect()
}

/// Run 1 completed, 2 failed, 3 was abandoned for 4, which is open; 5 told its outcome only.
async fn varied(scribe: &Scribe) -> SchedulerKey {
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    scribe.report(&nightly, report_of("a", Status::Running, after(10))).await;
    scribe.report(&nightly, report_of("a", Status::Completed, after(20))).await;
    scribe.report(&nightly, report_of("b", Status::Running, after(30))).await;
    scribe.report(&nightly, report_of("b", Status::Failed, after(40))).await;
    scribe.report(&nightly, report(Status::Running, after(50))).await;
    scribe.report(&nightly, report(Status::Running, after(60))).await;
    scribe.report(&nightly, report_of("c", Status::Completed, after(70))).await;
    nightly
}

/// One row for each, the newest first.
pub async fn runs_are_read_newest_number_first(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = varied(&scribe).await;
    let runs = read(&scribe, &nightly, &ALL).await;
    assert_eq!(numbers(&runs), [5, 4, 3, 2, 1]);
    let states: Vec<_> = runs.iter().map(|run| run.state).collect();
    assert_eq!(
        states,
        [RunState::Completed, RunState::Running, RunState::Abandoned, RunState::Failed, RunState::Completed]
    );
    assert!(read(&scribe, &key("nobody"), &ALL).await.is_empty());
}

/// Each state by itself.
pub async fn runs_are_filtered_by_state(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = varied(&scribe).await;
    for (state, expected) in [
        (RunState::Running, vec![4]),
        (RunState::Completed, vec![5, 1]),
        (RunState::Failed, vec![2]),
        (RunState::Abandoned, vec![3]),
    ] {
        let query = RunsQuery { state: Some(state), limit: 1, ..ALL };
        assert_eq!(numbers(&read(&scribe, &nightly, &query).await), expected, "{state:?}");
    }
}

/// By start, or by end where the start is not known: from an instant on, up to but without another.
pub async fn runs_are_filtered_by_when_they_began(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = varied(&scribe).await;
    for (from, to, expected) in [
        (Some(30), None, vec![5, 4, 3, 2]),
        (Some(31), None, vec![5, 4, 3]),
        (None, Some(30), vec![1]),
        (None, Some(31), vec![2, 1]),
        (Some(70), Some(71), vec![5]),
        (Some(71), None, vec![]),
    ] {
        let query = RunsQuery { from: from.map(after), to: to.map(after), ..ALL };
        assert_eq!(numbers(&read(&scribe, &nightly, &query).await), expected, "{from:?} to {to:?}");
    }
}

/// However often something becomes known of it.
pub async fn a_run_is_one_row_that_says_what_is_known_by_now(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    let took = Report {
        execution_time: Some(Duration::from_seconds(30)),
        exit_code: Some(137),
        ..report_of("a", Status::Failed, after(100))
    };
    scribe.report(&nightly, took).await;
    let run = read(&scribe, &nightly, &ALL).await.remove(0);
    assert_eq!((run.started_at, run.reported_start), (Some(after(70)), false));
    scribe.report(&nightly, report_of("a", Status::Running, after(100))).await;
    let runs = read(&scribe, &nightly, &ALL).await;
    let [run] = runs.as_slice() else { panic!("one run: {runs:?}") };
    assert_eq!((run.state, run.exit_code, run.ended_at), (RunState::Failed, Some(137), Some(after(100))));
    assert_eq!((run.started_at, run.reported_start), (Some(after(100)), true));
    assert_eq!(run.duration, Some(Duration::from_seconds(30)));
}

/// Runs that begin while somebody reads do not shift what is read.
pub async fn pages_lose_and_repeat_nothing_while_new_runs_begin(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    for second in 0..11 {
        scribe.report(&nightly, report(Status::Completed, after(second))).await;
    }
    let (scribe, key) = (&scribe, &nightly);
    let walked = walk(3, async |cursor| {
        let page = scribe.stores.queries.runs(key, &RunsQuery { limit: 3, cursor, ..ALL }).await;
        scribe.report(key, report(Status::Completed, after(100))).await;
        page
    });
    assert_eq!(numbers(&walked.await), (1..=11).rev().collect::<Vec<_>>());
}
