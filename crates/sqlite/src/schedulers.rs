//! The store of schedulers and their events. Reads have their own connections; every write goes through the writer.

mod birth;
mod commit;
mod delete;
mod draft;
mod heartbeat;
mod load;
mod log;
pub(crate) mod wakes;

use app::Shards;
use app::ports::{Beat, Commit, Deletion, Due, Era, Loaded, Lookup, Reindex, Schedulers, StoreResult};
use async_trait::async_trait;
use domain::id::CommitId;
use domain::{Instant, SchedulerKey};

use crate::Store;
use crate::reader::Lane;
use draft::Draft;

#[cfg(test)]
pub(crate) const PARTS: [&[(&str, &str)]; 7] = [
    birth::STATEMENTS,
    commit::STATEMENTS,
    delete::STATEMENTS,
    heartbeat::STATEMENTS,
    load::STATEMENTS,
    log::STATEMENTS,
    wakes::STATEMENTS,
];

/// How many schedulers one write indexes at most, so that no other write waits long for it.
const INDEXED_AT_ONCE: usize = 500;

#[async_trait]
impl Schedulers for Store {
    async fn load(&self, key: &SchedulerKey, lookup: &Lookup) -> StoreResult<Loaded> {
        let (key, lookup) = (key.clone(), lookup.clone());
        self.read(Lane::Point, "loading a scheduler", move |conn| load::load(conn, &key, &lookup)).await
    }

    async fn commit(&self, commit: Commit) -> StoreResult<()> {
        const DOING: &str = "writing a commit";
        let draft = Draft::of(commit).map_err(|fault| fault.told(DOING, self.path()))?;
        let (eras, era) = (self.eras(), draft.era);
        let commit = move |conn: &_| eras.check(era).and_then(|()| commit::commit(conn, &draft));
        self.write(DOING, commit).await
    }

    /// Asked of the writer, behind everything that waits there: so a commit whose answer was lost is written by now, or
    /// never will be.
    async fn was_committed(&self, key: &SchedulerKey, commit: &CommitId, after: u64) -> StoreResult<bool> {
        let (key, commit) = (key.clone(), commit.clone());
        self.write("looking for a commit", move |conn| log::was_committed(conn, &key, &commit, after)).await
    }

    async fn beat(&self, beat: Beat) -> StoreResult<()> {
        let eras = self.eras();
        let write = move |conn: &_| eras.check(beat.era).and_then(|()| heartbeat::beat(conn, &beat));
        self.write("writing a heartbeat", write).await
    }

    async fn delete(&self, deletion: Deletion) -> StoreResult<()> {
        const DOING: &str = "deleting a scheduler";
        let deletion = delete::Draft::of(deletion).map_err(|fault| fault.told(DOING, self.path()))?;
        self.write(DOING, move |conn| delete::delete(conn, &deletion)).await
    }

    async fn due(&self, until: Instant, limit: usize, shards: &Shards) -> StoreResult<Vec<Due>> {
        let shards = *shards;
        let read = move |conn: &_| wakes::due(conn, until, limit, &shards);
        self.read(Lane::Point, "looking for what is due", read).await
    }

    async fn next_wake(&self, shards: &Shards) -> StoreResult<Option<Instant>> {
        let shards = *shards;
        self.read(Lane::Point, "looking for the next wake instant", move |conn| wakes::next(conn, &shards))
            .await
    }

    async fn reindex(&self, reindex: Reindex) -> StoreResult<()> {
        self.write("moving a wake instant", move |conn| wakes::reindex(conn, &reindex)).await
    }

    async fn wake_running(&self, at: Instant) -> StoreResult<()> {
        let mut after = 0;
        loop {
            let find = move |conn: &_| wakes::running(conn, after, at, INDEXED_AT_ONCE);
            let found = self.read(Lane::List, "looking for open runs", find).await?;
            let Some((last, _)) = found.last() else { return Ok(()) };
            after = *last;
            self.write("indexing open runs", move |conn| wakes::pull_in(conn, &found, at)).await?;
        }
    }

    fn era(&self) -> Option<Era> {
        Some(self.eras().now())
    }
}
