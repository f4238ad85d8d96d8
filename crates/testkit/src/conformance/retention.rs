//! The raw log, and forgetting in measure.

use app::ports::{AuditQuery, Cut, EventsPage, HistoryQuery, LogExtent, RunsQuery};
use domain::event::Fact;
use domain::{Command, Duration, Event, Instant, RunState, Scheduler, SchedulerKey, Status, replay};

use super::{begin, history, runs};
use crate::fixtures::{after, audit, configure, key, registration, report, report_of, reported, start};
use crate::{Backend, Scribe};

/// Reports in one commit of [`fill`].
const FILLED_AT_ONCE: i64 = 100;
/// Most rows that one call may remove.
const PRUNED_MAX: usize = 10_000;

/// Writes so many hundred completed runs, one event each.
pub(super) async fn fill(scribe: &Scribe, key: &SchedulerKey, hundreds: i64) {
    for hundred in 0..hundreds {
        let completed =
            |second| reported(report(Status::Completed, after(hundred * FILLED_AT_ONCE + second)));
        let commands: Vec<Command> = (0..FILLED_AT_ONCE).map(completed).collect();
        let commit = scribe.decide_all(key, commands, after((hundred + 1) * FILLED_AT_ONCE)).await;
        scribe.commit(commit).await.expect("the commit is written");
    }
}

async fn events(scribe: &Scribe, key: &SchedulerKey, after: u64, limit: usize) -> Vec<Event> {
    match scribe.stores.queries.events(key, after, limit).await.expect("events are read") {
        EventsPage::Events(events) => events,
        EventsPage::Pruned { first } => panic!("pruned up to {first}"),
    }
}

async fn extent(scribe: &Scribe, key: &SchedulerKey) -> Option<LogExtent> {
    scribe.stores.retention.log_extent(key).await.expect("the extent is read")
}

/// Prunes until nothing more goes, and answers how much went each time.
async fn prune(scribe: &Scribe, key: &SchedulerKey, cut: &Cut) -> Vec<usize> {
    let mut gone = Vec::new();
    while gone.last() != Some(&0) {
        assert!(gone.len() < 10, "pruning does not end: {gone:?}");
        gone.push(scribe.stores.retention.prune_log(key, cut).await.expect("the log is pruned"));
    }
    gone
}

/// Writes a checkpoint, and answers its version.
async fn checkpoint(scribe: &Scribe, key: &SchedulerKey, now: Instant) -> u64 {
    let commit = scribe.checkpoint(key, now).await;
    let version = commit.after.version;
    scribe.commit(commit).await.expect("the checkpoint is written");
    version
}

/// From the version after the one that is named, no more than asked for, until the newest.
pub async fn events_are_read_after_a_version_oldest_first(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    let mut written = Vec::new();
    let statuses = [Status::Running, Status::Failed, Status::Pending, Status::Completed];
    let reports =
        statuses.into_iter().zip(1..).map(|(status, second)| reported(report(status, after(second))));
    for (command, second) in [configure(registration())].into_iter().chain(reports).zip(0..) {
        let commit = scribe.decide(&nightly, command, after(second)).await;
        written.extend(commit.events.clone());
        scribe.commit(commit).await.expect("the commit is written");
    }
    assert_eq!(events(&scribe, &nightly, 0, 1000).await, written);
    assert_eq!(events(&scribe, &nightly, 0, 1).await, written[..1]);
    assert_eq!(events(&scribe, &nightly, 2, 3).await, written[2..5]);
    let last = written.len() as u64;
    assert_eq!(events(&scribe, &nightly, last - 1, 1000).await, written[written.len() - 1..]);
    assert_eq!(events(&scribe, &nightly, last, 1000).await, []);
    assert_eq!(events(&scribe, &key("nobody"), 0, 1000).await, []);
}

/// First and last version, and the age of the first.
pub async fn the_extent_of_a_log_is_known(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    assert_eq!(extent(&scribe, &nightly).await, None);
    scribe.register(&nightly, after(5)).await;
    scribe.report(&nightly, report(Status::Completed, after(10))).await;
    assert_eq!(extent(&scribe, &nightly).await, Some(LogExtent { first: 1, first_at: after(5), last: 2 }));
    let cut = checkpoint(&scribe, &nightly, after(20)).await;
    scribe.report(&nightly, report(Status::Completed, after(30))).await;
    prune(&scribe, &nightly, &Cut { checkpoint: cut, before: after(20), routine_kept: 0 }).await;
    assert_eq!(extent(&scribe, &nightly).await, Some(LogExtent { first: 3, first_at: after(20), last: 4 }));
}

/// Whoever asks for what is gone is told where the log begins now; from there it still tells the whole state.
pub async fn pruned_events_are_said_to_be_gone(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    fill(&scribe, &nightly, 1).await;
    let cut = checkpoint(&scribe, &nightly, after(200)).await;
    scribe.report(&nightly, report(Status::Failed, after(300))).await;
    let before = scribe.load(&nightly).await;
    prune(&scribe, &nightly, &Cut { checkpoint: cut, before: after(200), routine_kept: 0 }).await;
    for gone in [0, 1, cut - 2] {
        let page = scribe.stores.queries.events(&nightly, gone, 1000).await;
        assert_eq!(page, Ok(EventsPage::Pruned { first: cut }), "after {gone}");
    }
    let kept = events(&scribe, &nightly, cut - 1, 1000).await;
    assert!(matches!(kept[0].fact, Fact::Checkpoint { .. }));
    assert_eq!(replay(Scheduler::unborn(nightly.clone(), 1), &kept), before.scheduler);
    assert_eq!(scribe.load(&nightly).await, before);
}

