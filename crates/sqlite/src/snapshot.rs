//! A scheduler as it is stored: its hot state, its configuration and its heartbeats, put together.

use domain::config::Config;
use domain::scheduler::State;
use domain::{Instant, Liveness, Payload, RunNo, Scheduler, SchedulerKey};
use rusqlite::{Connection, Row, params};

use crate::fault::{Faulty, Of};
use crate::rows::{cell, first, json, json_of, key, maybe_instant, named};
use crate::sql::statements;

statements! {
    BY_KEY = "select s.project, s.name, s.incarnation, s.version, s.state, p.config, l.last, l.runs, s.id, w.at
        from schedulers s left join profiles p on p.scheduler = s.id left join liveness l on l.scheduler = s.id
        left join wakes w on w.scheduler = s.id where s.project = ?1 and s.name = ?2";
    BY_ID = "select s.project, s.name, s.incarnation, s.version, s.state, p.config, l.last, l.runs, s.id, w.at
        from schedulers s left join profiles p on p.scheduler = s.id left join liveness l on l.scheduler = s.id
        left join wakes w on w.scheduler = s.id where s.id = ?1";
    ID = "select id from schedulers where project = ?1 and name = ?2";
    LIVENESS = "select last, runs from liveness where scheduler = ?1";
    PAYLOAD = "select payload from events where scheduler = ?1 and version = ?2
        union all select body from payloads where scheduler = ?1 and version = ?2 limit 1";
}

/// A scheduler as it is stored.
#[derive(Debug)]
pub(crate) struct Snapshot {
    /// Its row.
    pub(crate) id: i64,
    pub(crate) scheduler: Scheduler,
    pub(crate) liveness: Liveness,
    pub(crate) wake: Option<Instant>,
    /// How long its texts are.
    pub(crate) bytes: usize,
}

/// The scheduler of that name.
pub(crate) fn by_key(conn: &Connection, key: &SchedulerKey) -> Faulty<Option<Snapshot>> {
    first(conn, BY_KEY, params![key.project.as_str(), key.id.as_str()], read)
}

/// The scheduler of that row.
pub(crate) fn by_id(conn: &Connection, id: i64) -> Faulty<Option<Snapshot>> {
    first(conn, BY_ID, [id], read)
}

/// The row of that name.
pub(crate) fn id(conn: &Connection, key: &SchedulerKey) -> Faulty<Option<i64>> {
    first(conn, ID, params![key.project.as_str(), key.id.as_str()], |row| cell(row, 0, "schedulers.id"))
}

/// Its heartbeats.
pub(crate) fn liveness(conn: &Connection, scheduler: i64) -> Faulty<Liveness> {
    Ok(first(conn, LIVENESS, [scheduler], |row| beats(row, 0).of(scheduler))?.unwrap_or_default())
}

/// What an event carried, and how long it is; kept by itself where the event is pruned and still shown.
pub(crate) fn payload(conn: &Connection, scheduler: i64, version: u64) -> Faulty<(Payload, usize)> {
    let found = first(conn, PAYLOAD, params![scheduler, version], |row| {
        let body: Option<String> = cell(row, 0, "events.payload")?;
        let read =
            |body: String| Ok((payload_of(&body).of(format_args!("{scheduler}:{version}"))?, body.len()));
        body.map(read).transpose().map(Option::unwrap_or_default)
    })?;
    Ok(found.unwrap_or_default())
}

/// A payload as it is kept.
pub(crate) fn payload_of(body: &str) -> Faulty<Payload> {
    json(body, "events.payload")
}

fn read(row: &Row<'_>) -> Faulty<Snapshot> {
    let key = key(row, 0)?;
    let whole = |key: &SchedulerKey| {
        let (state, config): (String, String) =
            (cell(row, 4, "schedulers.state")?, cell(row, 5, "profiles.config")?);
        let scheduler = Scheduler {
            key: key.clone(),
            incarnation: cell(row, 2, "schedulers.incarnation")?,
            version: cell(row, 3, "schedulers.version")?,
            config: json_of::<Config>(&config, "profiles.config", key)?.into(),
            state: json_of::<State>(&state, "schedulers.state", key)?,
        };
        Ok(Snapshot {
            id: cell(row, 8, "schedulers.id")?,
            scheduler,
            liveness: beats(row, 6)?,
            wake: maybe_instant(row, 9, "wakes.at")?,
            bytes: state.len() + config.len(),
        })
    };
    whole(&key).of(named(&key))
}

/// Heartbeats in two columns; both absent where there never was one.
fn beats(row: &Row<'_>, index: usize) -> Faulty<Liveness> {
    let last = maybe_instant(row, index, "liveness.last")?;
    let runs: Option<String> = cell(row, index + 1, "liveness.runs")?;
    let runs = runs.map(|text| json::<Vec<(RunNo, Instant)>>(&text, "liveness.runs")).transpose()?;
    Ok(Liveness { last, runs: runs.unwrap_or_default() })
}
