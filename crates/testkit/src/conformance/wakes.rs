//! The index of wake instants: who is due, and when to look next.

use app::Shards;
use app::ports::{Beat, Commit, Due, Reindex, Seen, StoreError, Wake};
use app::shards::{SHARDS, shard_of};
use domain::{Instant, SchedulerKey, Status};

use super::begin;
use crate::fixtures::{after, key, report, reported, start};
use crate::{Backend, Scribe};

async fn put(scribe: &Scribe, name: &str, wake: Option<i64>) -> SchedulerKey {
    let key = key(name);
    if !scribe.load(&key).await.scheduler.is_born() {
        scribe.register(&key, start()).await;
    }
    write(scribe, &key, Wake::Set(wake.map(after))).await;
    key
}

async fn write(scribe: &Scribe, key: &SchedulerKey, wake: Wake) {
    let commit = scribe.decide(key, reported(report(Status::Completed, after(1))), after(1)).await;
    scribe.commit(Commit { wake, ..commit }).await.expect("the commit is written");
}

async fn due(scribe: &Scribe, until: i64, limit: usize) -> Vec<(String, Instant)> {
    let due = scribe
        .stores
        .schedulers
        .due(after(until), limit, &Shards::default())
        .await
        .expect("the due ones are read");
    due.into_iter().map(|Due { key, wake }| (key.id.to_string(), wake)).collect()
}

async fn next(scribe: &Scribe) -> Option<Instant> {
    scribe.stores.schedulers.next_wake(&Shards::default()).await.expect("the next wake instant is read")
}

fn named(pairs: &[(&str, i64)]) -> Vec<(String, Instant)> {
    pairs.iter().map(|(name, second)| ((*name).to_owned(), after(*second))).collect()
}

/// In the order of their instants, the last one included.
pub async fn the_due_ones_come_earliest_first(data: &dyn Backend) {
    let scribe = begin(data).await;
    for (name, second) in [("c", 30), ("a", 10), ("d", 40), ("b", 20)] {
        put(&scribe, name, Some(second)).await;
    }
    put(&scribe, "never", None).await;
    assert_eq!(due(&scribe, 9, 1000).await, []);
    assert_eq!(due(&scribe, 30, 1000).await, named(&[("a", 10), ("b", 20), ("c", 30)]));
    assert_eq!(due(&scribe, 29, 1000).await, named(&[("a", 10), ("b", 20)]));
}

/// A crowd that is due at once is taken in pieces, the earliest first.
pub async fn no_more_are_due_than_asked_for(data: &dyn Backend) {
    let scribe = begin(data).await;
    for (name, second) in [("a", 10), ("b", 20), ("c", 20), ("d", 20), ("e", 30)] {
        put(&scribe, name, Some(second)).await;
    }
    assert_eq!(due(&scribe, 100, 1).await, named(&[("a", 10)]));
    let three = due(&scribe, 100, 3).await;
    assert_eq!(three.iter().map(|(_, wake)| *wake).collect::<Vec<_>>(), [10, 20, 20].map(after));
    assert_eq!(due(&scribe, 100, 1000).await.len(), 5);
}

/// The earliest of all projects, as any opening has written it.
pub async fn the_next_wake_instant_is_the_earliest_of_all(data: &dyn Backend) {
    let scribe = begin(data).await;
    let there = scribe.on(data.open().await);
    assert_eq!(next(&scribe).await, None);
    put(&scribe, "late", Some(50)).await;
    assert_eq!(next(&there).await, Some(after(50)));
    put(&there, "early", Some(-5)).await;
    assert_eq!(next(&scribe).await, Some(after(-5)));
    put(&there, "early", None).await;
    assert_eq!(next(&scribe).await, Some(after(50)));
}

/// Out of the index where nothing is waited for, unmoved where nothing is said.
pub async fn a_commit_moves_the_index_only_where_it_says_so(data: &dyn Backend) {
    let scribe = begin(data).await;
    let key = put(&scribe, "a", Some(10)).await;
    write(&scribe, &key, Wake::Leave).await;
    assert_eq!(due(&scribe, 100, 10).await, named(&[("a", 10)]));
    write(&scribe, &key, Wake::Set(Some(after(7)))).await;
    assert_eq!(due(&scribe, 100, 10).await, named(&[("a", 7)]));
    assert_eq!(scribe.load(&key).await.wake, Some(after(7)));
    write(&scribe, &key, Wake::Set(None)).await;
    assert_eq!(due(&scribe, 100, 10).await, []);
    assert_eq!(scribe.load(&key).await.wake, None);
    write(&scribe, &key, Wake::Leave).await;
    assert_eq!(scribe.load(&key).await.wake, None);
}

