//! Events as they are stored, and back.

use app::ports::EventsPage;
use domain::event::FORMAT;
use domain::{Event, SchedulerKey};
use rusqlite::{Connection, Row, params};

use crate::fault::{Fault, Faulty, Of};
use crate::rows::{all, bound, cell, first, instant, int, json, named};
use crate::sql::statements;

statements! {
    BEGINNING = "select id, log_first from schedulers where project = ?1 and name = ?2";
    AFTER = "select version, at, format, fact from events where scheduler = ?1 and version > ?2
        order by version limit ?3";
}

/// Raw events after a version.
pub(super) fn after(conn: &Connection, key: &SchedulerKey, after: u64, limit: usize) -> Faulty<EventsPage> {
    let beginning = first(conn, BEGINNING, params![key.project.as_str(), key.id.as_str()], |row| {
        Ok((cell::<i64>(row, 0, "schedulers.id")?, cell::<u64>(row, 1, "schedulers.log_first")?))
    })?;
    let Some((id, log_first)) = beginning else { return Ok(EventsPage::Events(Vec::new())) };
    if after.saturating_add(1) < log_first {
        return Ok(EventsPage::Pruned { first: log_first });
    }
    let events = all(conn, AFTER, params![id, int(after), bound(limit)], |row| event(row, 0).of(named(key)));
    events.map(EventsPage::Events)
}

/// An event in four columns: version, instant, format, fact.
pub(super) fn event(row: &Row<'_>, index: usize) -> Faulty<Event> {
    let version: u64 = cell(row, index, "events.version")?;
    let read = || {
        let format: u16 = cell(row, index + 2, "events.format")?;
        if format > FORMAT {
            return Err(Fault::corrupt("events.format", format_args!("{format} is of a newer Punctual")));
        }
        let fact: String = cell(row, index + 3, "events.fact")?;
        Ok(Event { version, at: instant(row, index + 1, "events.at")?, fact: json(&fact, "events.fact")? })
    };
    read().of(format_args!("version {version}"))
}
