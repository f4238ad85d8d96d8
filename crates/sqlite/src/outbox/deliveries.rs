//! Deliveries as they are stored: read, listed, counted.

use app::ports::{Delivery, DeliveryQuery, DeliveryState, OutboxCounts, Page};
use domain::ProjectId;
use domain::id::ChannelId;
use rusqlite::{Connection, Row, params};

use crate::fault::{Faulty, Of};
use crate::queries::page::{cut, number};
use crate::rows::{all, bound, cell, channel, delivery_id, first, instant, json, maybe_instant, word};
use crate::sql::statements;

macro_rules! deliveries {
    ($rest:literal) => {
        concat!(
            "select seq, id, project, channel, thread, body, created_at, due_at, attempts, state, last_answer, ",
            "finished_at from deliveries ",
            $rest
        )
    };
}

statements! {
    BY_SEQ = deliveries!("where seq = ?1");
    LISTED = deliveries!("indexed by deliveries_listed
        where project = ?1 and seq < ?2 order by seq desc limit ?3");
    BY_STATE = deliveries!("indexed by deliveries_by_state
        where project = ?1 and seq < ?2 and state = ?4 order by seq desc limit ?3");
    BY_CHANNEL = deliveries!("indexed by deliveries_by_channel
        where project = ?1 and seq < ?2 and channel = ?4 and (?5 is null or state = ?5) order by seq desc limit ?3");
    BY_THREAD = deliveries!("indexed by deliveries_by_thread
        where project = ?1 and seq < ?2 and thread = ?4 order by seq desc limit ?3");
    COUNTS = "select (select count(*) from notices where routed = 0),
        (select count(*) from held),
        (select count(*) from deliveries where state = 'pending')";
    DEAD = "select channel, count(*) from deliveries indexed by deliveries_dead
        where state = 'dead' group by channel order by channel";
}

pub(super) fn by_seq(conn: &Connection, seq: i64) -> Faulty<Option<Delivery>> {
    Ok(first(conn, BY_SEQ, [seq], read)?.map(|(_, delivery)| delivery))
}

pub(super) fn page(conn: &Connection, project: &ProjectId, query: &DeliveryQuery) -> Faulty<Page<Delivery>> {
    let (project, before) = (project.as_str(), number(query.cursor.as_deref())?);
    let (most, state) = (bound(query.limit.max(1) + 1), query.state.map(DeliveryState::as_str));
    let channel = query.channel.as_ref().map(ChannelId::as_str);
    if let Some(thread) = &query.thread {
        let found = all(conn, BY_THREAD, params![project, before, most, thread], read)?;
        return Ok(cut(found, query.limit));
    }
    let found = match (channel, state) {
        (None, None) => all(conn, LISTED, params![project, before, most], read),
        (None, Some(state)) => all(conn, BY_STATE, params![project, before, most, state], read),
        (Some(channel), state) => all(conn, BY_CHANNEL, params![project, before, most, channel, state], read),
    };
    Ok(cut(found?, query.limit))
}

pub(super) fn counts(conn: &Connection) -> Faulty<OutboxCounts> {
    let found = first(conn, COUNTS, [], |row| {
        Ok(OutboxCounts {
            unrouted: cell(row, 0, "notices.seq")?,
            held: cell(row, 1, "held.seq")?,
            pending: cell(row, 2, "deliveries.seq")?,
            ..OutboxCounts::default()
        })
    })?;
    let dead_by_channel = all(conn, DEAD, [], |row| Ok((channel(row, 0)?, cell(row, 1, "deliveries.seq")?)))?;
    let dead = dead_by_channel.iter().map(|(_, count): &(ChannelId, u64)| count).sum();
    Ok(OutboxCounts { dead, dead_by_channel, ..found.unwrap_or_default() })
}

fn read(row: &Row<'_>) -> Faulty<(i64, Delivery)> {
    let id = delivery_id(row, 1)?;
    let whole = || {
        Ok(Delivery {
            id: id.clone(),
            project: ProjectId::trusted(cell::<String>(row, 2, "deliveries.project")?),
            channel: channel(row, 3)?,
            thread: cell(row, 4, "deliveries.thread")?,
            notice: json(&cell::<String>(row, 5, "deliveries.body")?, "deliveries.body")?,
            created_at: instant(row, 6, "deliveries.created_at")?,
            due_at: instant(row, 7, "deliveries.due_at")?,
            attempts: cell(row, 8, "deliveries.attempts")?,
            state: word(row, 9, "deliveries.state", DeliveryState::parse)?,
            last_answer: cell(row, 10, "deliveries.last_answer")?,
            finished_at: maybe_instant(row, 11, "deliveries.finished_at")?,
        })
    };
    Ok((cell(row, 0, "deliveries.seq")?, whole().of(&id)?))
}
