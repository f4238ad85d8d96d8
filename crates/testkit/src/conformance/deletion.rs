//! Deleting a scheduler: nothing of it is left but what is on its way, and its name may live again.

use app::ports::{
    AuditQuery, Cut, Deletion, EventsPage, HistoryQuery, LogExtent, Lookup, Reindex, RunsQuery, Seen,
    StoreError,
};
use app::{Notice, Shards};
use domain::{AlertKind, Instant, Liveness, Report, Scheduler, SchedulerKey, Status, react_to_deletion};

use super::commits::all_of;
use super::{begin, history, runs};
use crate::fixtures::{after, audit, delivery, key, payload, report_id, report_of, run_id, start};
use crate::{Backend, Scribe};

/// The deletion of a scheduler as it is now, undone as yet.
pub(super) async fn deletion(scribe: &Scribe, key: &SchedulerKey, now: Instant) -> Deletion {
    let scheduler = scribe.load(key).await.scheduler;
    Deletion {
        key: key.clone(),
        seen: Seen::of(&scheduler),
        alert: react_to_deletion(&scheduler, now),
        incident: domain::orphaned_incident(&scheduler, now),
        audit: audit(now, "scheduler.delete", key.id.as_str()),
    }
}

/// Deletes a scheduler.
pub(super) async fn delete(scribe: &Scribe, key: &SchedulerKey, now: Instant) {
    let deletion = deletion(scribe, key, now).await;
    scribe.stores.schedulers.delete(deletion).await.expect("the scheduler is deleted");
}

/// A scheduler with a past: runs, payloads, an incident, a report id, heartbeats, an indexed wake instant.
async fn storied(scribe: &Scribe) -> SchedulerKey {
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    scribe.report(&nightly, report_of("a", Status::Running, after(1))).await;
    let failed = Report {
        report_id: Some(report_id("r1")),
        payload: payload("disk full"),
        ..report_of("b", Status::Failed, after(2))
    };
    scribe.report(&nightly, failed).await;
    let beat = scribe.beat(&nightly, after(3)).await;
    scribe.stores.schedulers.beat(beat).await.expect("the heartbeat is written");
    assert!(scribe.load(&nightly).await.wake.is_some());
    nightly
}

/// What anybody can ask about it answers as if it had never been, in every list too.
pub async fn a_deleted_scheduler_is_gone_from_everywhere(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = storied(&scribe).await;
    delete(&scribe, &nightly, after(10)).await;
    let queries = &scribe.stores.queries;
    let lookup = Lookup { run_id: Some(run_id("b")), report_id: Some(report_id("r1")) };
    let loaded = scribe.look(&nightly, &lookup).await;
    assert_eq!(loaded.scheduler, Scheduler::unborn(nightly.clone(), 2));
    assert_eq!(loaded.liveness, Liveness::default());
    assert_eq!((loaded.wake, loaded.closed_run, loaded.report_seen), (None, None, false));
    assert_eq!(queries.get(&nightly).await, Ok(None));
    assert_eq!(queries.keys_after(None, 10).await, Ok(Vec::new()));
    assert_eq!(queries.totals(None, after(10)).await.expect("totals are read").all, 0);
    assert_eq!(queries.events(&nightly, 0, 10).await, Ok(EventsPage::Events(Vec::new())));
    assert_eq!(scribe.stores.retention.log_extent(&nightly).await, Ok(None));
    assert_eq!(scribe.stores.schedulers.next_wake(&Shards::default()).await, Ok(None));
    assert_eq!(scribe.stores.schedulers.due(Instant::MAX, 10, &Shards::default()).await, Ok(Vec::new()));
}

/// The next life begins with nothing, and knows nothing of the one before; so does the one after that.
pub async fn a_deleted_name_lives_again_with_an_empty_past(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = storied(&scribe).await;
    for life in [2, 3] {
        delete(&scribe, &nightly, after(10)).await;
        let born = scribe.register(&nightly, after(20)).await;
        assert_eq!((born.incarnation, born.version), (life, 1));
        let lookup = Lookup { run_id: Some(run_id("b")), report_id: Some(report_id("r1")) };
        let loaded = scribe.look(&nightly, &lookup).await;
        assert_eq!(loaded.scheduler, born);
        assert_eq!((loaded.closed_run, loaded.report_seen), (None, false));
        assert_eq!(loaded.liveness, Liveness::default());
        let all = RunsQuery { from: None, to: None, state: None, limit: 10, cursor: None };
        assert!(runs::read(&scribe, &nightly, &all).await.is_empty());
        let reports =
            HistoryQuery { from: None, to: None, status: None, system: true, limit: 10, cursor: None };
        assert!(history::read(&scribe, &nightly, &reports).await.is_empty());
        let row =
            scribe.stores.queries.get(&nightly).await.expect("a row is read").expect("the row is there");
        assert!(row.payload.is_empty());
        let EventsPage::Events(events) =
            scribe.stores.queries.events(&nightly, 0, 10).await.expect("events are read")
        else {
            panic!("nothing is pruned in a new life");
        };
        assert_eq!(events.len(), 1);
        storied_again(&scribe, &nightly).await;
    }
}

