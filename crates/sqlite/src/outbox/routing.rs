//! What becomes of a notice: deliveries, places in buckets, a later look. All of it in one transaction.

use app::Notice;
use app::ports::{Delivery, Held, PutOff, Routing, Singly, Told};
use domain::{Instant, ProjectId};
use rusqlite::{Connection, params};

use super::claims;
use crate::fault::{Fault, Faulty};
use crate::rows::{all, cell, channel, first, run, to_json};
use crate::sql::statements;

statements! {
    WAITS = "select seq, body from notices where id = ?1 and routed = 0";
    ROUTED = "update notices set routed = 1, behind = null where seq = ?1";
    PUT_OFF = "update notices set due_at = ?2, behind = ?3 where seq = ?1";
    REPLACED = "update notices set routed = 1, behind = null
        where thread = ?2 and routed = 0 and behind = ?3 and seq < ?1";
    RELEASE = "update notices set due_at = min(due_at, ?2), behind = null where routed = 0 and behind = ?1";
    COUNTED = "insert into singly (kind, minute, number) values (?1, ?2, 1) on conflict (kind) do update
        set number = case when minute = excluded.minute then number + 1 else 1 end, minute = excluded.minute";
    NUMBER = "select number from singly where kind = ?1 and minute = ?2";
    DELIVER = "insert or ignore into deliveries (id, notice, project, channel, thread, created_at, due_at, ready_at,
        head, attempts, state, last_answer, finished_at, body)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 0, ?8, ?9, ?10, ?11, ?12)";
    HOLD = "insert or ignore into held (project, channel, bucket, grp, notice) values (?1, ?2, ?3, ?4, ?5)";
    BUCKET = "insert into buckets (project, channel, bucket, due_at) values (?1, ?2, ?3, ?4)
        on conflict do update set due_at = min(due_at, excluded.due_at)";
    TELL = "insert into told (thread, channel, project, name, at, grp) values (?1, ?2, ?3, ?4, ?5, ?6)
        on conflict (thread, channel) do update set at = max(at, excluded.at),
        grp = case when grp is null then null else excluded.grp end";
    TOLD = "select channel, grp from told where thread = ?1 order by channel";
    OVER = "update told set over = 1 where thread = ?1";
    OPEN_IN_GROUP = "select count(*) from told where channel = ?1 and grp = ?2 and over = 0";
}

/// Does with a notice that waits what was decided. One that does not wait was routed before.
pub(super) fn route(conn: &Connection, notice_id: &str, routing: &Routing) -> Faulty<()> {
    let waiting = first(conn, WAITS, [notice_id], |row| {
        let notice: Notice = crate::rows::json(&cell::<String>(row, 1, "notices.body")?, "notices.body")?;
        Ok((cell::<i64>(row, 0, "notices.seq")?, notice))
    })?;
    let Some((seq, notice)) = waiting else { return Ok(()) };
    if let Some(singly) = &routing.singly {
        count(conn, singly)?;
    }
    routing.held.iter().try_for_each(|held| hold(conn, &notice, held))?;
    routing.deliveries.iter().try_for_each(|delivery| deliver(conn, delivery))?;
    if routing.ends {
        run(conn, OVER, [notice.thread()])?;
    }
    match &routing.put_off {
        None => run(conn, ROUTED, [seq]).map(drop),
        Some(put_off) => wait(conn, seq, &notice, put_off),
    }
}

fn wait(conn: &Connection, seq: i64, notice: &Notice, put_off: &PutOff) -> Faulty<()> {
    run(conn, PUT_OFF, params![seq, put_off.until.as_millis(), put_off.behind])?;
    if put_off.replaces {
        run(conn, REPLACED, params![seq, notice.thread(), put_off.behind])?;
    }
    Ok(())
}

fn count(conn: &Connection, singly: &Singly) -> Faulty<()> {
    let minute = singly.minute.as_millis();
    let number = first(conn, NUMBER, params![singly.of, minute], |row| cell::<u32>(row, 0, "singly.number"))?;
    if number.unwrap_or_default() >= singly.most {
        return Err(Fault::Conflict);
    }
    run(conn, COUNTED, params![singly.of, minute]).map(drop)
}

fn hold(conn: &Connection, notice: &Notice, held: &Held) -> Faulty<()> {
    let (project, channel) = (notice.project().as_str(), held.channel.as_str());
    let new = run(conn, HOLD, params![project, channel, held.bucket, held.group, notice.id()])?;
    if new > 0 {
        run(conn, BUCKET, params![project, channel, held.bucket, held.due_at.as_millis()])?;
    }
    tell(conn, notice, channel, notice.decided_at(), held.group.as_deref())
}

/// Puts a delivery on its way, unless it is known.
pub(super) fn deliver(conn: &Connection, delivery: &Delivery) -> Faulty<()> {
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
            delivery.finished_at.map(Instant::as_millis),
            to_json(&delivery.notice, "deliveries.body")?
        ],
    )?;
    if new == 0 {
        return Ok(());
    }
    tell(conn, &delivery.notice, delivery.channel.as_str(), delivery.created_at, None)?;
    claims::reseat(conn, delivery.channel.as_str(), &delivery.thread)
}

fn tell(conn: &Connection, notice: &Notice, channel: &str, at: Instant, group: Option<&str>) -> Faulty<()> {
    let name = match notice {
        Notice::Alert(alert) => Some(alert.key.id.as_str()),
        _ => None,
    };
    let project: &ProjectId = notice.project();
    let params = params![notice.thread(), channel, project.as_str(), name, at.as_millis(), group];
    run(conn, TELL, params).map(drop)
}

pub(super) fn told(conn: &Connection, incident: &str) -> Faulty<Vec<Told>> {
    all(conn, TOLD, [incident], |row| {
        Ok(Told { channel: channel(row, 0)?, group: cell(row, 1, "told.grp")? })
    })
}

pub(super) fn release(conn: &Connection, behind: &str, now: Instant) -> Faulty<usize> {
    run(conn, RELEASE, params![behind, now.as_millis()])
}

pub(super) fn open_in_group(conn: &Connection, channel: &str, group: &str) -> Faulty<u64> {
    let count = first(conn, OPEN_IN_GROUP, [channel, group], |row| cell(row, 0, "told.seq"))?;
    Ok(count.unwrap_or_default())
}
