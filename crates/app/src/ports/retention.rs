//! Forgetting in measure: old events behind a checkpoint, and what has expired.

use async_trait::async_trait;
use domain::{Instant, SchedulerKey};

use super::StoreResult;

/// Forgetting in measure.
#[async_trait]
pub trait Retention: Send + Sync {
    /// How long a scheduler's log is; `None` where there is no such scheduler. Costs the same at any length.
    async fn log_extent(&self, key: &SchedulerKey) -> StoreResult<Option<LogExtent>>;

    /// Removes old events and runs of a scheduler as the cut says, at most 10 000 rows a call; answers how many. Never
    /// touches the checkpoint or anything after it, nor a run that is open.
    async fn prune_log(&self, key: &SchedulerKey, cut: &Cut) -> StoreResult<usize>;

    /// Forgets report ids that came in before an instant, at most `limit`; answers how many. A store in which they expire
    /// by themselves, no earlier than a commit wants them known, does nothing.
    async fn forget_report_ids(&self, before: Instant, limit: usize) -> StoreResult<usize>;

    /// Forgets audit entries made before an instant, at most `limit`; answers how many.
    async fn forget_audit(&self, before: Instant, limit: usize) -> StoreResult<usize>;
}

/// How long a log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogExtent {
    /// The first version that is kept without a break up to the newest.
    pub first: u64,
    /// When that one happened.
    pub first_at: Instant,
    /// The newest version.
    pub last: u64,
}

/// What to forget of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The version of the checkpoint: everything before it may go, and `events` answers "pruned" for it from now on.
    pub checkpoint: u64,
    /// What happened before this goes altogether.
    pub before: Instant,
    /// Of routine successes (started, refreshed, completed) before the checkpoint, so many of the newest stay; failures
    /// and what the system concluded stay until `before`.
    pub routine_kept: u64,
}