async fn storied_again(scribe: &Scribe, key: &SchedulerKey) {
    let report = Report { report_id: Some(report_id("r1")), ..report_of("b", Status::Completed, after(30)) };
    assert_eq!(scribe.report(key, report).await.state.runs_seen, 1);
}

/// A log that was pruned does not make the next life begin with a gap.
pub async fn the_next_life_of_a_pruned_scheduler_has_a_whole_log(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = storied(&scribe).await;
    let checkpoint = scribe.checkpoint(&nightly, after(5)).await;
    let cut = Cut { checkpoint: checkpoint.after.version, before: after(5), routine_kept: 0 };
    scribe.commit(checkpoint).await.expect("the checkpoint is written");
    scribe.stores.retention.prune_log(&nightly, &cut).await.expect("the log is pruned");
    delete(&scribe, &nightly, after(10)).await;
    scribe.register(&nightly, after(20)).await;
    let extent = scribe.stores.retention.log_extent(&nightly).await.expect("the extent is read");
    assert_eq!(extent, Some(LogExtent { first: 1, first_at: after(20), last: 1 }));
    let page = scribe.stores.queries.events(&nightly, 0, 10).await;
    assert!(matches!(page, Ok(EventsPage::Events(events)) if events.len() == 1));
}

/// Somebody changed it since it was looked at, or it is gone already: nothing happens, nobody is told.
pub async fn a_deletion_decided_on_an_older_version_conflicts(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = storied(&scribe).await;
    let late = deletion(&scribe, &nightly, after(10)).await;
    scribe.report(&nightly, report_of("c", Status::Running, after(20))).await;
    let before = all_of(&scribe, &nightly).await;
    assert_eq!(scribe.stores.schedulers.delete(late.clone()).await, Err(StoreError::Conflict));
    assert_eq!(all_of(&scribe, &nightly).await, before);
    delete(&scribe, &nightly, after(30)).await;
    let before = all_of(&scribe, &nightly).await;
    assert_eq!(scribe.stores.schedulers.delete(late).await, Err(StoreError::Conflict));
    assert_eq!(all_of(&scribe, &nightly).await, before);
}

/// Notices and deliveries outlive their scheduler, receivers hear that nobody watches any more, and who did it is known.
pub async fn what_is_on_its_way_outlives_its_scheduler(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = storied(&scribe).await;
    let outbox = &scribe.stores.outbox;
    let opened = super::notices::unrouted(&scribe, 10).await.remove(0);
    let on_its_way = delivery(&opened, "slack", after(5));
    outbox.route(&opened.id(), super::notices::to(vec![on_its_way])).await.expect("the notice is routed");
    delete(&scribe, &nightly, after(10)).await;
    let left = super::notices::unrouted(&scribe, 10).await;
    let [Notice::Alert(dropped)] = left.as_slice() else { panic!("one notice: {left:?}") };
    assert_eq!((dropped.kind, dropped.incident.as_str()), (AlertKind::Dropped, opened.thread().as_str()));
    assert_eq!(outbox.counts().await.expect("counts are read").pending, 1);
    assert_eq!(outbox.told(&opened.thread()).await.expect("who was told is read").len(), 1);
    let trail = AuditQuery { subject: Some("nightly".to_owned()), limit: 10, cursor: None };
    let trail = scribe.stores.access.audit(&nightly.project, &trail).await.expect("entries are read");
    assert_eq!(trail.items, [audit(after(10), "scheduler.delete", "nightly")]);
}

/// Deleted and registered again, a name has the same versions once more.
pub async fn what_was_meant_for_an_earlier_life_leaves_the_next_alone(data: &dyn Backend) {
    let scribe = begin(data).await;
    let nightly = key("nightly");
    scribe.register(&nightly, start()).await;
    let beat = scribe.beat(&nightly, after(1)).await;
    let earlier = deletion(&scribe, &nightly, after(1)).await;
    let from = scribe.load(&nightly).await.wake;
    let reindex = Reindex { key: nightly.clone(), seen: beat.seen, from, to: Some(after(99)) };
    delete(&scribe, &nightly, after(2)).await;
    scribe.register(&nightly, after(3)).await;
    let before = scribe.load(&nightly).await;
    assert_eq!(before.scheduler.version, beat.seen.version);
    assert_eq!(scribe.stores.schedulers.beat(beat).await, Err(StoreError::Conflict));
    assert_eq!(scribe.stores.schedulers.delete(earlier).await, Err(StoreError::Conflict));
    assert_eq!(scribe.stores.schedulers.reindex(reindex).await, Ok(()));
    assert_eq!(scribe.load(&nightly).await, before);
}