/// Days of one report each, every third a failure; what is older than day 4 goes, and of the routine all but two.
pub async fn pruning_keeps_failures_and_the_newest_of_the_routine(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    let day = |number: i64| start() + Duration::DAY.times(number);
    scribe.register(&nightly, day(0)).await;
    for number in 1..=12 {
        let status = if number % 3 == 0 { Status::Failed } else { Status::Completed };
        scribe.report(&nightly, report(status, day(number))).await;
    }
    let cut = checkpoint(&scribe, &nightly, day(13)).await;
    scribe.report(&nightly, report(Status::Completed, day(14))).await;
    prune(&scribe, &nightly, &Cut { checkpoint: cut, before: day(4), routine_kept: 2 }).await;
    let everything =
        HistoryQuery { from: None, to: None, status: None, system: true, limit: 1000, cursor: None };
    let lines = history::read(&scribe, &nightly, &everything).await;
    let days: Vec<_> = lines
        .iter()
        .map(|line| line.event.at.since(start()).as_millis() / Duration::DAY.as_millis())
        .zip(history::words(&lines))
        .collect();
    let recovered = |number| (number, "recovered");
    assert_eq!(
        days,
        [
            recovered(14),
            (14, "completed"),
            (12, "failed"),
            (11, "completed"),
            recovered(10),
            (10, "completed"),
            (9, "failed"),
            recovered(7),
            (6, "failed"),
            recovered(4),
        ]
    );
}

/// A run that is open is part of the state, however long ago it began.
pub async fn pruning_spares_open_runs_and_forgets_old_ones(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    scribe.report(&nightly, report_of("open", Status::Running, after(10))).await;
    scribe.report(&nightly, report_of("old", Status::Failed, after(20))).await;
    scribe.report(&nightly, report_of("young", Status::Failed, after(500))).await;
    let cut = checkpoint(&scribe, &nightly, after(600)).await;
    prune(&scribe, &nightly, &Cut { checkpoint: cut, before: after(100), routine_kept: 0 }).await;
    let all = RunsQuery { from: None, to: None, state: None, limit: 1000, cursor: None };
    let left = runs::read(&scribe, &nightly, &all).await;
    let states: Vec<_> = left.iter().map(|run| (run.no.0, run.state)).collect();
    assert_eq!(states, [(3, RunState::Failed), (1, RunState::Running)]);
    scribe.report(&nightly, report_of("open", Status::Completed, after(700))).await;
    assert_eq!(runs::read(&scribe, &nightly, &all).await[1].state, RunState::Completed);
}

/// A log that grew for years is forgotten in pieces, so that nobody waits for it.
pub async fn pruning_is_bounded(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    fill(&scribe, &nightly, 101).await;
    let now = after(20_000);
    let cut = checkpoint(&scribe, &nightly, now).await;
    let gone = prune(&scribe, &nightly, &Cut { checkpoint: cut, before: now, routine_kept: 0 }).await;
    assert!(gone.iter().all(|gone| *gone <= PRUNED_MAX), "{gone:?}");
    assert!(gone.iter().sum::<usize>() >= 10_101, "{gone:?}");
    assert_eq!(extent(&scribe, &nightly).await, Some(LogExtent { first: cut, first_at: now, last: cut }));
    assert_eq!(events(&scribe, &nightly, cut - 1, 1000).await.len(), 1);
}

/// Nobody's log is there to be pruned.
pub async fn pruning_a_name_without_a_life_does_nothing(data: &dyn Backend) {
    let scribe = begin(data).await;
    let cut = Cut { checkpoint: 10, before: after(100), routine_kept: 0 };
    assert_eq!(scribe.stores.retention.prune_log(&key("nobody"), &cut).await, Ok(0));
    assert!(!scribe.load(&key("nobody")).await.scheduler.is_born());
}

/// What was made before an instant goes, no more than asked for at once; what was made at it stays.
pub async fn audit_entries_are_forgotten_in_measure(data: &dyn Backend) {
    let scribe = begin(data).await;
    let (access, retention) = (&scribe.stores.access, &scribe.stores.retention);
    for second in 0..5 {
        let entry = audit(after(second), "key.create", "key");
        access.put_keys(Vec::new(), entry).await.expect("the entry is written");
    }
    let mut forgotten = Vec::new();
    for _ in 0..3 {
        forgotten.push(retention.forget_audit(after(3), 2).await.expect("entries are forgotten"));
    }
    assert_eq!(forgotten, [2, 1, 0]);
    let query = AuditQuery { subject: None, limit: 10, cursor: None };
    let left = access.audit(&key("nightly").project, &query).await.expect("entries are read").items;
    assert_eq!(left.iter().map(|entry| entry.at).collect::<Vec<_>>(), [after(4), after(3)]);
}
