//! Forgets in measure: walks the schedulers, writes a checkpoint where a log has grown too old or too long, and prunes
//! behind it; forgets report ids, finished deliveries and old audit entries.

use std::sync::Mutex;
use std::time::Duration as StdDuration;

use async_trait::async_trait;
use domain::id::CommitId;
use domain::{Duration, Instant, SchedulerKey, checkpoint};

use super::{Pace, Role};
use crate::app::App;
use crate::error::AppResult;
use crate::ports::{Commit, Cut, LogExtent, Lookup, StoreError, Wake};

/// How many schedulers one look walks past.
const BATCH: usize = 200;
/// How many rows one look forgets of each kind.
const ROWS: usize = 5000;
/// Report ids are known for at least 15 days.
const REPORT_IDS_KEPT: Duration = Duration::DAY.times(16);
/// Audit entries are kept as long as roll-ups are.
const AUDIT_KEPT: Duration = Duration::DAY.times(400);
/// A log is not cut for less than so much: each cut writes a checkpoint.
const SLACK_TIME: Duration = Duration::DAY;
const SLACK_EVENTS: u64 = 1000;

/// The janitor.
#[derive(Debug)]
pub struct Janitor {
    app: App,
    place: Mutex<Option<SchedulerKey>>,
}

impl Janitor {
    /// A janitor that begins at the first scheduler.
    pub fn new(app: App) -> Self {
        Self { app, place: Mutex::new(None) }
    }

    async fn forget(&self, now: Instant) -> AppResult<()> {
        let ports = &self.app.ports;
        ports.retention.forget_report_ids(now - REPORT_IDS_KEPT, ROWS).await?;
        ports.retention.forget_audit(now - AUDIT_KEPT, ROWS).await?;
        ports.outbox.prune_outbox(now - self.app.settings.history_kept, ROWS).await?;
        Ok(())
    }

    async fn tidy(&self, key: &SchedulerKey, now: Instant) -> AppResult<()> {
        let Some(extent) = self.app.ports.retention.log_extent(key).await? else { return Ok(()) };
        let before = now - self.app.settings.history_kept;
        if !needs_cut(&extent, before, self.app.settings.routine_kept) {
            return Ok(());
        }
        let Some(checkpoint) = self.checkpoint(key, now).await? else { return Ok(()) };
        let cut = Cut { checkpoint, before, routine_kept: self.app.settings.routine_kept };
        self.app.ports.retention.prune_log(key, &cut).await?;
        Ok(())
    }

    /// Writes a checkpoint and answers its version; `None` where someone else was writing: another round will do.
    async fn checkpoint(&self, key: &SchedulerKey, now: Instant) -> AppResult<Option<u64>> {
        let _turn = self.app.turn(key).await;
        let loaded = self.app.ports.schedulers.load(key, &Lookup::default()).await?;
        if !loaded.scheduler.is_born() {
            return Ok(None);
        }
        let decision = checkpoint(&loaded.scheduler, now);
        let version = decision.after.version;
        let commit = Commit {
            id: CommitId::mint(self.app.id_bits()),
            expected_version: loaded.scheduler.version,
            after: decision.after,
            events: decision.events,
            payload: None,
            report_id: None,
            runs: Vec::new(),
            alerts: Vec::new(),
            liveness: None,
            beat: None,
            wake: Wake::Leave,
            audit: None,
        };
        match self.app.ports.schedulers.commit(commit).await {
            Ok(()) => Ok(Some(version)),
            Err(StoreError::Conflict | StoreError::Ambiguous { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn place(&self) -> Option<SchedulerKey> {
        self.place.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    fn move_to(&self, place: Option<SchedulerKey>) {
        *self.place.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = place;
    }
}

#[async_trait]
impl Role for Janitor {
    fn name(&self) -> &'static str {
        "janitor"
    }

    fn rhythm(&self) -> StdDuration {
        StdDuration::from_secs(60)
    }

    async fn run_once(&self) -> AppResult<Pace> {
        let now = self.app.now();
        self.forget(now).await?;
        let keys = self.app.ports.queries.keys_after(self.place().as_ref(), BATCH).await?;
        for key in &keys {
            self.tidy(key, now).await?;
        }
        self.move_to(if keys.len() == BATCH { keys.last().cloned() } else { None });
        Ok(Pace::Idle)
    }
}

fn needs_cut(extent: &LogExtent, before: Instant, routine_kept: u64) -> bool {
    let events = extent.last.saturating_sub(extent.first);
    let old = extent.first_at + SLACK_TIME < before && events > 0;
    // A run is two events; what the system concludes is counted too, which only makes a cut come sooner.
    let long = events > routine_kept.saturating_mul(2).saturating_add(SLACK_EVENTS);
    old || long
}
