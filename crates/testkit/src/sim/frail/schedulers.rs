//! The one write path, with room for another process between a load and what follows it.

use app::Shards;
use app::ports::{
    Beat, Clock, Commit, Deletion, Due, Era, Loaded, Lookup, Reindex, Schedulers, Seen, StoreResult,
};
use async_trait::async_trait;
use domain::id::CommitId;
use domain::{Instant, SchedulerKey};

use super::{Frail, Other, awaited};
use crate::fixtures::{audit, heartbeat};

impl Frail {
    /// What another process does now, where it does anything.
    async fn let_others(&self, key: &SchedulerKey) {
        let Some(other) = self.troubles.next_other(key) else { return };
        let now = self.clock.now();
        match other {
            Other::Beats => self.beat_elsewhere(key, now).await,
            Other::Deletes => self.delete_elsewhere(key, now).await,
        }
    }

    /// Between what was remembered and the write that rests on it, as between a load and its commit.
    async fn let_others_outrun(&self, key: &SchedulerKey, era: Option<Era>) {
        if era.is_some() {
            awaited(self.threaded, self.let_others(key)).await;
        }
    }

    async fn beat_elsewhere(&self, key: &SchedulerKey, now: Instant) {
        let commit = self.elsewhere.decide(key, heartbeat(now), now).await;
        if commit.events.is_empty() {
            let beat = self.elsewhere.beat(key, now).await;
            self.elsewhere.stores.schedulers.beat(beat).await.expect("the other process is heard");
        } else {
            self.elsewhere.commit(commit).await.expect("the other process writes");
        }
    }

    async fn delete_elsewhere(&self, key: &SchedulerKey, now: Instant) {
        let scheduler = self.elsewhere.load(key).await.scheduler;
        let deletion = Deletion {
            key: key.clone(),
            seen: Seen::of(&scheduler),
            alert: domain::react_to_deletion(&scheduler, now),
            incident: domain::orphaned_incident(&scheduler, now),
            audit: audit(now, "scheduler.delete", key.id.as_str()),
        };
        self.elsewhere.stores.schedulers.delete(deletion).await.expect("the other process deletes");
    }
}

#[async_trait]
impl Schedulers for Frail {
    async fn load(&self, key: &SchedulerKey, lookup: &Lookup) -> StoreResult<Loaded> {
        let loaded = self.read("load", self.inner.schedulers.load(key, lookup)).await?;
        if loaded.scheduler.is_born() {
            awaited(self.threaded, self.let_others(key)).await;
        }
        Ok(loaded)
    }

    async fn commit(&self, commit: Commit) -> StoreResult<()> {
        self.let_others_outrun(&commit.after.key, commit.era).await;
        self.write("commit", self.inner.schedulers.commit(commit)).await
    }

    async fn was_committed(&self, key: &SchedulerKey, commit: &CommitId, after: u64) -> StoreResult<bool> {
        self.read("was_committed", self.inner.schedulers.was_committed(key, commit, after)).await
    }

    async fn beat(&self, beat: Beat) -> StoreResult<()> {
        self.let_others_outrun(&beat.key, beat.era).await;
        self.write("beat", self.inner.schedulers.beat(beat)).await
    }

    async fn delete(&self, deletion: Deletion) -> StoreResult<()> {
        self.write("delete", self.inner.schedulers.delete(deletion)).await
    }

    async fn due(&self, until: Instant, limit: usize, shards: &Shards) -> StoreResult<Vec<Due>> {
        self.read("due", self.inner.schedulers.due(until, limit, shards)).await
    }

    async fn next_wake(&self, shards: &Shards) -> StoreResult<Option<Instant>> {
        self.read("next_wake", self.inner.schedulers.next_wake(shards)).await
    }

    async fn reindex(&self, reindex: Reindex) -> StoreResult<()> {
        self.write("reindex", self.inner.schedulers.reindex(reindex)).await
    }

    async fn wake_running(&self, at: Instant) -> StoreResult<()> {
        self.write("wake_running", self.inner.schedulers.wake_running(at)).await
    }

    fn era(&self) -> Option<Era> {
        self.inner.schedulers.era()
    }
}
