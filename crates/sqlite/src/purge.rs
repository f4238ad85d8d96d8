//! Clearing away what a deleted scheduler left: from the outside it is gone at once, its rows go a few at a time, so
//! that no write ever waits for a long log to be deleted.

use rusqlite::Connection;

use crate::fault::Faulty;
use crate::open;
use crate::rows::{cell, first, run};
use crate::sql::statements;

/// How many rows of each kind go at a time.
const ROWS: i64 = 200;

statements! {
    NEXT = "select scheduler from purges limit 1";
    DONE = "delete from purges where scheduler = ?1";
    MARK = "insert or ignore into purges (scheduler) values (?1)";
    EVENTS = "delete from events where scheduler = ?1 and version <= (select max(version) from
        (select version from events where scheduler = ?1 order by version limit ?2))";
    PAYLOADS = "delete from payloads where scheduler = ?1 and version <= (select max(version) from
        (select version from payloads where scheduler = ?1 order by version limit ?2))";
    OUTPUTS = "delete from outputs where scheduler = ?1 and version <= (select max(version) from
        (select version from outputs where scheduler = ?1 order by version limit ?2))";
    RUNS = "delete from runs where scheduler = ?1 and no <= (select max(no) from
        (select no from runs where scheduler = ?1 order by no limit ?2))";
    REPORT_IDS = "delete from report_ids where scheduler = ?1 and report_id <= (select max(report_id) from
        (select report_id from report_ids where scheduler = ?1 order by report_id limit ?2))";
}

/// Clears some of it away; says whether there may be more.
pub(crate) fn some(conn: &Connection) -> Faulty<bool> {
    let Some(scheduler) = first(conn, NEXT, [], |row| cell::<i64>(row, 0, "purges.scheduler"))? else {
        return Ok(false);
    };
    open::step(conn, open::BEGIN)?;
    let cleared = clear(conn, scheduler);
    let end = if cleared.is_ok() { open::COMMIT } else { open::ROLLBACK };
    let ended = open::step(conn, end);
    if !conn.is_autocommit() {
        open::step(conn, open::ROLLBACK)?;
    }
    cleared.and(ended).map(|()| true)
}

fn clear(conn: &Connection, scheduler: i64) -> Faulty<()> {
    let mut cleared = 0;
    for table in [EVENTS, PAYLOADS, OUTPUTS, RUNS, REPORT_IDS] {
        cleared += run(conn, table, (scheduler, ROWS))?;
    }
    if cleared == 0 {
        run(conn, DONE, [scheduler])?;
    }
    Ok(())
}
