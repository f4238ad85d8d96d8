//! Heartbeats: a row of their own, which a conclusion of silence must agree with.

use app::ports::{Beat, Commit, Seen, StoreError};
use domain::event::Fact;
use domain::{Command, ConfigChange, Duration, Instant, Limit, Liveness, Patch, RunNo, SchedulerKey, Status};
use tokio::task::JoinSet;

use super::begin;
use super::commits::all_of;
use crate::fixtures::{after, configure, heartbeat, key, registration, report_of, run_id, start};
use crate::{Backend, Scribe};

/// A scheduler with two open runs, `a` and `b`, that must be heard every minute.
async fn watched(scribe: &Scribe) -> SchedulerKey {
    let nightly = key("nightly");
    let timeout = Patch::Set(Limit::After(Duration::MINUTE));
    let change = ConfigChange { heartbeat_timeout: timeout, ..registration() };
    scribe.write(&nightly, configure(change), start()).await;
    scribe.report(&nightly, report_of("a", Status::Running, after(1))).await;
    scribe.report(&nightly, report_of("b", Status::Running, after(2))).await;
    nightly
}

/// The commit that finds both runs silent, ten minutes on, unwritten.
async fn silence(scribe: &Scribe, key: &SchedulerKey) -> Commit {
    let commit = scribe.decide(key, Command::Evaluate, after(600)).await;
    let stale = commit.events.iter().filter(|event| matches!(event.fact, Fact::RunWentStale { .. }));
    assert!(stale.count() == 2 && commit.liveness.is_some(), "both runs are found silent");
    commit
}

async fn beat(scribe: &Scribe, key: &SchedulerKey, at: Instant, runs: &[u64]) {
    let beat = scribe.beat(key, at).await;
    let beating = runs.iter().map(|no| RunNo(*no)).collect();
    scribe.stores.schedulers.beat(Beat { beating, ..beat }).await.expect("the heartbeat is written");
}

/// A heartbeat that was acknowledged always wins.
pub async fn silence_that_a_heartbeat_disproved_conflicts_and_writes_nothing(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = watched(&scribe).await;
    let stale = silence(&scribe, &nightly).await;
    beat(&scribe, &nightly, after(599), &[1]).await;
    let before = all_of(&scribe, &nightly).await;
    assert_eq!(scribe.commit(stale).await, Err(StoreError::Conflict));
    assert_eq!(all_of(&scribe, &nightly).await, before);
}

/// Where liveness is what was read, empty or not, the conclusion stands.
pub async fn silence_that_nothing_disproved_is_written(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = watched(&scribe).await;
    let stale = silence(&scribe, &nightly).await;
    assert_eq!(stale.liveness, Some(Liveness::default()));
    scribe.commit(stale.clone()).await.expect("the commit is written");
    assert_eq!(scribe.load(&nightly).await.scheduler, stale.after);
    scribe.write(&nightly, heartbeat(after(700)), after(700)).await;
    beat(&scribe, &nightly, after(710), &[1, 2]).await;
    let again = scribe.decide(&nightly, Command::Evaluate, after(900)).await;
    assert!(again.liveness.as_ref().is_some_and(|liveness| liveness.last == Some(after(710))));
    scribe.commit(again).await.expect("the commit is written");
}

/// What a heartbeat means must be decided on what is so now.
pub async fn a_heartbeat_decided_on_an_older_version_conflicts(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = watched(&scribe).await;
    let late = scribe.beat(&nightly, after(600)).await;
    scribe.commit(silence(&scribe, &nightly).await).await.expect("the commit is written");
    assert_eq!(scribe.stores.schedulers.beat(late).await, Err(StoreError::Conflict));
    assert_eq!(scribe.load(&nightly).await.liveness, Liveness::default());
}

/// There is nothing that it could be kept beside.
pub async fn a_heartbeat_of_a_name_without_a_life_conflicts(data: &dyn Backend) {
    let scribe = begin(data).await;
    for version in [0, 1] {
        let (beating, open) = (Vec::new(), Vec::new());
        let beat = Beat {
            key: key("nobody"),
            seen: Seen { incarnation: 1, version },
            at: start(),
            beating,
            open,
            era: None,
        };
        assert_eq!(scribe.stores.schedulers.beat(beat).await, Err(StoreError::Conflict));
    }
    assert!(!scribe.load(&key("nobody")).await.scheduler.is_born());
}

