//! Values as rows keep them, and back. Rows are suspect: every reading back may fail, and says where.

use domain::id::{ChannelId, DeliveryId, KeyId};
use domain::{Instant, ProjectId, SchedulerId, SchedulerKey};
use rusqlite::Row;
use rusqlite::types::FromSql;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fault::{Fault, Faulty, Of};

/// A value of a row. The name is `table.column`, for people.
pub(crate) fn cell<T: FromSql>(row: &Row<'_>, index: usize, name: &'static str) -> Faulty<T> {
    row.get(index).map_err(|error| Fault::corrupt(name, error))
}

/// An instant, as milliseconds.
pub(crate) fn instant(row: &Row<'_>, index: usize, name: &'static str) -> Faulty<Instant> {
    cell(row, index, name).map(Instant::from_millis)
}

/// An instant that may be absent.
pub(crate) fn maybe_instant(row: &Row<'_>, index: usize, name: &'static str) -> Faulty<Option<Instant>> {
    Ok(cell::<Option<i64>>(row, index, name)?.map(Instant::from_millis))
}

/// A full name in two columns.
pub(crate) fn key(row: &Row<'_>, index: usize) -> Faulty<SchedulerKey> {
    let project = ProjectId::trusted(cell::<String>(row, index, "schedulers.project")?);
    let id = SchedulerId::trusted(cell::<String>(row, index + 1, "schedulers.name")?);
    Ok(SchedulerKey { project, id })
}

/// One word of a closed set.
pub(crate) fn word<T>(
    row: &Row<'_>,
    index: usize,
    name: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Faulty<T> {
    let word: String = cell(row, index, name)?;
    parse(&word).ok_or_else(|| Fault::corrupt(name, format_args!("'{word}' is no word of ours")))
}

/// JSON of a column.
pub(crate) fn json<T: DeserializeOwned>(text: &str, name: &'static str) -> Faulty<T> {
    serde_json::from_str(text).map_err(|error| Fault::corrupt(name, error))
}

/// What a column keeps as JSON. Fails only for a value that has no JSON, which ours all have.
pub(crate) fn to_json<T: Serialize>(value: &T, name: &'static str) -> Faulty<String> {
    serde_json::to_string(value).map_err(|error| Fault::corrupt(name, error))
}

/// A channel's id.
pub(crate) fn channel(row: &Row<'_>, index: usize) -> Faulty<ChannelId> {
    cell::<String>(row, index, "deliveries.channel").map(ChannelId::trusted)
}

/// A delivery's id.
pub(crate) fn delivery_id(row: &Row<'_>, index: usize) -> Faulty<DeliveryId> {
    cell::<String>(row, index, "deliveries.id").map(DeliveryId::trusted)
}

/// A key's public name.
pub(crate) fn key_id(row: &Row<'_>, index: usize) -> Faulty<KeyId> {
    cell::<String>(row, index, "keys.id").map(KeyId::trusted)
}

/// A whole number that the domain counts up, as `SQLite` keeps it.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A page bound as `SQLite` takes it; one more than asked for shows whether there is a next page.
pub(crate) fn bound(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A scheduler's name, for errors.
pub(crate) fn named(key: &SchedulerKey) -> String {
    format!("{}/{}", key.project, key.id)
}

/// What a statement finds, each row read by `read`.
pub(crate) fn all<T>(
    conn: &rusqlite::Connection,
    sql: &str,
    params: impl rusqlite::Params,
    mut read: impl FnMut(&Row<'_>) -> Faulty<T>,
) -> Faulty<Vec<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The first row that a statement finds.
pub(crate) fn first<T>(
    conn: &rusqlite::Connection,
    sql: &str,
    params: impl rusqlite::Params,
    read: impl FnOnce(&Row<'_>) -> Faulty<T>,
) -> Faulty<Option<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read).transpose()
}

/// Runs a statement that answers no rows; says how many it changed.
pub(crate) fn run(conn: &rusqlite::Connection, sql: &str, params: impl rusqlite::Params) -> Faulty<usize> {
    Ok(conn.prepare_cached(sql)?.execute(params)?)
}

/// Reads JSON of a row that has a name.
pub(crate) fn json_of<T: DeserializeOwned>(text: &str, name: &'static str, key: &SchedulerKey) -> Faulty<T> {
    json(text, name).of(named(key))
}
