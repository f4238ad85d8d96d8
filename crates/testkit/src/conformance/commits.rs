//! Writing a decision: on the version it was made on, all or nothing, and once.

use app::Notice;
use app::ports::{AuditQuery, Commit, EventsPage, HistoryQuery, Lookup, RunsQuery, StoreError};
use domain::{Liveness, Report, Scheduler, SchedulerKey, Status, replay};
use tokio::task::JoinSet;

use super::begin;
use crate::fixtures::{
    after, audit, configure, key, payload, registration, report, report_id, report_of, reported, run_id,
    start,
};
use crate::{Backend, Scribe};

/// How often two writers race for one version.
const ROUNDS: i64 = 30;
/// How many writers there are in a crowd.
const CROWD: i64 = 100;

/// Everything that anybody can see of a scheduler.
pub(super) async fn all_of(scribe: &Scribe, key: &SchedulerKey) -> String {
    let queries = &scribe.stores.queries;
    let history =
        HistoryQuery { from: None, to: None, status: None, system: true, limit: 1000, cursor: None };
    let runs = RunsQuery { from: None, to: None, state: None, limit: 1000, cursor: None };
    let lookup = Lookup { run_id: None, report_id: Some(report_id("r1")) };
    let project = &key.project;
    let trail = AuditQuery { subject: None, limit: 1000, cursor: None };
    format!(
        "{:#?}",
        (
            scribe.look(key, &lookup).await,
            queries.get(key).await,
            queries.events(key, 0, 1000).await,
            queries.history(key, &history).await.map(|page| page.items),
            queries.runs(key, &runs).await.map(|page| page.items),
            scribe.stores.outbox.unrouted(domain::Instant::MAX, 1000).await,
            scribe.stores.access.audit(project, &trail).await.map(|page| page.items),
            scribe.stores.schedulers.next_wake(&app::Shards::default()).await,
        )
    )
}

/// A commit that would leave a trace everywhere: event, run, payload, report id, alert, heartbeat, index, audit.
pub(super) async fn heavy(scribe: &Scribe, key: &SchedulerKey) -> Commit {
    let failed = Report {
        report_id: Some(report_id("r1")),
        payload: payload("disk full"),
        ..report_of("a", Status::Failed, after(60))
    };
    let commit = scribe.decide(key, reported(failed), after(60)).await;
    assert!(!commit.alerts.is_empty() && !commit.runs.is_empty() && commit.payload.is_some());
    Commit {
        beat: Some((after(60), Vec::new())),
        wake: app::ports::Wake::Set(Some(after(99))),
        audit: Some(audit(after(60), "scheduler.report", "nightly")),
        ..commit
    }
}

/// One by one: who is told, what was said, which id it had, when it came, when to look next, who did it.
pub async fn everything_that_a_commit_says_is_written(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    let commit = heavy(&scribe, &nightly).await;
    scribe.commit(commit.clone()).await.expect("the commit is written");
    let lookup = Lookup { run_id: Some(run_id("a")), report_id: Some(report_id("r1")) };
    let loaded = scribe.look(&nightly, &lookup).await;
    assert_eq!(loaded.scheduler, commit.after);
    assert_eq!(loaded.liveness, Liveness { last: Some(after(60)), runs: Vec::new() });
    assert_eq!((loaded.wake, loaded.report_seen), (Some(after(99)), true));
    assert_eq!(loaded.closed_run.as_ref(), commit.runs.first());
    let row = scribe.stores.queries.get(&nightly).await.expect("a row is read").expect("the row is there");
    assert_eq!(Some((commit.events[0].version, row.payload)), commit.payload);
    let notices = super::notices::unrouted(&scribe, 10).await;
    assert_eq!(notices, [Notice::Alert(Box::new(commit.alerts[0].clone()))]);
    let trail = AuditQuery { subject: None, limit: 10, cursor: None };
    let trail = scribe.stores.access.audit(&nightly.project, &trail).await.expect("entries are read");
    assert_eq!(trail.items, Vec::from_iter(commit.audit));
}

/// Somebody else was faster: nothing at all of the late commit is there.
pub async fn a_stale_version_conflicts_and_writes_nothing(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    let late = heavy(&scribe, &nightly).await;
    scribe.report(&nightly, report_of("b", Status::Running, after(50))).await;
    let before = all_of(&scribe, &nightly).await;
    assert_eq!(scribe.commit(late).await, Err(StoreError::Conflict));
    assert_eq!(all_of(&scribe, &nightly).await, before);
}

/// The name was deleted and registered again meanwhile, and has come to the same version.
pub async fn a_commit_to_another_life_conflicts_and_writes_nothing(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    let late = heavy(&scribe, &nightly).await;
    super::deletion::delete(&scribe, &nightly, after(10)).await;
    let unborn = scribe.decide(&nightly, configure(registration()), after(20)).await;
    let to_the_dead = Commit { after: Scheduler { incarnation: 1, ..unborn.after.clone() }, ..unborn };
    assert_eq!(scribe.commit(to_the_dead).await, Err(StoreError::Conflict));
    scribe.register(&nightly, after(30)).await;
    let before = all_of(&scribe, &nightly).await;
    assert_eq!(scribe.commit(late).await, Err(StoreError::Conflict));
    assert_eq!(all_of(&scribe, &nightly).await, before);
}

