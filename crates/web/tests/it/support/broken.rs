//! A store that does not serve.

use app::ports::{
    EventsPage, Filter, HistoryEntry, HistoryQuery, ListQuery, Page, Queries, RunsQuery, SchedulerRow,
    StoreError, StoreResult, Totals,
};
use async_trait::async_trait;
use domain::{Instant, Output, ProjectId, RunRecord, SchedulerKey};

/// How it does not serve.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Broken {
    Away,
    Damaged,
    Corrupt,
    Panics,
    Hangs,
}

impl Broken {
    async fn fail<T>(self) -> StoreResult<T> {
        match self {
            Self::Away => Err(StoreError::Unavailable {
                doing: "reading",
                cause: "secret-host:5432 refused".to_owned(),
            }),
            Self::Damaged => Err(StoreError::Damaged { doing: "reading", cause: "secret.db".to_owned() }),
            Self::Corrupt => Err(StoreError::Corrupt {
                place: "schedulers.state".to_owned(),
                cause: "secret row".to_owned(),
            }),
            Self::Panics => panic!("a secret of the inside"),
            Self::Hangs => std::future::pending().await,
        }
    }
}

#[async_trait]
impl Queries for Broken {
    async fn list(&self, _: &ProjectId, _: &ListQuery) -> StoreResult<Page<SchedulerRow>> {
        self.fail().await
    }

    async fn get(&self, _: &SchedulerKey) -> StoreResult<Option<SchedulerRow>> {
        self.fail().await
    }

    async fn totals(&self, _: Option<&ProjectId>, _: Instant) -> StoreResult<Totals> {
        self.fail().await
    }

    async fn count(&self, _: &ProjectId, _: &Filter, _: Instant) -> StoreResult<Option<u64>> {
        self.fail().await
    }

    async fn history(&self, _: &SchedulerKey, _: &HistoryQuery) -> StoreResult<Page<HistoryEntry>> {
        self.fail().await
    }

    async fn output(&self, _: &SchedulerKey, _: u64) -> StoreResult<Option<Output>> {
        self.fail().await
    }

    async fn addressed(&self, _: &str) -> StoreResult<Option<SchedulerKey>> {
        self.fail().await
    }

    async fn slugged(&self, _: &ProjectId, _: &str) -> StoreResult<Vec<SchedulerKey>> {
        self.fail().await
    }

    async fn runs(&self, _: &SchedulerKey, _: &RunsQuery) -> StoreResult<Page<RunRecord>> {
        self.fail().await
    }

    async fn events(&self, _: &SchedulerKey, _: u64, _: usize) -> StoreResult<EventsPage> {
        self.fail().await
    }

    async fn keys_after(&self, _: Option<&SchedulerKey>, _: usize) -> StoreResult<Vec<SchedulerKey>> {
        self.fail().await
    }
}
