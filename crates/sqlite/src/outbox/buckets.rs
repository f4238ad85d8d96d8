//! Buckets: notices that wait for one channel to be told together.

use app::ports::{Bucket, Delivery, HeldNotice};
use domain::Instant;
use domain::ProjectId;
use rusqlite::{Connection, params};

use super::routing::deliver;
use crate::fault::{Faulty, Of};
use crate::rows::{all, bound, cell, channel, instant, int, json, run};
use crate::sql::statements;

statements! {
    DUE = "select project, channel, bucket, due_at from buckets where due_at <= ?1 order by due_at limit 1000";
    HELD = "select h.seq, h.grp, n.id, n.body from held h join notices n on n.id = h.notice
        where h.project = ?1 and h.channel = ?2 and h.bucket = ?3 and h.seq > ?4 order by h.seq limit ?5";
    EMPTY = "delete from held where project = ?1 and channel = ?2 and bucket = ?3 and seq <= ?4";
    GONE = "delete from buckets where project = ?1 and channel = ?2 and bucket = ?3 and not exists
        (select 1 from held h where h.project = ?1 and h.channel = ?2 and h.bucket = ?3)";
}

pub(super) fn due(conn: &Connection, now: Instant) -> Faulty<Vec<Bucket>> {
    all(conn, DUE, [now.as_millis()], |row| {
        Ok(Bucket {
            project: ProjectId::trusted(cell::<String>(row, 0, "buckets.project")?),
            channel: channel(row, 1)?,
            name: cell(row, 2, "buckets.bucket")?,
            due_at: instant(row, 3, "buckets.due_at")?,
        })
    })
}

pub(super) fn held(conn: &Connection, bucket: &Bucket, after: u64, limit: usize) -> Faulty<Vec<HeldNotice>> {
    let (project, channel) = (bucket.project.as_str(), bucket.channel.as_str());
    all(conn, HELD, params![project, channel, bucket.name, int(after), bound(limit)], |row| {
        let id: String = cell(row, 2, "notices.id")?;
        Ok(HeldNotice {
            place: cell(row, 0, "held.seq")?,
            group: cell(row, 1, "held.grp")?,
            notice: json(&cell::<String>(row, 3, "notices.body")?, "notices.body").of(id)?,
        })
    })
}

/// Where nothing is left to empty, it was emptied before.
pub(super) fn empty(conn: &Connection, bucket: &Bucket, upto: u64, deliveries: &[Delivery]) -> Faulty<()> {
    let (project, channel) = (bucket.project.as_str(), bucket.channel.as_str());
    let gone = run(conn, EMPTY, params![project, channel, bucket.name, int(upto)])?;
    if gone == 0 {
        return Ok(());
    }
    run(conn, GONE, params![project, channel, bucket.name])?;
    deliveries.iter().try_for_each(|delivery| deliver(conn, delivery))
}