/// Else an index that another process moved on could be later than the deadline that the commit makes.
pub async fn a_commit_that_counts_on_the_index_conflicts_where_it_was_moved(data: &dyn Backend) {
    let scribe = begin(data).await;
    let key = put(&scribe, "a", Some(10)).await;
    for (seen, answer) in
        [(Some(11), Err(StoreError::Conflict)), (None, Err(StoreError::Conflict)), (Some(10), Ok(()))]
    {
        let commit = scribe.decide(&key, reported(report(Status::Completed, after(1))), after(1)).await;
        let commit = Commit { wake: Wake::Stays(seen.map(after)), ..commit };
        assert_eq!(scribe.commit(commit).await, answer, "{seen:?}");
        assert_eq!(scribe.load(&key).await.wake, Some(after(10)));
    }
}

/// A store that cannot tell what others write names no era, and then nothing rests on one.
pub async fn what_rests_on_an_era_is_refused_once_others_have_written(data: &dyn Backend) {
    let scribe = begin(data).await;
    let there = scribe.on(data.open().await);
    let key = put(&scribe, "a", Some(10)).await;
    let Some(era) = scribe.stores.schedulers.era() else { return };
    let decided = || scribe.decide(&key, reported(report(Status::Completed, after(1))), after(1));
    let resting = |commit| Commit { era: Some(era), ..commit };
    assert_eq!(scribe.commit(resting(decided().await)).await, Ok(()), "our own writes end no era");
    let beat = Beat { era: Some(era), ..scribe.beat(&key, after(2)).await };
    assert_eq!(scribe.stores.schedulers.beat(beat.clone()).await, Ok(()));
    put(&there, "b", None).await;
    assert_eq!(scribe.commit(resting(decided().await)).await, Err(StoreError::Conflict));
    assert_eq!(scribe.stores.schedulers.beat(Beat { at: after(3), ..beat }).await, Err(StoreError::Conflict));
    assert_eq!(scribe.commit(decided().await).await, Ok(()));
    assert_ne!(scribe.stores.schedulers.era(), Some(era));
}

/// Later, earlier, out, in: without an event.
pub async fn a_wake_instant_is_moved_without_a_commit(data: &dyn Backend) {
    let scribe = begin(data).await;
    let key = put(&scribe, "a", Some(10)).await;
    let seen = Seen::of(&scribe.load(&key).await.scheduler);
    for (from, to) in [(Some(10), Some(50)), (Some(50), Some(20)), (Some(20), None), (None, Some(5))] {
        let reindex = Reindex { key: key.clone(), seen, from: from.map(after), to: to.map(after) };
        assert_eq!(scribe.stores.schedulers.reindex(reindex).await, Ok(()));
        let loaded = scribe.load(&key).await;
        assert_eq!((loaded.wake, loaded.scheduler.version), (to.map(after), seen.version));
        assert_eq!(next(&scribe).await, to.map(after));
    }
}

/// Whoever wrote another version or another instant has indexed it.
pub async fn a_wake_instant_that_was_written_meanwhile_stays(data: &dyn Backend) {
    let scribe = begin(data).await;
    let key = put(&scribe, "a", Some(10)).await;
    let version = scribe.load(&key).await.scheduler.version;
    let moves = [
        (key.clone(), version - 1, Some(10)),
        (key.clone(), version + 1, Some(10)),
        (key.clone(), version, Some(11)),
        (key.clone(), version, None),
        (crate::fixtures::key("nobody"), 1, None),
    ];
    for (key, version, from) in moves {
        let seen = Seen { incarnation: 1, version };
        let reindex = Reindex { key, seen, from: from.map(after), to: Some(after(99)) };
        assert_eq!(scribe.stores.schedulers.reindex(reindex.clone()).await, Ok(()), "{reindex:?}");
        assert_eq!(due(&scribe, 100, 10).await, named(&[("a", 10)]), "{reindex:?}");
    }
}

