//! The one write path: commits, heartbeats, deletions, and the index of wake instants.

mod beat;
mod commit;
mod delete;
pub(crate) mod hot;
mod load;
pub(crate) mod profile;
mod snapshot;
pub(crate) mod wakes;

use app::Shards;
use app::ports::{Beat, Commit, Deletion, Due, Loaded, Lookup, Reindex, Schedulers, StoreResult};
use async_trait::async_trait;
use domain::id::CommitId;
use domain::{Instant, SchedulerKey};

pub(crate) use commit::overview;
pub(crate) use snapshot::{Snapshot, snapshot, snapshots};

use crate::Store;
use crate::fault::Told;

/// A hot item that would be longer lets its entries move to the history: a write of up to so many bytes is one unit.
const HOT_MAX: usize = 1024;

#[async_trait]
impl Schedulers for Store {
    async fn load(&self, key: &SchedulerKey, lookup: &Lookup) -> StoreResult<Loaded> {
        load::load(self, key, lookup).await.told("loading a scheduler")
    }

    async fn commit(&self, commit: Commit) -> StoreResult<()> {
        self.peeked.forget();
        commit::commit(self, &commit).await.told("writing a commit")
    }

    async fn was_committed(&self, key: &SchedulerKey, commit: &CommitId, after: u64) -> StoreResult<bool> {
        crate::history::was_committed(self, key, commit, after).await.told("looking for a commit")
    }

    async fn beat(&self, beat: Beat) -> StoreResult<()> {
        beat::beat(self, &beat).await.told("writing a heartbeat")
    }

    async fn delete(&self, deletion: Deletion) -> StoreResult<()> {
        self.peeked.forget();
        delete::delete(self, &deletion).await.told("deleting a scheduler")
    }

    async fn due(&self, until: Instant, limit: usize, shards: &Shards) -> StoreResult<Vec<Due>> {
        wakes::due(self, until, limit, shards).await.told("looking for what is due")
    }

    async fn next_wake(&self, shards: &Shards) -> StoreResult<Option<Instant>> {
        wakes::next(self, shards).await.told("looking for the next wake instant")
    }

    async fn reindex(&self, reindex: Reindex) -> StoreResult<()> {
        self.peeked.forget();
        wakes::reindex(self, &reindex).await.told("moving a wake instant")
    }

    async fn wake_running(&self, at: Instant) -> StoreResult<()> {
        self.peeked.forget();
        wakes::wake_running(self, at).await.told("waking what runs")
    }
}
