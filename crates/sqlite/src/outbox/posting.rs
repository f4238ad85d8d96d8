//! Notices put in, and handed out to be routed.

use app::Notice;
use app::ports::Unrouted;
use domain::{Alert, Instant};
use rusqlite::{Connection, params};

use crate::fault::{Faulty, Of};
use crate::rows::{all, bound, cell, json, run, to_json};
use crate::sql::statements;

statements! {
    PUT_IN = "insert or ignore into notices (id, at, thread, body) values (?1, ?2, ?3, ?4)";
    UNROUTED = "select id, body, due_at from notices where routed = 0 and due_at <= ?1 order by due_at, seq limit ?2";
}

/// A notice, ready to be written.
pub(crate) struct NoticeRow {
    id: String,
    at: i64,
    thread: String,
    body: String,
}

impl NoticeRow {
    pub(crate) fn of(notice: &Notice) -> Faulty<Self> {
        Ok(Self {
            id: notice.id(),
            at: notice.decided_at().as_millis(),
            thread: notice.thread(),
            body: to_json(notice, "notices.body")?,
        })
    }

    pub(crate) fn of_alert(alert: Alert) -> Faulty<Self> {
        Self::of(&Notice::Alert(Box::new(alert)))
    }
}

/// Puts a notice in, unless it is known.
pub(crate) fn put_in(conn: &Connection, notice: &NoticeRow) -> Faulty<()> {
    run(conn, PUT_IN, params![notice.id, notice.at, notice.thread, notice.body]).map(drop)
}

pub(super) fn unrouted(conn: &Connection, now: Instant, limit: usize) -> Faulty<Vec<Unrouted>> {
    all(conn, UNROUTED, params![now.as_millis(), bound(limit)], |row| {
        let id: String = cell(row, 0, "notices.id")?;
        let notice = json(&cell::<String>(row, 1, "notices.body")?, "notices.body").of(id)?;
        Ok(Unrouted { notice, was_put_off: cell::<i64>(row, 2, "notices.due_at")? != 0 })
    })
}
