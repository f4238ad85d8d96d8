//! Who is heard where: by address, by slug; and what a job printed.

use domain::{Output, ProjectId, SchedulerKey};
use rusqlite::{Connection, params};

use crate::fault::Faulty;
use crate::rows::{all, cell, first, int, key as read_key};
use crate::snapshot;
use crate::sql::statements;

statements! {
    ADDRESSED = "select s.project, s.name from addresses a join schedulers s on s.id = a.scheduler where a.token = ?1";
    SLUGGED = "select project, name from profiles where project = ?1 and slug = ?2 order by name limit 2";
    OUTPUT = "select body from outputs where scheduler = ?1 and version = ?2";
}

pub(super) fn addressed(conn: &Connection, token: &str) -> Faulty<Option<SchedulerKey>> {
    first(conn, ADDRESSED, [token], |row| read_key(row, 0))
}

pub(super) fn slugged(conn: &Connection, project: &ProjectId, slug: &str) -> Faulty<Vec<SchedulerKey>> {
    all(conn, SLUGGED, params![project.as_str(), slug], |row| read_key(row, 0))
}

pub(super) fn output(conn: &Connection, key: &SchedulerKey, version: u64) -> Faulty<Option<Output>> {
    let Some(id) = snapshot::id(conn, key)? else { return Ok(None) };
    let body = first(conn, OUTPUT, params![id, int(version)], |row| cell::<Vec<u8>>(row, 0, "outputs.body"))?;
    Ok(body.map(Output))
}