/// A commit whose answer was lost can be asked for.
pub async fn a_commit_is_recognised_by_its_id(data: &dyn Backend) {
    let scribe = begin(data).await;
    let (nightly, schedulers) = (key("nightly"), &scribe.stores.schedulers);
    let commit = scribe.decide(&nightly, configure(registration()), start()).await;
    assert_eq!(schedulers.was_committed(&nightly, &commit.id, 0).await, Ok(false));
    scribe.commit(commit.clone()).await.expect("the commit is written");
    scribe.report(&nightly, report(Status::Running, after(5))).await;
    assert_eq!(schedulers.was_committed(&nightly, &commit.id, 0).await, Ok(true));
    assert_eq!(schedulers.was_committed(&nightly, &commit.id, 1).await, Ok(false), "only after a version");
    assert_eq!(schedulers.was_committed(&nightly, &scribe.commit_id(), 0).await, Ok(false));
    assert_eq!(schedulers.was_committed(&key("other"), &commit.id, 0).await, Ok(false));
}

/// Two writers decide on one version and write at the same time, from two openings.
pub async fn of_concurrent_commits_on_one_version_exactly_one_is_written(data: &dyn Backend) {
    let here = begin(data).await;
    let there = here.on(data.open().await);
    let nightly = key("nightly");
    here.register(&nightly, start()).await;
    for round in 1..=ROUNDS {
        let first = reported(report_of(&format!("a{round}"), Status::Completed, after(round)));
        let second = reported(report_of(&format!("b{round}"), Status::Completed, after(round)));
        let first = here.decide(&nightly, first, after(round)).await;
        let second = there.decide(&nightly, second, after(round)).await;
        let writers = [(here.clone(), first.clone()), (there.clone(), second.clone())];
        let race =
            writers.map(|(scribe, commit)| async move { (scribe.commit(commit.clone()).await, commit) });
        let mut ended = race.into_iter().collect::<JoinSet<_>>().join_all().await;
        ended.sort_by_key(|(answer, _)| answer.is_err());
        let [(Ok(()), winner), (Err(StoreError::Conflict), _)] = ended.as_slice() else {
            panic!("round {round}: {ended:?}");
        };
        assert_eq!(here.load(&nightly).await.scheduler, winner.after, "round {round}");
        assert_eq!(there.load(&nightly).await.scheduler, winner.after, "round {round}");
    }
    let extent = here.stores.retention.log_extent(&nightly).await.expect("the extent is read");
    assert_eq!(extent.map(|extent| extent.last), Some(1 + ROUNDS.unsigned_abs()));
}

/// Commits that have nothing to do with each other never conflict.
pub async fn concurrent_commits_on_distinct_schedulers_are_all_written(data: &dyn Backend) {
    let scribe = begin(data).await;
    let writers = (0..CROWD).map(|number| {
        let scribe = scribe.clone();
        async move { scribe.register(&key(&format!("job-{number}")), after(number)).await }
    });
    for written in writers.collect::<JoinSet<_>>().join_all().await {
        assert_eq!(scribe.load(&written.key).await.scheduler, written);
    }
    let totals = scribe.stores.queries.totals(None, after(CROWD)).await.expect("totals are read");
    assert_eq!(totals.all, CROWD.unsigned_abs());
}

/// Many writers on one scheduler, each trying again when it was too late: every report is in the log, once.
pub async fn a_crowd_of_writers_on_one_scheduler_loses_nothing(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    let writers = (0..10).map(|writer| {
        let (scribe, nightly) = (scribe.clone(), nightly.clone());
        async move {
            for number in 0..5 {
                persist(&scribe, &nightly, &format!("{writer}-{number}")).await;
            }
        }
    });
    writers.collect::<JoinSet<_>>().join_all().await;
    let scheduler = scribe.load(&nightly).await.scheduler;
    assert_eq!((scheduler.state.runs_seen, scheduler.version), (50, 51));
}

/// Reports a run until it is written.
async fn persist(scribe: &Scribe, key: &SchedulerKey, run: &str) {
    for _ in 0..1000 {
        let commit =
            scribe.decide(key, reported(report_of(run, Status::Completed, after(1))), after(1)).await;
        match scribe.commit(commit).await {
            Ok(()) => return,
            Err(StoreError::Conflict) => {}
            Err(error) => panic!("{error}"),
        }
    }
    panic!("{run} never got through");
}

/// What one opening was told is written, another sees at once.
pub async fn two_openings_are_one_store(data: &dyn Backend) {
    let here = begin(data).await;
    let there = here.on(data.open().await);
    let nightly = key("nightly");
    for second in 0..10 {
        let (writer, reader) = if second % 2 == 0 { (&here, &there) } else { (&there, &here) };
        let tags = domain::Patch::Set(vec![second.to_string()]);
        let change = domain::ConfigChange { tags, ..registration() };
        let written = writer.write(&nightly, configure(change), after(second)).await;
        assert_eq!(reader.load(&nightly).await.scheduler, written);
    }
}

/// The log is the truth: folding it gives what is loaded.
pub async fn the_log_replays_to_what_is_loaded(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    for (second, status) in
        [Status::Running, Status::Failed, Status::Running, Status::Completed, Status::Pending]
            .into_iter()
            .enumerate()
    {
        scribe.report(&nightly, report(status, after(second as i64))).await;
    }
    let EventsPage::Events(events) =
        scribe.stores.queries.events(&nightly, 0, 1000).await.expect("events are read")
    else {
        panic!("nothing was pruned");
    };
    let loaded = scribe.load(&nightly).await.scheduler;
    assert_eq!(replay(Scheduler::unborn(nightly, 1), &events), loaded);
    let notices = super::notices::unrouted(&scribe, 10).await;
    assert!(matches!(notices.as_slice(), [Notice::Alert(_), Notice::Alert(_)]), "opened and resolved");
}