/// A limit was changed for the whole server: everything that runs is looked at, nothing later than it would be anyway.
pub async fn everything_that_runs_can_be_woken(data: &dyn Backend) {
    let scribe = begin(data).await;
    for (name, status, wake) in [
        ("earlier", Status::Running, Some(10)),
        ("later", Status::Running, Some(90)),
        ("unindexed", Status::Running, None),
        ("idle", Status::Completed, Some(80)),
        ("idle and unindexed", Status::Completed, None),
    ] {
        let key = key(name);
        scribe.register(&key, start()).await;
        let commit = scribe.decide(&key, reported(report(status, after(1))), after(1)).await;
        let commit = Commit { wake: Wake::Set(wake.map(after)), ..commit };
        scribe.commit(commit).await.expect("the commit is written");
    }
    scribe.stores.schedulers.wake_running(after(50)).await.expect("everything that runs is woken");
    let mut found = due(&scribe, 100, 10).await;
    found.sort();
    assert_eq!(found, named(&[("earlier", 10), ("idle", 80), ("later", 50), ("unindexed", 50)]));
}

/// A crowd, by shard: whoever asks for one shard sees what is in it, and nothing else.
async fn crowd(scribe: &Scribe) -> Vec<(SchedulerKey, Instant)> {
    let mut all = Vec::new();
    for number in 0..40 {
        let key = put(scribe, &format!("job-{number}"), Some(number)).await;
        all.push((key, after(number)));
    }
    all
}

async fn due_of(scribe: &Scribe, limit: usize, shards: Shards) -> Vec<(SchedulerKey, Instant)> {
    let due = scribe.stores.schedulers.due(after(1000), limit, &shards).await;
    due.expect("the due ones are read").into_iter().map(|due| (due.key, due.wake)).collect()
}

/// Earliest first, and as many as asked for, whatever is due in other shards.
pub async fn of_each_shard_its_own_are_due(data: &dyn Backend) {
    let scribe = begin(data).await;
    let all = crowd(&scribe).await;
    let one_by_one = (0..SHARDS).map(|shard| Shards::only(SHARDS, [shard]));
    let pairs = (0..SHARDS).map(|shard| Shards::only(SHARDS, [shard, (shard + 5) % SHARDS]));
    for shards in one_by_one.chain(pairs).chain([Shards::none(SHARDS), Shards::all(SHARDS)]) {
        let ours: Vec<_> = all.iter().filter(|(key, _)| shards.hold(key)).cloned().collect();
        assert_eq!(due_of(&scribe, 1000, shards).await, ours, "{shards:?}");
        let first: Vec<_> = ours.into_iter().take(2).collect();
        assert_eq!(due_of(&scribe, 2, shards).await, first, "{shards:?}");
    }
}

/// As any opening has written it.
pub async fn the_next_wake_instant_is_that_of_the_shards_asked_for(data: &dyn Backend) {
    let scribe = begin(data).await;
    let there = scribe.on(data.open().await);
    let all = crowd(&scribe).await;
    let next = async |shards: Shards| there.stores.schedulers.next_wake(&shards).await.expect("it is read");
    for shard in 0..SHARDS {
        let shards = Shards::only(SHARDS, [shard]);
        let first = all.iter().find(|(key, _)| shards.hold(key)).map(|(_, wake)| *wake);
        assert_eq!(next(shards).await, first, "{shard}");
    }
    assert_eq!(next(Shards::none(SHARDS)).await, None);
    let (key, wake) = all[7].clone();
    let shards = Shards::only(SHARDS, [shard_of(&key, SHARDS)]);
    let seen = Seen::of(&scribe.load(&key).await.scheduler);
    let to = Some(after(-3));
    let moved = scribe.stores.schedulers.reindex(Reindex { key, seen, from: Some(wake), to }).await;
    assert_eq!((moved, next(shards).await), (Ok(()), to));
}

/// What was never indexed before belongs to a shard too.
pub async fn what_is_woken_because_it_runs_is_woken_in_its_shard(data: &dyn Backend) {
    let scribe = begin(data).await;
    let mut all = Vec::new();
    for number in 0..20 {
        let key = key(&format!("job-{number}"));
        scribe.register(&key, start()).await;
        let commit = scribe.decide(&key, reported(report(Status::Running, after(1))), after(1)).await;
        scribe.commit(Commit { wake: Wake::Set(None), ..commit }).await.expect("the commit is written");
        all.push(key);
    }
    scribe.stores.schedulers.wake_running(after(50)).await.expect("everything that runs is woken");
    for shard in 0..SHARDS {
        let shards = Shards::only(SHARDS, [shard]);
        let mut ours: Vec<_> =
            all.iter().filter(|key| shards.hold(key)).map(|key| (key.clone(), after(50))).collect();
        let mut found = due_of(&scribe, 1000, shards).await;
        ours.sort();
        found.sort();
        assert_eq!(found, ours, "{shard}");
    }
}
