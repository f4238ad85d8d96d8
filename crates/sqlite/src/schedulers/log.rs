//! Appending to the log, and what is remembered beside it.

use domain::id::CommitId;
use domain::{Duration, Instant, RunRecord, SchedulerKey};
use rusqlite::{Connection, params};

use super::draft::Draft;
use crate::fault::Faulty;
use crate::rows::{first, int, run};
use crate::snapshot;
use crate::sql::statements;

statements! {
    APPEND = "insert into events
        (scheduler, version, at, received_at, entry, routine, commit_id, format, fact, payload)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    KEEP_OUTPUT = "insert into outputs (scheduler, version, body) values (?1, ?2, ?3)";
    KEEP_REPORT_ID = "insert into report_ids (scheduler, report_id, at) values (?1, ?2, ?3)";
    PUT_RUN = "insert into runs
        (scheduler, no, run_id, state, started_at, reported_start, ended_at, duration, exit_code)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        on conflict (scheduler, no) do update set state = excluded.state, started_at = excluded.started_at,
        reported_start = excluded.reported_start, ended_at = excluded.ended_at, duration = excluded.duration,
        exit_code = excluded.exit_code";
    NAME_RUN = "update runs set run_id = ?3 where scheduler = ?1 and no = ?2 and run_id is not ?3";
    COMMITTED = "select 1 from events where scheduler = ?1 and version > ?2 and commit_id = ?3 limit 1";
}

/// Writes events, output, report id and runs.
pub(super) fn append(conn: &Connection, id: i64, draft: &Draft) -> Faulty<()> {
    for (place, event) in draft.events.iter().enumerate() {
        let commit_id = (place == 0).then_some(&draft.commit_id);
        run(
            conn,
            APPEND,
            params![
                id,
                event.version,
                event.at,
                event.received_at,
                event.entry,
                event.routine,
                commit_id,
                event.format,
                event.fact,
                event.payload
            ],
        )?;
    }
    if let Some((version, output)) = &draft.output {
        run(conn, KEEP_OUTPUT, params![id, version, output.as_bytes()])?;
    }
    if let Some((report_id, at)) = &draft.report_id {
        run(conn, KEEP_REPORT_ID, params![id, report_id.as_str(), at.as_millis()])?;
    }
    draft.runs.iter().try_for_each(|record| put_run(conn, id, record))
}

/// Whether a commit was written.
pub(super) fn was_committed(
    conn: &Connection,
    key: &SchedulerKey,
    commit: &CommitId,
    after: u64,
) -> Faulty<bool> {
    let Some(id) = snapshot::id(conn, key)? else { return Ok(false) };
    Ok(first(conn, COMMITTED, params![id, int(after), commit.as_str()], |_| Ok(()))?.is_some())
}

/// The name of a run rarely comes later than the run, so its index is only touched where it does.
fn put_run(conn: &Connection, id: i64, record: &RunRecord) -> Faulty<()> {
    let no = int(record.no.0);
    let run_id = record.run_id.as_ref().map(domain::RunId::as_str);
    run(
        conn,
        PUT_RUN,
        params![
            id,
            no,
            run_id,
            record.state.as_str(),
            record.started_at.map(Instant::as_millis),
            record.reported_start,
            record.ended_at.map(Instant::as_millis),
            record.duration.map(Duration::as_millis),
            record.exit_code
        ],
    )?;
    if run_id.is_some() {
        run(conn, NAME_RUN, params![id, no, run_id])?;
    }
    Ok(())
}
