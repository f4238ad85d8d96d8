//! Incidents: written with the commits that change them, listed newest first.

use app::ports::{IncidentQuery, IncidentState, Incidents, Page, StoreResult};
use async_trait::async_trait;
use domain::id::IncidentId;
use domain::{IncidentRecord, Instant, ProjectId};
use rusqlite::{Connection, Row, params};

use crate::Store;
use crate::fault::{Faulty, Of};
use crate::queries::page::{cut, number};
use crate::reader::Lane;
use crate::rows::{all, bound, cell, first, json, run, to_json};
use crate::sql::statements;

/// Most incidents that are looked at for one page.
const LOOKED_AT_MAX: i64 = 5000;

statements! {
    PUT = "insert into incidents (id, project, name, service, open, heeded, over_at, body)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) on conflict (id) do update set service = excluded.service,
        open = excluded.open, heeded = excluded.heeded, over_at = excluded.over_at, body = excluded.body";
    ONE = "select seq, id, body from incidents where id = ?1";
    LISTED = "select seq, id, body from incidents indexed by incidents_listed
        where project = ?1 and seq < ?2 order by seq desc limit ?3";
    OPEN = "select seq, id, body from incidents indexed by incidents_open
        where project = ?1 and seq < ?2 and open = 1 order by seq desc limit ?3";
    BY_SCHEDULER = "select seq, id, body from incidents indexed by incidents_by_scheduler
        where project = ?1 and seq < ?2 and name = ?4 order by seq desc limit ?3";
    BY_SERVICE = "select seq, id, body from incidents indexed by incidents_by_service
        where project = ?1 and seq < ?2 and service = ?4 order by seq desc limit ?3";
    COUNT_OPEN = "select count(*) from incidents where open = 1";
    FORGET = "delete from incidents where seq in
        (select seq from incidents where over_at < ?1 order by over_at limit ?2)";
}

/// An incident, ready to be written.
pub(crate) struct IncidentRow {
    record: IncidentRecord,
    body: String,
}

impl IncidentRow {
    pub(crate) fn of(record: IncidentRecord) -> Faulty<Self> {
        Ok(Self { body: to_json(&record, "incidents.body")?, record })
    }
}

pub(crate) fn put(conn: &Connection, row: &IncidentRow) -> Faulty<()> {
    let IncidentRecord { id, key, service_name, heeded, over, .. } = &row.record;
    let over_at = over.map(|over| over.at.as_millis());
    let (project, name) = (key.project.as_str(), key.id.as_str());
    run(
        conn,
        PUT,
        params![id.as_str(), project, name, service_name, over.is_none(), heeded, over_at, row.body],
    )
    .map(drop)
}

#[async_trait]
impl Incidents for Store {
    async fn incident(&self, id: &IncidentId) -> StoreResult<Option<IncidentRecord>> {
        let id = id.to_string();
        let read = move |conn: &_| Ok(first(conn, ONE, [id], read)?.map(|(_, record)| record));
        self.read(Lane::Point, "reading an incident", read).await
    }

    async fn incidents(
        &self,
        project: &ProjectId,
        query: &IncidentQuery,
    ) -> StoreResult<Page<IncidentRecord>> {
        let (project, query) = (project.clone(), query.clone());
        self.read(Lane::List, "listing incidents", move |conn| page(conn, &project, &query)).await
    }

    async fn open_incidents(&self) -> StoreResult<u64> {
        let read = |conn: &_| first(conn, COUNT_OPEN, [], |row| cell(row, 0, "incidents.seq"));
        Ok(self.read(Lane::List, "counting incidents", read).await?.unwrap_or_default())
    }

    async fn prune_incidents(&self, before: Instant, limit: usize) -> StoreResult<usize> {
        let forget = move |conn: &_, limit| run(conn, FORGET, params![before.as_millis(), bound(limit)]);
        self.forget("forgetting incidents", limit, forget).await
    }
}

/// Looks at so many incidents at most: what is filtered out makes a page short, never slow.
fn page(conn: &Connection, project: &ProjectId, query: &IncidentQuery) -> Faulty<Page<IncidentRecord>> {
    let (project, before) = (project.as_str(), number(query.cursor.as_deref())?);
    let is_open = query.state.is_some_and(|state| state != IncidentState::Resolved);
    let looked_at = match (&query.scheduler, &query.service) {
        (Some(id), _) => all(conn, BY_SCHEDULER, params![project, before, LOOKED_AT_MAX, id.as_str()], read),
        (None, Some(service)) => {
            all(conn, BY_SERVICE, params![project, before, LOOKED_AT_MAX, service], read)
        }
        (None, None) if is_open => all(conn, OPEN, params![project, before, LOOKED_AT_MAX], read),
        (None, None) => all(conn, LISTED, params![project, before, LOOKED_AT_MAX], read),
    }?;
    let last = looked_at.last().map(|(seq, _)| *seq);
    let is_all = looked_at.len() < LOOKED_AT_MAX as usize;
    let wanted = looked_at.into_iter().filter(|(_, record)| query.wants(record));
    let mut page = cut(wanted.take(query.limit.max(1) + 1).collect(), query.limit);
    if page.next.is_none() && !is_all {
        page.next = last.map(|seq| seq.to_string());
    }
    Ok(page)
}

fn read(row: &Row<'_>) -> Faulty<(i64, IncidentRecord)> {
    let id: String = cell(row, 1, "incidents.id")?;
    let record = json(&cell::<String>(row, 2, "incidents.body")?, "incidents.body").of(id)?;
    Ok((cell(row, 0, "incidents.seq")?, record))
}
