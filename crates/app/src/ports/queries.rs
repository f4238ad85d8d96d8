//! Reading: lists, history, runs, raw events. Pages are bounded, and a cursor goes on where a page ended.

use async_trait::async_trait;
use domain::{
    Event, Health, Instant, Liveness, Output, Payload, ProjectId, RunRecord, Scheduler, SchedulerKey, Status,
};

use super::StoreResult;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// In the order asked for.
    pub items: Vec<T>,
    /// Where the next page begins; `None` at the end. Opaque, at most 1024 bytes, good for the same query only.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The same page of something else.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

/// Reading what was written. A read sees every write that was answered before it began.
#[async_trait]
pub trait Queries: Send + Sync {
    /// Schedulers of a project. A page ends at `limit` items or at about 4 MiB, whichever is first.
    async fn list(&self, project: &ProjectId, query: &ListQuery) -> StoreResult<Page<SchedulerRow>>;

    /// One scheduler as a list would show it.
    async fn get(&self, key: &SchedulerKey) -> StoreResult<Option<SchedulerRow>>;

    /// How many schedulers a project has, in all, by status and by health at `now`.
    async fn totals(&self, project: Option<&ProjectId>, now: Instant) -> StoreResult<Totals>;

    /// How many match a filter of health or service alone; `None` where counting would cost a scan.
    async fn count(&self, project: &ProjectId, filter: &Filter, now: Instant) -> StoreResult<Option<u64>>;

    /// The history of a scheduler, newest first by version; empty where there is no such scheduler.
    async fn history(&self, key: &SchedulerKey, query: &HistoryQuery) -> StoreResult<Page<HistoryEntry>>;

    /// What the job printed of whom an event tells, where it did and that is kept.
    async fn output(&self, key: &SchedulerKey, version: u64) -> StoreResult<Option<Output>>;

    /// The scheduler that has this ping address or other product's token, of whatever project.
    async fn addressed(&self, token: &str) -> StoreResult<Option<SchedulerKey>>;

    /// The schedulers of a project that have this slug ([`domain::Config::slug`]), by id, at most two: more than one is
    /// as good as many.
    async fn slugged(&self, project: &ProjectId, slug: &str) -> StoreResult<Vec<SchedulerKey>>;

    /// The runs of a scheduler, newest number first; empty where there is no such scheduler.
    async fn runs(&self, key: &SchedulerKey, query: &RunsQuery) -> StoreResult<Page<RunRecord>>;

    /// Raw events after a version, oldest first, at most `limit` (1..=1000).
    async fn events(&self, key: &SchedulerKey, after: u64, limit: usize) -> StoreResult<EventsPage>;

    /// Names of all projects that have schedulers, and how many, for maintenance; and names of schedulers after one.
    async fn keys_after(&self, after: Option<&SchedulerKey>, limit: usize) -> StoreResult<Vec<SchedulerKey>>;
}

/// What a list shall hold. `None` filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The reported status.
    pub status: Option<Status>,
    /// The health at the time of asking.
    pub health: Option<Health>,
    /// The service, exactly.
    pub service: Option<String>,
    /// A tag, exactly.
    pub tag: Option<String>,
    /// A prefix of id, service or job, in any case; at most 255 characters.
    pub prefix: Option<String>,
    /// Only these services: what the asker may see. `None` is all.
    pub services: Option<Vec<String>>,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By scheduler id.
    #[default]
    Id,
    /// Worst health first, then by id.
    Severity,
}

/// A page of schedulers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    /// Which.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// How many, 1..=10000.
    pub limit: usize,
    /// Where to go on.
    pub cursor: Option<String>,
    /// At which instant health is meant.
    pub now: Instant,
}

/// A scheduler with what is kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchedulerRow {
    /// The scheduler.
    pub scheduler: Scheduler,
    /// Its heartbeats.
    pub liveness: Liveness,
    /// The payload of its last report.
    pub payload: Payload,
}

/// Counts of schedulers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// All of them.
    pub all: u64,
    /// By reported status.
    pub by_status: Vec<(Status, u64)>,
    /// By health.
    pub by_health: Vec<(Health, u64)>,
}

/// A page of history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Received at or after.
    pub from: Option<Instant>,
    /// Received before.
    pub to: Option<Instant>,
    /// Only reports of this status.
    pub status: Option<Status>,
    /// Also what the system concluded.
    pub system: bool,
    /// How many, 1..=1000.
    pub limit: usize,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// One line of history: an event that [`domain::history::entry`] knows, and its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The event.
    pub event: Event,
    /// The payload of its report.
    pub payload: Payload,
}

/// A page of runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunsQuery {
    /// Started (or, where unknown, ended) at or after.
    pub from: Option<Instant>,
    /// Started (or, where unknown, ended) before.
    pub to: Option<Instant>,
    /// Only of this state.
    pub state: Option<domain::RunState>,
    /// How many, 1..=1000.
    pub limit: usize,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// Raw events, or the news that they are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventsPage {
    /// Oldest first; fewer than asked for at the end.
    Events(Vec<Event>),
    /// What was asked for is pruned; the log now begins with this version, a checkpoint.
    Pruned {
        /// The first version that is kept.
        first: u64,
    },
}
