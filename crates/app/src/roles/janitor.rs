//! Forgets in measure: walks the schedulers, writes a checkpoint where a log has grown too old or too long, and prunes
//! behind it; forgets report ids, finished deliveries and old audit entries.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration as StdDuration;

use async_trait::async_trait;
use domain::id::CommitId;
use domain::{Decision, Duration, Fact, Instant, Scheduler, SchedulerKey, checkpoint};

use super::{Pace, Role};
use crate::app::App;
use crate::error::AppResult;
use crate::members::JANITOR;
use crate::ports::{Commit, Cut, EventsPage, LogExtent, Lookup, StoreError, Wake};

/// How many schedulers one look walks past.
const BATCH: usize = 200;
/// How many rows one look forgets of each kind.
const ROWS: usize = 5000;
/// How many rows of one log the store removes at once, and how often it is asked to in one look.
const PRUNED_AT_ONCE: usize = 10_000;
const PRUNES_MAX: usize = 10;
/// How long it rests when it has walked past all.
const REST: StdDuration = StdDuration::from_hours(1);
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
    walk: Mutex<Walk>,
}

/// How far it has come.
#[derive(Clone, Debug, Default)]
struct Walk {
    place: Option<SchedulerKey>,
    /// By the monotonic clock.
    rests_until: StdDuration,
}

impl Janitor {
    /// A janitor that begins at the first scheduler.
    pub fn new(app: App) -> Self {
        Self { app, walk: Mutex::default() }
    }

    /// What one kind cannot be forgotten of must not keep the others.
    async fn forget(&self, now: Instant) {
        let (retention, outbox) = (&self.app.ports.retention, &self.app.ports.outbox);
        let forgotten = [
            ("report ids", retention.forget_report_ids(now - REPORT_IDS_KEPT, ROWS).await),
            ("audit entries", retention.forget_audit(now - AUDIT_KEPT, ROWS).await),
            (
                "incidents",
                self.app.ports.incidents.prune_incidents(now - self.app.settings.history_kept, ROWS).await,
            ),
            (
                "posts of boards",
                self.app.ports.boards.prune_posts(now - self.app.settings.history_kept, ROWS).await,
            ),
            (
                "what came in vain",
                self.app.ports.observation.forget_problems(now - crate::ingest::PROBLEMS_KEPT).await,
            ),
            ("deliveries", outbox.prune_outbox(now - self.app.settings.history_kept, ROWS).await),
        ];
        for (what, answer) in forgotten {
            if let Err(error) = answer {
                self.app.telemetry.role_failed("janitor");
                tracing::error!(what, %error, "old things could not be forgotten");
            }
        }
    }

    async fn walk_on(&self, now: Instant) -> AppResult<()> {
        let monotonic = self.app.ports.clock.monotonic();
        let walk = self.walk().clone();
        if monotonic < walk.rests_until {
            return Ok(());
        }
        let keys = self.app.ports.queries.keys_after(walk.place.as_ref(), BATCH).await?;
        for key in &keys {
            // A log that cannot be tidied is passed by, not waited at.
            if let Err(error) = self.tidy(key, now).await {
                self.app.telemetry.role_failed("janitor");
                tracing::error!(scheduler = %key.id, project = %key.project, %error, "a log could not be tidied");
            }
        }
        *self.walk() = if keys.len() == BATCH {
            Walk { place: keys.last().cloned(), rests_until: StdDuration::ZERO }
        } else {
            Walk { place: None, rests_until: monotonic + REST }
        };
        Ok(())
    }

    async fn tidy(&self, key: &SchedulerKey, now: Instant) -> AppResult<()> {
        let Some(extent) = self.app.ports.retention.log_extent(key).await? else { return Ok(()) };
        let (before, routine_kept) = (now - self.app.settings.history_kept, self.app.settings.routine_kept);
        let checkpoint = if needs_cut(&extent, before, routine_kept) {
            self.checkpoint(key, now).await?
        } else {
            // What was kept behind an earlier checkpoint has grown older since.
            (extent.first > 1).then_some(extent.first)
        };
        let Some(checkpoint) = checkpoint else { return Ok(()) };
        self.prune(key, &Cut { checkpoint, before, routine_kept }).await
    }

    async fn prune(&self, key: &SchedulerKey, cut: &Cut) -> AppResult<()> {
        for _ in 0..PRUNES_MAX {
            if self.app.ports.retention.prune_log(key, cut).await? < PRUNED_AT_ONCE {
                break;
            }
        }
        Ok(())
    }

    /// Makes sure of a checkpoint and answers its version; `None` where someone else was writing: another round will
    /// do. A checkpoint that is the newest event already, because pruning behind it failed, is as good as a new one.
    async fn checkpoint(&self, key: &SchedulerKey, now: Instant) -> AppResult<Option<u64>> {
        let _turn = self.app.turn(key).await;
        let before = self.app.ports.schedulers.load(key, &Lookup::default()).await?.scheduler;
        if !before.is_born() {
            return Ok(None);
        }
        if self.ends_in_checkpoint(&before).await? {
            return Ok(Some(before.version));
        }
        let decision = checkpoint(&before, now);
        let version = decision.after.version;
        match self.app.ports.schedulers.commit(self.commit_of(&before, decision)).await {
            Ok(()) => Ok(Some(version)),
            Err(StoreError::Conflict | StoreError::Ambiguous { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn ends_in_checkpoint(&self, scheduler: &Scheduler) -> AppResult<bool> {
        let newest = self.app.ports.queries.events(&scheduler.key, scheduler.version - 1, 1).await?;
        let EventsPage::Events(newest) = newest else { return Ok(false) };
        Ok(newest.first().is_some_and(|event| matches!(event.fact, Fact::Checkpoint { .. })))
    }

    fn commit_of(&self, before: &Scheduler, decision: Decision) -> Commit {
        Commit {
            id: CommitId::mint(self.app.id_bits()),
            expected_version: before.version,
            after: decision.after,
            events: decision.events,
            payload: None,
            output: None,
            report_id: None,
            runs: Vec::new(),
            alerts: Vec::new(),
            incidents: Vec::new(),
            liveness: None,
            beat: None,
            wake: Wake::Leave,
            audit: None,
            era: None,
        }
    }

    fn walk(&self) -> MutexGuard<'_, Walk> {
        self.walk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Role for Janitor {
    fn name(&self) -> &'static str {
        "janitor"
    }

    fn rhythm(&self) -> StdDuration {
        StdDuration::from_mins(1)
    }

    fn alone_as(&self) -> Option<&'static str> {
        Some(JANITOR)
    }

    async fn run_once(&self) -> AppResult<Pace> {
        let now = self.app.now();
        self.forget(now).await;
        self.walk_on(now).await?;
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
