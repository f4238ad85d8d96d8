//! Reading: lists, counts, history, runs, raw events. All of it in the lane of lists but for the single row.

mod addresses;
mod count;
mod events;
mod history;
mod list;
mod order;
pub(crate) mod page;
pub(crate) mod runs;
mod sources;

use app::ports::{
    EventsPage, Filter, HistoryEntry, HistoryQuery, ListQuery, Page, Queries, RunsQuery, SchedulerRow,
    StoreResult, Totals,
};
use async_trait::async_trait;
use domain::{Instant, Output, ProjectId, RunRecord, SchedulerKey};
use rusqlite::params;

use crate::reader::Lane;
use crate::rows::{all, bound, key as read_key};
use crate::sql::statements;
use crate::{Store, snapshot};

#[cfg(test)]
pub(crate) const PARTS: [&[(&str, &str)]; 7] = [
    addresses::STATEMENTS,
    count::STATEMENTS,
    events::STATEMENTS,
    history::STATEMENTS,
    runs::STATEMENTS,
    sources::STATEMENTS,
    STATEMENTS,
];

statements! {
    KEYS_AFTER = "select project, name from schedulers where (project, name) > (?1, ?2)
        order by project, name limit ?3";
}

#[async_trait]
impl Queries for Store {
    async fn list(&self, project: &ProjectId, query: &ListQuery) -> StoreResult<Page<SchedulerRow>> {
        let (project, query) = (project.clone(), query.clone());
        self.read(Lane::List, "listing schedulers", move |conn| {
            list::list(conn, &project, &query, list::REACH)
        })
        .await
    }

    async fn get(&self, key: &SchedulerKey) -> StoreResult<Option<SchedulerRow>> {
        let key = key.clone();
        let read = move |conn: &_| {
            let found = snapshot::by_key(conn, &key)?;
            found.map(|found| list::shown(conn, found).map(|(row, _)| row)).transpose()
        };
        self.read(Lane::Point, "reading a scheduler", read).await
    }

    async fn totals(&self, project: Option<&ProjectId>, now: Instant) -> StoreResult<Totals> {
        let project = project.cloned();
        let read = move |conn: &_| count::totals(conn, project.as_ref(), now);
        self.read(Lane::List, "counting schedulers", read).await
    }

    async fn count(&self, project: &ProjectId, filter: &Filter, now: Instant) -> StoreResult<Option<u64>> {
        let (project, filter) = (project.clone(), filter.clone());
        let read = move |conn: &_| count::matching(conn, &project, &filter, now);
        self.read(Lane::List, "counting schedulers", read).await
    }

    async fn history(&self, key: &SchedulerKey, query: &HistoryQuery) -> StoreResult<Page<HistoryEntry>> {
        let (key, query) = (key.clone(), query.clone());
        self.read(Lane::List, "reading a history", move |conn| {
            history::history(conn, &key, &query, history::LOOKED_AT_MAX)
        })
        .await
    }

    async fn output(&self, key: &SchedulerKey, version: u64) -> StoreResult<Option<Output>> {
        let key = key.clone();
        self.read(Lane::List, "reading an output", move |conn| addresses::output(conn, &key, version)).await
    }

    async fn addressed(&self, token: &str) -> StoreResult<Option<SchedulerKey>> {
        let token = token.to_owned();
        self.read(Lane::Point, "looking for an address", move |conn| addresses::addressed(conn, &token)).await
    }

    async fn slugged(&self, project: &ProjectId, slug: &str) -> StoreResult<Vec<SchedulerKey>> {
        let (project, slug) = (project.clone(), slug.to_owned());
        let read = move |conn: &_| addresses::slugged(conn, &project, &slug);
        self.read(Lane::Point, "looking for a slug", read).await
    }

    async fn runs(&self, key: &SchedulerKey, query: &RunsQuery) -> StoreResult<Page<RunRecord>> {
        let (key, query) = (key.clone(), query.clone());
        self.read(Lane::List, "reading runs", move |conn| runs::runs(conn, &key, &query)).await
    }

    async fn events(&self, key: &SchedulerKey, after: u64, limit: usize) -> StoreResult<EventsPage> {
        let key = key.clone();
        let read = move |conn: &_| events::after(conn, &key, after, limit);
        self.read(Lane::List, "reading events", read).await
    }

    async fn keys_after(&self, after: Option<&SchedulerKey>, limit: usize) -> StoreResult<Vec<SchedulerKey>> {
        let after = after.map(|key| (key.project.to_string(), key.id.to_string())).unwrap_or_default();
        let read = move |conn: &_| {
            all(conn, KEYS_AFTER, params![after.0, after.1, bound(limit)], |row| read_key(row, 0))
        };
        self.read(Lane::List, "walking schedulers", read).await
    }
}
