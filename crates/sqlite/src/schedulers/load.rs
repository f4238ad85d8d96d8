//! Loading what a decision needs, all of one moment.

use app::ports::{Loaded, Lookup};
use domain::{Liveness, ReportId, RunId, RunRecord, Scheduler, SchedulerKey};
use rusqlite::{Connection, params};

use super::birth;
use crate::fault::Faulty;
use crate::queries::runs;
use crate::rows::first;
use crate::snapshot;
use crate::sql::statements;

statements! {
    CLOSED_RUN = "select no, run_id, state, started_at, reported_start, ended_at, duration, exit_code from runs
        where scheduler = ?1 and run_id = ?2 and state <> 'running' order by no desc limit 1";
    REPORT_SEEN = "select 1 from report_ids where scheduler = ?1 and report_id = ?2";
}

pub(super) fn load(conn: &Connection, key: &SchedulerKey, lookup: &Lookup) -> Faulty<Loaded> {
    let Some(found) = snapshot::by_key(conn, key)? else { return unborn(conn, key) };
    let closed_run = lookup.run_id.as_ref().map(|run_id| closed_run(conn, found.id, run_id)).transpose()?;
    let report_seen = match &lookup.report_id {
        Some(report_id) => is_known(conn, found.id, report_id)?,
        None => false,
    };
    Ok(Loaded {
        scheduler: found.scheduler,
        liveness: found.liveness,
        wake: found.wake,
        closed_run: closed_run.flatten(),
        report_seen,
    })
}

/// Whether a report id is known.
pub(super) fn is_known(conn: &Connection, scheduler: i64, report_id: &ReportId) -> Faulty<bool> {
    let params = params![scheduler, report_id.as_str()];
    Ok(first(conn, REPORT_SEEN, params, |_| Ok(()))?.is_some())
}

fn closed_run(conn: &Connection, scheduler: i64, run_id: &RunId) -> Faulty<Option<RunRecord>> {
    first(conn, CLOSED_RUN, params![scheduler, run_id.as_str()], runs::record)
}

fn unborn(conn: &Connection, key: &SchedulerKey) -> Faulty<Loaded> {
    Ok(Loaded {
        scheduler: Scheduler::unborn(key.clone(), birth::incarnation(conn, key)?),
        liveness: Liveness::default(),
        wake: None,
        closed_run: None,
        report_seen: false,
    })
}
