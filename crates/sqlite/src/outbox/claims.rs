//! Claiming deliveries and settling them. Only the head of a channel and thread can be claimed: the oldest delivery that
//! is not finished. Heads are kept with every change, so that finding what is due costs what is due.

use app::ports::{Delivery, DeliveryOutcome};
use domain::id::{ChannelId, DeliveryId};
use domain::{Instant, ProjectId};
use rusqlite::{Connection, params};

use super::deliveries;
use crate::fault::{Fault, Faulty};
use crate::rows::{all, bound, cell, channel, first, instant, run};
use crate::sql::statements;

statements! {
    DUE_CHANNELS = "with recursive of(channel) as (
            select min(channel) from deliveries where head = 1
            union all
            select (select min(channel) from deliveries where head = 1 and channel > of.channel)
            from of where of.channel is not null)
        select channel from of where channel is not null
        and exists (select 1 from deliveries d where d.head = 1 and d.channel = of.channel and d.ready_at <= ?1)
        limit 1000";
    NEXT_DUE = "select ready_at from deliveries where head = 1 order by ready_at limit 1";
    READY = "select seq from deliveries where head = 1 and channel = ?1 and ready_at <= ?2 order by seq limit ?3";
    CLAIM = "update deliveries set attempts = attempts + 1, ready_at = ?2 where seq = ?1";
    UNDER = "select seq, channel, thread from deliveries where id = ?1 and attempts = ?2 and state = 'pending'";
    AGAIN = "update deliveries set due_at = ?2, ready_at = ?2, last_answer = ?3 where seq = ?1";
    FINISH = "update deliveries set state = ?2, finished_at = ?3, last_answer = ?4, head = 0 where seq = ?1";
    DEAD = "select seq, channel, thread from deliveries where project = ?1 and id = ?2 and state = 'dead'";
    REVIVE = "update deliveries set state = 'pending', created_at = ?2, due_at = ?2, ready_at = ?2, attempts = 0,
        finished_at = null where seq = ?1";
    RESEAT = "update deliveries set head = not head where channel = ?1 and thread = ?2 and state = 'pending'
        and head <> (seq = (select min(seq) from deliveries
            where channel = ?1 and thread = ?2 and state = 'pending'))";
}

/// A delivery, and the line it stands in.
struct Stand {
    seq: i64,
    channel: String,
    thread: String,
}

pub(super) fn due_channels(conn: &Connection, now: Instant) -> Faulty<Vec<ChannelId>> {
    all(conn, DUE_CHANNELS, [now.as_millis()], |row| channel(row, 0))
}

pub(super) fn next_due(conn: &Connection) -> Faulty<Option<Instant>> {
    first(conn, NEXT_DUE, [], |row| instant(row, 0, "deliveries.ready_at"))
}

pub(super) fn claim(
    conn: &Connection,
    channel: &ChannelId,
    now: Instant,
    lease_until: Instant,
    limit: usize,
) -> Faulty<Vec<Delivery>> {
    let ready = all(conn, READY, params![channel.as_str(), now.as_millis(), bound(limit)], |row| {
        cell::<i64>(row, 0, "deliveries.seq")
    })?;
    let claimed = ready.into_iter().map(|seq| {
        run(conn, CLAIM, params![seq, lease_until.as_millis()])?;
        deliveries::by_seq(conn, seq)
    });
    claimed.collect::<Faulty<Vec<_>>>().map(|found| found.into_iter().flatten().collect())
}

pub(super) fn settle(
    conn: &Connection,
    id: &DeliveryId,
    attempt: u32,
    outcome: &DeliveryOutcome,
) -> Faulty<()> {
    let stand = stand(conn, UNDER, params![id.as_str(), attempt])?.ok_or(Fault::Conflict)?;
    let (state, at, answer) = match outcome {
        DeliveryOutcome::Retry { at, answer } => {
            return run(conn, AGAIN, params![stand.seq, at.as_millis(), answer]).map(drop);
        }
        DeliveryOutcome::Delivered { at, answer } => ("delivered", at, answer),
        DeliveryOutcome::Dead { at, answer } => ("dead", at, answer),
    };
    run(conn, FINISH, params![stand.seq, state, at.as_millis(), answer])?;
    reseat(conn, &stand.channel, &stand.thread)
}

pub(super) fn retry(conn: &Connection, project: &ProjectId, id: &DeliveryId, now: Instant) -> Faulty<bool> {
    let Some(stand) = stand(conn, DEAD, params![project.as_str(), id.as_str()])? else { return Ok(false) };
    run(conn, REVIVE, params![stand.seq, now.as_millis()])?;
    reseat(conn, &stand.channel, &stand.thread)?;
    Ok(true)
}

/// Lets the oldest unfinished delivery of a channel and thread be its head, and no other.
pub(super) fn reseat(conn: &Connection, channel: &str, thread: &str) -> Faulty<()> {
    run(conn, RESEAT, params![channel, thread]).map(drop)
}

fn stand(conn: &Connection, sql: &str, params: impl rusqlite::Params) -> Faulty<Option<Stand>> {
    first(conn, sql, params, |row| {
        Ok(Stand {
            seq: cell(row, 0, "deliveries.seq")?,
            channel: cell(row, 1, "deliveries.channel")?,
            thread: cell(row, 2, "deliveries.thread")?,
        })
    })
}
