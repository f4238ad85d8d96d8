//! The store of schedulers and their events: the one write path.

use async_trait::async_trait;
use domain::id::CommitId;
use domain::{
    Alert, Event, IncidentRecord, Instant, Liveness, Output, Payload, ReportId, RunId, RunNo, RunRecord,
    Scheduler, SchedulerKey,
};

use super::{AuditEntry, StoreResult};
use crate::shards::Shards;

/// The store of schedulers and their events.
///
/// What was answered `Ok` is durable: it survives a crash of the process and of the machine.
#[async_trait]
pub trait Schedulers: Send + Sync {
    /// A scheduler and what a decision needs besides, all of one moment. A name that is not registered answers
    /// [`Scheduler::unborn`] with the incarnation it would have.
    async fn load(&self, key: &SchedulerKey, lookup: &Lookup) -> StoreResult<Loaded>;

    /// Writes a decision, all or nothing. [`super::StoreError::Conflict`] when the scheduler has another version or
    /// incarnation by now, when `liveness` or [`Wake::Stays`] is given and is not what is stored, when the report id is
    /// known, or when others have written since the era that is named.
    async fn commit(&self, commit: Commit) -> StoreResult<()>;

    /// Whether a commit was written, looking at events after `after` only. For commits whose answer was lost.
    async fn was_committed(&self, key: &SchedulerKey, commit: &CommitId, after: u64) -> StoreResult<bool>;

    /// Overwrites the liveness row by [`Liveness::after_beat`]. `Conflict` when the scheduler has another version by
    /// now, or others have written since the era that is named: what the heartbeat means must be decided again. Costs
    /// no write to the scheduler, its index or its log.
    async fn beat(&self, beat: Beat) -> StoreResult<()>;

    /// Removes a scheduler with its events, runs, payloads, report ids and liveness; what is on its way to channels
    /// stays. The name may be registered again, as the next incarnation. `Conflict` when it has another version by now.
    async fn delete(&self, deletion: Deletion) -> StoreResult<()>;

    /// Schedulers of these shards whose indexed wake instant is at or before `until`, earliest first, at most `limit`
    /// (1..=1000). A store may be divided into a number of shards that is fixed when it is opened: then all who share it
    /// name that number.
    async fn due(&self, until: Instant, limit: usize, shards: &Shards) -> StoreResult<Vec<Due>>;

    /// The earliest indexed wake instant of these shards, as far as any process has written it.
    async fn next_wake(&self, shards: &Shards) -> StoreResult<Option<Instant>>;

    /// Moves an indexed wake instant. Does nothing, and succeeds, when the scheduler has another version or another
    /// indexed instant by now: whoever wrote those has indexed it.
    async fn reindex(&self, reindex: Reindex) -> StoreResult<()>;

    /// Indexes every scheduler with open runs at `at`, unless it is indexed earlier: for when a limit that is set for
    /// the whole server changes.
    async fn wake_running(&self, at: Instant) -> StoreResult<()>;

    /// The era that is now, as far as this handle knows; `None` where the store cannot tell what others write. What was
    /// loaded or written in an era may be remembered and decided on without loading it again, if the write that
    /// follows names the era: the store refuses it where the era was over.
    fn era(&self) -> Option<Era> {
        None
    }
}

/// A stretch of time in which nobody but one handle on the store has written anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Era(pub u64);

/// What to look up beside a scheduler.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookup {
    /// The run to look for among those that are known.
    pub run_id: Option<RunId>,
    /// The report id to look for.
    pub report_id: Option<ReportId>,
}

/// A scheduler and what a decision needs besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The scheduler, unborn where the name is not registered.
    pub scheduler: Scheduler,
    /// Its heartbeats.
    pub liveness: Liveness,
    /// The wake instant that is indexed.
    pub wake: Option<Instant>,
    /// The run that was looked for, if it is known and no longer open.
    pub closed_run: Option<RunRecord>,
    /// Whether the report id that was looked for is known.
    pub report_seen: bool,
}

/// A decision, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Recognises this commit when its answer is lost.
    pub id: CommitId,
    /// The version that the decision was made on; 0 where the scheduler is to be born.
    pub expected_version: u64,
    /// The scheduler after the events.
    pub after: Scheduler,
    /// At least one, in order of their versions.
    pub events: Vec<Event>,
    /// The bulky part of the report, and the version of the event that it belongs to.
    pub payload: Option<(u64, Payload)>,
    /// What the report's job printed, and the version of the event that it belongs to. Kept as long as that event is.
    pub output: Option<(u64, Output)>,
    /// The report's id, to be known for at least 15 days from the instant on.
    pub report_id: Option<(ReportId, Instant)>,
    /// Runs to write as they are now, by number.
    pub runs: Vec<RunRecord>,
    /// Who must hear: each becomes an unrouted notice of the outbox.
    pub alerts: Vec<Alert>,
    /// Incidents to write as they are now, by id.
    pub incidents: Vec<IncidentRecord>,
    /// The liveness that the decision rested on, where it concluded silence.
    pub liveness: Option<Liveness>,
    /// A heartbeat to write along.
    pub beat: Option<(Instant, Vec<RunNo>)>,
    /// What becomes of the indexed wake instant.
    pub wake: Wake,
    /// Who did it, where a person or a program changed something.
    pub audit: Option<AuditEntry>,
    /// Given where the decision was made on what was remembered.
    pub era: Option<Era>,
}

/// Which state of a scheduler something rests on. A name that was deleted and came back has the same versions again, in
/// another incarnation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which of its lives.
    pub incarnation: u32,
    /// Its version then.
    pub version: u64,
}

impl Seen {
    /// The state that a scheduler has now.
    pub const fn of(scheduler: &Scheduler) -> Self {
        Self { incarnation: scheduler.incarnation, version: scheduler.version }
    }
}

/// What becomes of an indexed wake instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// It stays, whatever it is: for what changes no deadline.
    Leave,
    /// It stays what it was seen to be.
    Stays(Option<Instant>),
    /// It becomes this; out of the index where `None`.
    Set(Option<Instant>),
}

/// A heartbeat that is no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beat {
    /// The scheduler.
    pub key: SchedulerKey,
    /// What the heartbeat was decided on.
    pub seen: Seen,
    /// When it came in.
    pub at: Instant,
    /// The runs it speaks for.
    pub beating: Vec<RunNo>,
    /// The runs that are open.
    pub open: Vec<RunNo>,
    /// Given where it was decided on what was remembered.
    pub era: Option<Era>,
}

/// A scheduler to be removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// The scheduler.
    pub key: SchedulerKey,
    /// What was seen of it.
    pub seen: Seen,
    /// What receivers must hear.
    pub alert: Option<Alert>,
    /// The incident that ends with it.
    pub incident: Option<IncidentRecord>,
    /// Who did it.
    pub audit: AuditEntry,
}

/// A scheduler whose wake instant has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The scheduler.
    pub key: SchedulerKey,
    /// The instant that is indexed.
    pub wake: Instant,
}

/// A wake instant to be moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reindex {
    /// The scheduler.
    pub key: SchedulerKey,
    /// What the new instant was reckoned from.
    pub seen: Seen,
    /// The instant that was indexed.
    pub from: Option<Instant>,
    /// The instant that shall be.
    pub to: Option<Instant>,
}
