//! The runs of a scheduler, newest first: those that are open from its state, the others from their rows.

use app::ports::{Page, RunsQuery};
use domain::{Duration, Instant, RunId, RunNo, RunRecord, RunState, Scheduler, SchedulerKey};
use rusqlite::{Connection, Row, params};

use super::page::{cut, number};
use crate::fault::{Faulty, Of};
use crate::rows::{all, bound, cell, int, maybe_instant, named, word};
use crate::snapshot;
use crate::sql::statements;

statements! {
    RUNS = "select no, run_id, state, started_at, reported_start, ended_at, duration, exit_code from runs
        where scheduler = ?1 and no < ?2 and state <> 'running' and (?3 is null or state = ?3)
        and (?4 is null or coalesce(started_at, ended_at) >= ?4)
        and (?5 is null or coalesce(started_at, ended_at) < ?5)
        order by no desc limit ?6";
}

pub(super) fn runs(conn: &Connection, key: &SchedulerKey, query: &RunsQuery) -> Faulty<Page<RunRecord>> {
    let before = number(query.cursor.as_deref())?;
    let Some(known) = snapshot::by_key(conn, key)? else { return Ok(Page { items: Vec::new(), next: None }) };
    let state = query.state.map(RunState::as_str);
    let (from, to) = (query.from.map(Instant::as_millis), query.to.map(Instant::as_millis));
    let params = params![known.id, before, state, from, to, bound(query.limit.max(1) + 1)];
    let mut found = all(conn, RUNS, params, |row| record(row).of(named(key)))?;
    found.extend(open(&known.scheduler, query).filter(|run| int(run.no.0) < before));
    found.sort_by_key(|run| std::cmp::Reverse(run.no));
    Ok(cut(found.into_iter().map(|run| (int(run.no.0), run)).collect(), query.limit))
}

/// Those that are open and asked for.
fn open(scheduler: &Scheduler, query: &RunsQuery) -> impl Iterator<Item = RunRecord> {
    let is_asked_for = query.state.is_none_or(|state| state == RunState::Running);
    let within = |at: Instant| query.from.is_none_or(|from| at >= from) && query.to.is_none_or(|to| at < to);
    let open = scheduler.state.runs.iter().filter(move |run| is_asked_for && within(run.started_at));
    open.map(RunRecord::of_open)
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
