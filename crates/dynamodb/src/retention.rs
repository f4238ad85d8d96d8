//! Forgetting in measure. Report ids expire by themselves.

use app::ports::{Cut, LogExtent, Retention, StoreResult};
use async_trait::async_trait;
use domain::{Instant, SchedulerKey};

use crate::fault::Told;
use crate::{Store, audit, history};

#[async_trait]
impl Retention for Store {
    async fn log_extent(&self, key: &SchedulerKey) -> StoreResult<Option<LogExtent>> {
        history::extent(self, key).await.told("measuring a log")
    }

    async fn prune_log(&self, key: &SchedulerKey, cut: &Cut) -> StoreResult<usize> {
        history::prune(self, key, cut).await.told("pruning a log")
    }

    async fn forget_report_ids(&self, _: Instant, _: usize) -> StoreResult<usize> {
        Ok(0)
    }

    async fn forget_audit(&self, before: Instant, limit: usize) -> StoreResult<usize> {
        audit::forget(self, before, limit).await.told("forgetting audit entries")
    }
}
