//! Notices put in, and turned into deliveries.

use app::Notice;
use app::ports::Delivery;
use domain::Alert;
use domain::id::ChannelId;
use rusqlite::{Connection, params};

use super::claims;
use crate::fault::{Faulty, Of};
use crate::rows::{all, bound, cell, channel, first, json, run, to_json};
use crate::sql::statements;

statements! {
    PUT_IN = "insert or ignore into notices (id, at, body) values (?1, ?2, ?3)";
    UNROUTED = "select id, body from notices where routed = 0 order by seq limit ?1";
    WAITS = "select seq from notices where id = ?1 and routed = 0";
    ROUTED = "update notices set routed = 1 where seq = ?1";
    DELIVER = "insert or ignore into deliveries (id, notice, project, channel, thread, created_at, due_at, ready_at,
        head, attempts, state, last_answer, finished_at, body)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 0, ?8, ?9, ?10, ?11, ?12)";
    TELL = "insert into told (thread, channel, project, name, at) values (?1, ?2, ?3, ?4, ?5)
        on conflict (thread, channel) do update set at = max(at, excluded.at)";
    TOLD = "select channel from told where thread = ?1 order by channel";
}

/// A notice, ready to be written.
pub(crate) struct NoticeRow {
    id: String,
    at: i64,
    body: String,
}

impl NoticeRow {
    pub(crate) fn of(notice: &Notice) -> Faulty<Self> {
        Ok(Self {
            id: notice.id(),
            at: notice.decided_at().as_millis(),
            body: to_json(notice, "notices.body")?,
        })
    }

    pub(crate) fn of_alert(alert: Alert) -> Faulty<Self> {
        Self::of(&Notice::Alert(Box::new(alert)))
    }
}

/// Puts a notice in, unless it is known.
pub(crate) fn put_in(conn: &Connection, notice: &NoticeRow) -> Faulty<()> {
    run(conn, PUT_IN, params![notice.id, notice.at, notice.body]).map(drop)
}

pub(super) fn unrouted(conn: &Connection, limit: usize) -> Faulty<Vec<Notice>> {
    all(conn, UNROUTED, [bound(limit)], |row| {
        let id: String = cell(row, 0, "notices.id")?;
        json(&cell::<String>(row, 1, "notices.body")?, "notices.body").of(id)
    })
}

/// Turns a notice that waits into deliveries. One that does not wait was routed before.
pub(super) fn route(conn: &Connection, notice_id: &str, deliveries: &[Delivery]) -> Faulty<()> {
    let waiting = first(conn, WAITS, [notice_id], |row| cell::<i64>(row, 0, "notices.seq"))?;
    let Some(seq) = waiting else { return Ok(()) };
    run(conn, ROUTED, [seq])?;
    deliveries.iter().try_for_each(|delivery| deliver(conn, delivery))
}

pub(super) fn told(conn: &Connection, incident: &str) -> Faulty<Vec<ChannelId>> {
    all(conn, TOLD, [incident], |row| channel(row, 0))
}

fn deliver(conn: &Connection, delivery: &Delivery) -> Faulty<()> {
    let new = run(
        conn,
        DELIVER,
        params![
            delivery.id.as_str(),
            delivery.notice.id(),
            delivery.project.as_str(),
            delivery.channel.as_str(),
            delivery.thread,
            delivery.created_at.as_millis(),
            delivery.due_at.as_millis(),
            delivery.attempts,
            delivery.state.as_str(),
            delivery.last_answer,
            delivery.finished_at.map(domain::Instant::as_millis),
            to_json(&delivery.notice, "deliveries.body")?
        ],
    )?;
    if new == 0 {
        return Ok(());
    }
    tell(conn, delivery)?;
    claims::reseat(conn, delivery.channel.as_str(), &delivery.thread)
}

fn tell(conn: &Connection, delivery: &Delivery) -> Faulty<()> {
    let name = match &delivery.notice {
        Notice::Alert(alert) => Some(alert.key.id.as_str()),
        _ => None,
    };
    let (project, at) = (delivery.project.as_str(), delivery.created_at.as_millis());
    run(conn, TELL, params![delivery.thread, delivery.channel.as_str(), project, name, at]).map(drop)
}
