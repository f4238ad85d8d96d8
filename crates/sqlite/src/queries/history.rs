//! The history of a scheduler: its log, newest first, without what people need not see. A page looks at a bounded
//! stretch of the log; where nothing of it is wanted, an empty page says where to go on.

use app::ports::{HistoryEntry, HistoryQuery, Page};
use domain::{Instant, SchedulerKey, Status};
use rusqlite::{Connection, Row, params};

use super::events::event;
use super::page::number;
use crate::fault::{Faulty, Of};
use crate::rows::{all, bound, cell, named};
use crate::snapshot;
use crate::sql::statements;

#[cfg(test)]
mod tests;

/// How many versions one page looks at.
pub(super) const LOOKED_AT_MAX: i64 = 20_000;

statements! {
    ENTRIES = "select version, at, format, fact, payload from events
        where scheduler = ?1 and version < ?2 and version >= ?3 and entry is not null
        and case when entry in ('pending', 'running', 'completed', 'failed')
            then ?4 is null or entry = ?4 else ?5 end
        and coalesce(received_at, at) >= ?6 and coalesce(received_at, at) < ?7
        order by version desc limit ?8";
    NEWEST = "select max(version) from events where scheduler = ?1 and version < ?2";
    OLDEST = "select min(version) from events where scheduler = ?1";
}

pub(super) fn history(
    conn: &Connection,
    key: &SchedulerKey,
    query: &HistoryQuery,
    looked_at_max: i64,
) -> Faulty<Page<HistoryEntry>> {
    let before = number(query.cursor.as_deref())?;
    let Some(id) = snapshot::id(conn, key)? else { return Ok(Page { items: Vec::new(), next: None }) };
    let Some(newest) = edge(conn, NEWEST, params![id, before])? else {
        return Ok(Page { items: Vec::new(), next: None });
    };
    let floor = newest.saturating_sub(looked_at_max - 1);
    let mut items = entries(conn, id, before, floor, query).of(named(key))?;
    let limit = query.limit.max(1);
    let next = if items.len() > limit {
        items.truncate(limit);
        items.last().map(|entry| entry.event.version.to_string())
    } else {
        edge(conn, OLDEST, [id])?.filter(|oldest| *oldest < floor).map(|_| floor.to_string())
    };
    Ok(Page { items, next })
}

fn entries(
    conn: &Connection,
    id: i64,
    before: i64,
    floor: i64,
    query: &HistoryQuery,
) -> Faulty<Vec<HistoryEntry>> {
    let from = query.from.unwrap_or(Instant::MIN).as_millis();
    let to = query.to.map_or(i64::MAX, Instant::as_millis);
    let status = query.status.map(Status::as_str);
    let most = bound(query.limit.max(1) + 1);
    all(conn, ENTRIES, params![id, before, floor, status, query.system, from, to, most], entry)
}

fn entry(row: &Row<'_>) -> Faulty<HistoryEntry> {
    let (event, payload) = (event(row, 0)?, cell::<Option<String>>(row, 4, "events.payload")?);
    let payload = payload.map(|body| snapshot::payload_of(&body)).transpose();
    Ok(HistoryEntry {
        payload: payload.of(format_args!("version {}", event.version))?.unwrap_or_default(),
        event,
    })
}

fn edge(conn: &Connection, sql: &str, params: impl rusqlite::Params) -> Faulty<Option<i64>> {
    let found = crate::rows::first(conn, sql, params, |row| cell::<Option<i64>>(row, 0, "events.version"))?;
    Ok(found.flatten())
}