/// No event, no version, no index.
pub async fn a_heartbeat_moves_liveness_and_nothing_else(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = watched(&scribe).await;
    let before = scribe.load(&nightly).await;
    let extent = scribe.stores.retention.log_extent(&nightly).await;
    beat(&scribe, &nightly, after(30), &[1]).await;
    let now = scribe.load(&nightly).await;
    assert_eq!(now.liveness, Liveness { last: Some(after(30)), runs: vec![(RunNo(1), after(30))] });
    assert_eq!((now.scheduler, now.wake), (before.scheduler, before.wake));
    assert_eq!(scribe.stores.retention.log_extent(&nightly).await, extent);
    let row = scribe.stores.queries.get(&nightly).await.expect("a row is read").expect("the row is there");
    assert_eq!(row.liveness, now.liveness);
}

/// Each speaks of its own run, and none undoes another.
pub async fn concurrent_heartbeats_of_different_runs_are_merged(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = watched(&scribe).await;
    let there = scribe.on(data.open().await);
    for round in 0..20 {
        let (first, second) = (after(100 + 10 * round), after(101 + 10 * round));
        let beats = [(&scribe, first, 1), (&there, second, 2)].map(|(scribe, at, run)| {
            let (scribe, nightly) = (scribe.clone(), nightly.clone());
            async move { beat(&scribe, &nightly, at, &[run]).await }
        });
        beats.into_iter().collect::<JoinSet<_>>().join_all().await;
        let runs = vec![(RunNo(1), first), (RunNo(2), second)];
        assert_eq!(scribe.load(&nightly).await.liveness, Liveness { last: Some(second), runs });
    }
}

/// Heartbeats may overtake each other on their way.
pub async fn the_last_heartbeat_never_moves_back(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = watched(&scribe).await;
    beat(&scribe, &nightly, after(50), &[1, 2]).await;
    beat(&scribe, &nightly, after(40), &[1]).await;
    let runs = vec![(RunNo(1), after(50)), (RunNo(2), after(50))];
    assert_eq!(scribe.load(&nightly).await.liveness, Liveness { last: Some(after(50)), runs });
}

/// The row stays as small as the number of open runs.
pub async fn a_heartbeat_drops_what_is_said_of_closed_runs(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = watched(&scribe).await;
    beat(&scribe, &nightly, after(10), &[1, 2]).await;
    scribe.report(&nightly, report_of("a", Status::Completed, after(20))).await;
    beat(&scribe, &nightly, after(30), &[2]).await;
    let liveness = Liveness { last: Some(after(30)), runs: vec![(RunNo(2), after(30))] };
    assert_eq!(scribe.load(&nightly).await.liveness, liveness);
}

/// The first heartbeat of a run is an event, and counts as a heartbeat too.
pub async fn a_heartbeat_may_come_along_with_a_commit(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = watched(&scribe).await;
    beat(&scribe, &nightly, after(10), &[2]).await;
    let named = Command::Heartbeat { run_id: Some(run_id("a")), received_at: after(20) };
    let commit = scribe.decide(&nightly, named, after(20)).await;
    assert_eq!(commit.beat, Some((after(20), vec![RunNo(1)])));
    scribe.commit(commit).await.expect("the commit is written");
    let runs = vec![(RunNo(1), after(20)), (RunNo(2), after(10))];
    assert_eq!(scribe.load(&nightly).await.liveness, Liveness { last: Some(after(20)), runs });
}

/// Configuration changes, reports come: what heartbeats said stays said.
pub async fn a_commit_without_a_heartbeat_leaves_liveness_alone(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = watched(&scribe).await;
    beat(&scribe, &nightly, after(10), &[1, 2]).await;
    let before = scribe.load(&nightly).await.liveness;
    scribe.report(&nightly, report_of("c", Status::Running, after(20))).await;
    assert_eq!(scribe.load(&nightly).await.liveness, before);
}
