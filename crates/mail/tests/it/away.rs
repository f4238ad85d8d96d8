//! A store that is away.

use app::ports::{
    EventsPage, Filter, HistoryEntry, HistoryQuery, ListQuery, Page, Queries, RunsQuery, SchedulerRow,
    StoreError, StoreResult, Totals,
};
use async_trait::async_trait;
use domain::{Instant, Output, ProjectId, RunRecord, SchedulerKey};

/// A store that is away.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Away;

fn away<T>() -> StoreResult<T> {
    Err(StoreError::Unavailable { doing: "reading", cause: "a disk of the inside".to_owned() })
}

#[async_trait]
impl Queries for Away {
    async fn list(&self, _: &ProjectId, _: &ListQuery) -> StoreResult<Page<SchedulerRow>> {
        away()
    }

    async fn get(&self, _: &SchedulerKey) -> StoreResult<Option<SchedulerRow>> {
        away()
    }

    async fn totals(&self, _: Option<&ProjectId>, _: Instant) -> StoreResult<Totals> {
        away()
    }

    async fn count(&self, _: &ProjectId, _: &Filter, _: Instant) -> StoreResult<Option<u64>> {
        away()
    }

    async fn history(&self, _: &SchedulerKey, _: &HistoryQuery) -> StoreResult<Page<HistoryEntry>> {
        away()
    }

    async fn output(&self, _: &SchedulerKey, _: u64) -> StoreResult<Option<Output>> {
        away()
    }

    async fn addressed(&self, _: &str) -> StoreResult<Option<SchedulerKey>> {
        away()
    }

    async fn slugged(&self, _: &ProjectId, _: &str) -> StoreResult<Vec<SchedulerKey>> {
        away()
    }

    async fn runs(&self, _: &SchedulerKey, _: &RunsQuery) -> StoreResult<Page<RunRecord>> {
        away()
    }

    async fn events(&self, _: &SchedulerKey, _: u64, _: usize) -> StoreResult<EventsPage> {
        away()
    }

    async fn keys_after(&self, _: Option<&SchedulerKey>, _: usize) -> StoreResult<Vec<SchedulerKey>> {
        away()
    }
}
