//! The runs of a scheduler, newest first.

use app::ports::{Page, RunsQuery};
use domain::{Duration, Instant, RunId, RunNo, RunRecord, RunState, SchedulerKey};
use rusqlite::{Connection, Row, params};

use super::page::{cut, number};
use crate::fault::{Faulty, Of};
use crate::rows::{all, bound, cell, maybe_instant, named, word};
use crate::snapshot;
use crate::sql::statements;

statements! {
    RUNS = "select no, run_id, state, started_at, reported_start, ended_at, duration, exit_code from runs
        where scheduler = ?1 and no < ?2 and (?3 is null or state = ?3)
        and (?4 is null or coalesce(started_at, ended_at) >= ?4)
        and (?5 is null or coalesce(started_at, ended_at) < ?5)
        order by no desc limit ?6";
}

pub(super) fn runs(conn: &Connection, key: &SchedulerKey, query: &RunsQuery) -> Faulty<Page<RunRecord>> {
    let before = number(query.cursor.as_deref())?;
    let Some(id) = snapshot::id(conn, key)? else { return Ok(Page { items: Vec::new(), next: None }) };
    let state = query.state.map(RunState::as_str);
    let (from, to) = (query.from.map(Instant::as_millis), query.to.map(Instant::as_millis));
    let params = params![id, before, state, from, to, bound(query.limit.max(1) + 1)];
    let found =
        all(conn, RUNS, params, |row| Ok((cell::<i64>(row, 0, "runs.no")?, record(row).of(named(key))?)))?;
    Ok(cut(found, query.limit))
}

/// A run in eight columns.
pub(crate) fn record(row: &Row<'_>) -> Faulty<RunRecord> {
    let no = RunNo(cell(row, 0, "runs.no")?);
    let read = || {
        Ok(RunRecord {
            no,
            run_id: cell::<Option<String>>(row, 1, "runs.run_id")?.map(RunId::trusted),
            state: word(row, 2, "runs.state", RunState::parse)?,
            started_at: maybe_instant(row, 3, "runs.started_at")?,
            reported_start: cell(row, 4, "runs.reported_start")?,
            ended_at: maybe_instant(row, 5, "runs.ended_at")?,
            duration: cell::<Option<i64>>(row, 6, "runs.duration")?.map(Duration::from_millis),
            exit_code: cell(row, 7, "runs.exit_code")?,
        })
    };
    read().of(format_args!("run {}", no.0))
}
