//! A store that makes trouble on request, as one across a network does: conflicts, lost answers, writes that come late,
//! heartbeats between a load and a commit, rows that cannot be read.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex};

use app::Shards;
use app::ports::{
    Beat, Commit, Deletion, Due, Era, Loaded, Lookup, Reindex, Schedulers, Seen, StoreError, StoreResult,
};
use async_trait::async_trait;
use domain::id::CommitId;
use domain::{Instant, SchedulerKey, beating};
use tokio::sync::Notify;

/// What happens to one commit or deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Someone else was faster, or so it says.
    Conflict,
    /// The store is away.
    Away,
    /// The store says nothing until it is released, and then that it is away.
    Hangs,
    /// It is written, and the answer is lost.
    AnswerLost,
    /// It is not written, and the answer is lost.
    Lost,
    /// The answer is lost, and it is written just before the next commit.
    Late,
    /// A heartbeat of another process comes first.
    Heartbeat(Instant),
    /// Another process deletes the scheduler first.
    Deleted,
}

/// A store of schedulers that makes trouble.
pub(crate) struct Troubled {
    inner: Arc<dyn Schedulers>,
    script: Mutex<VecDeque<Trouble>>,
    always: Mutex<Option<Trouble>>,
    late: Mutex<Option<Commit>>,
    unreadable: Mutex<HashSet<SchedulerKey>>,
    attempts: Mutex<usize>,
    released: Notify,
    loads: Mutex<usize>,
}

impl Troubled {
    pub(crate) fn new(inner: Arc<dyn Schedulers>) -> Self {
        Self {
            inner,
            script: Mutex::default(),
            always: Mutex::default(),
            late: Mutex::default(),
            unreadable: Mutex::default(),
            attempts: Mutex::default(),
            released: Notify::new(),
            loads: Mutex::default(),
        }
    }

    pub(crate) fn next(&self, troubles: impl IntoIterator<Item = Trouble>) {
        self.script.lock().expect("script").extend(troubles);
    }

    pub(crate) fn always(&self, trouble: Option<Trouble>) {
        *self.always.lock().expect("always") = trouble;
    }

    pub(crate) fn cannot_read(&self, key: SchedulerKey) {
        self.unreadable.lock().expect("unreadable").insert(key);
    }

    /// How many commits and deletions were tried since the last time this was asked.
    pub(crate) fn attempts(&self) -> usize {
        std::mem::take(&mut *self.attempts.lock().expect("attempts"))
    }

    /// Lets what hangs go on.
    pub(crate) fn release(&self) {
        self.released.notify_one();
    }

    /// How often a scheduler was loaded since the last time this was asked.
    pub(crate) fn loads(&self) -> usize {
        std::mem::take(&mut *self.loads.lock().expect("loads"))
    }

    fn trouble(&self) -> Option<Trouble> {
        *self.attempts.lock().expect("attempts") += 1;
        let scripted = self.script.lock().expect("script").pop_front();
        scripted.or(*self.always.lock().expect("always"))
    }

    async fn arrive_late(&self) {
        let late = self.late.lock().expect("late").take();
        if let Some(late) = late {
            self.inner.commit(late).await.expect("written late");
        }
    }

    async fn heartbeat(&self, key: &SchedulerKey, at: Instant) {
        let scheduler = self.inner.load(key, &Lookup::default()).await.expect("loaded").scheduler;
        let open = scheduler.state.runs.iter().map(|run| run.no).collect();
        let beating = beating(&scheduler, None);
        let beat = Beat { key: key.clone(), seen: Seen::of(&scheduler), at, beating, open, era: None };
        self.inner.beat(beat).await.expect("heard");
    }

    async fn delete_first(&self, key: &SchedulerKey) {
        let scheduler = self.inner.load(key, &Lookup::default()).await.expect("loaded").scheduler;
        let audit = testkit::fixtures::audit(scheduler.state.updated_at, "scheduler.delete", key.id.as_str());
        let deletion =
            Deletion { key: key.clone(), seen: Seen::of(&scheduler), alert: None, incident: None, audit };
        self.inner.delete(deletion).await.expect("deleted");
    }
}

fn ambiguous() -> StoreError {
    StoreError::Ambiguous { doing: "writing" }
}

fn away() -> StoreError {
    StoreError::Unavailable { doing: "writing", cause: "gone fishing".to_owned() }
}

#[async_trait]
impl Schedulers for Troubled {
    async fn load(&self, key: &SchedulerKey, lookup: &Lookup) -> StoreResult<Loaded> {
        *self.loads.lock().expect("loads") += 1;
        if self.unreadable.lock().expect("unreadable").contains(key) {
            return Err(StoreError::Corrupt { place: "snapshot".to_owned(), cause: "eaten".to_owned() });
        }
        self.inner.load(key, lookup).await
    }

    async fn commit(&self, commit: Commit) -> StoreResult<()> {
        let trouble = self.trouble();
        self.arrive_late().await;
        match trouble {
            None => self.inner.commit(commit).await,
            Some(Trouble::Conflict) => Err(StoreError::Conflict),
            Some(Trouble::Away) => Err(away()),
            Some(Trouble::Hangs) => {
                self.released.notified().await;
                Err(away())
            }
            Some(Trouble::AnswerLost) => self.inner.commit(commit).await.and(Err(ambiguous())),
            Some(Trouble::Lost) => Err(ambiguous()),
            Some(Trouble::Late) => {
                *self.late.lock().expect("late") = Some(commit);
                Err(ambiguous())
            }
            Some(Trouble::Heartbeat(at)) => {
                self.heartbeat(&commit.after.key, at).await;
                self.inner.commit(commit).await
            }
            Some(Trouble::Deleted) => {
                self.delete_first(&commit.after.key).await;
                self.inner.commit(commit).await
            }
        }
    }

    async fn was_committed(&self, key: &SchedulerKey, commit: &CommitId, after: u64) -> StoreResult<bool> {
        self.inner.was_committed(key, commit, after).await
    }

    async fn beat(&self, beat: Beat) -> StoreResult<()> {
        self.inner.beat(beat).await
    }

    async fn delete(&self, deletion: Deletion) -> StoreResult<()> {
        match self.trouble() {
            Some(Trouble::Conflict) => Err(StoreError::Conflict),
            Some(Trouble::AnswerLost) => self.inner.delete(deletion).await.and(Err(ambiguous())),
            Some(Trouble::Lost) => Err(ambiguous()),
            Some(Trouble::Away) => Err(away()),
            _ => self.inner.delete(deletion).await,
        }
    }

    async fn due(&self, until: Instant, limit: usize, shards: &Shards) -> StoreResult<Vec<Due>> {
        self.inner.due(until, limit, shards).await
    }

    async fn next_wake(&self, shards: &Shards) -> StoreResult<Option<Instant>> {
        self.inner.next_wake(shards).await
    }

    async fn reindex(&self, reindex: Reindex) -> StoreResult<()> {
        self.inner.reindex(reindex).await
    }

    async fn wake_running(&self, at: Instant) -> StoreResult<()> {
        self.inner.wake_running(at).await
    }

    fn era(&self) -> Option<Era> {
        self.inner.era()
    }
}
