//! Reading: each question to the part that knows.

use app::ports::{
    EventsPage, Filter, HistoryEntry, HistoryQuery, ListQuery, Page, Queries, RunsQuery, SchedulerRow,
    StoreResult, Totals,
};
use async_trait::async_trait;
use domain::{Instant, Output, ProjectId, RunRecord, SchedulerKey};

use crate::fault::{Faulty, Told};
use crate::{Store, history, lists, schedulers};

#[async_trait]
impl Queries for Store {
    async fn list(&self, project: &ProjectId, query: &ListQuery) -> StoreResult<Page<SchedulerRow>> {
        lists::list(self, project, query).await.told("listing schedulers")
    }

    async fn get(&self, key: &SchedulerKey) -> StoreResult<Option<SchedulerRow>> {
        row(self, key).await.told("reading a scheduler")
    }

    async fn totals(&self, project: Option<&ProjectId>, now: Instant) -> StoreResult<Totals> {
        lists::totals(self, project, now).await.told("counting schedulers")
    }

    async fn count(&self, project: &ProjectId, filter: &Filter, now: Instant) -> StoreResult<Option<u64>> {
        lists::count(self, project, filter, now).await.told("counting schedulers")
    }

    async fn history(&self, key: &SchedulerKey, query: &HistoryQuery) -> StoreResult<Page<HistoryEntry>> {
        history::history(self, key, query).await.told("reading a history")
    }

    async fn output(&self, key: &SchedulerKey, version: u64) -> StoreResult<Option<Output>> {
        history::output(self, key, version).await.told("reading an output")
    }

    async fn addressed(&self, token: &str) -> StoreResult<Option<SchedulerKey>> {
        lists::addressed(self, token).await.told("looking for an address")
    }

    async fn slugged(&self, project: &ProjectId, slug: &str) -> StoreResult<Vec<SchedulerKey>> {
        lists::slugged(self, project, slug).await.told("looking for a slug")
    }

    async fn runs(&self, key: &SchedulerKey, query: &RunsQuery) -> StoreResult<Page<RunRecord>> {
        history::runs(self, key, query).await.told("reading runs")
    }

    async fn events(&self, key: &SchedulerKey, after: u64, limit: usize) -> StoreResult<EventsPage> {
        history::events(self, key, after, limit).await.told("reading a log")
    }

    async fn keys_after(&self, after: Option<&SchedulerKey>, limit: usize) -> StoreResult<Vec<SchedulerKey>> {
        lists::keys_after(self, after, limit).await.told("walking past schedulers")
    }
}

async fn row(store: &Store, key: &SchedulerKey) -> Faulty<Option<SchedulerRow>> {
    match schedulers::snapshot(store, key).await? {
        Some(found) => found.row(store).await.map(Some),
        None => Ok(None),
    }
}
