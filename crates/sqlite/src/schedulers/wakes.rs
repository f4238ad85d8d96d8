//! The index of wake instants: a small table of its own, so that moving one writes nothing else.

use app::Shards;
use app::ports::{Due, Reindex};
use app::shards::part_of;
use domain::{Instant, SchedulerKey};
use rusqlite::{Connection, params};

use super::commit::standing;
use crate::fault::Faulty;
use crate::rows::{all, bound, cell, first, instant, key, run};
use crate::sql::statements;

statements! {
    /// `?3` has a bit for each part. What is others' is passed by within the index.
    DUE = "select s.project, s.name, w.at from wakes w join schedulers s on s.id = w.scheduler
        where w.at <= ?1 and (?3 >> w.part) & 1 order by w.at limit ?2";
    NEXT = "select at from wakes where (?1 >> part) & 1 order by at limit 1";
    SET = "insert into wakes (scheduler, at, part) values (?1, ?2, ?3)
        on conflict (scheduler) do update set at = excluded.at";
    UNSET = "delete from wakes where scheduler = ?1";
    INDEXED = "select at from wakes where scheduler = ?1";
    RUNNING = "select s.id, s.project, s.name from schedulers s left join wakes w on w.scheduler = s.id
        where s.id > ?1 and s.status = 'running' and (w.at is null or w.at > ?2) order by s.id limit ?3";
    PULL_IN = "insert into wakes (scheduler, at, part) select id, ?2, ?3 from schedulers where id = ?1
        on conflict (scheduler) do update set at = min(at, excluded.at)";
}

pub(super) fn due(conn: &Connection, until: Instant, limit: usize, shards: &Shards) -> Faulty<Vec<Due>> {
    all(conn, DUE, params![until.as_millis(), bound(limit), bits(shards)], |row| {
        Ok(Due { key: key(row, 0)?, wake: instant(row, 2, "wakes.at")? })
    })
}

pub(super) fn next(conn: &Connection, shards: &Shards) -> Faulty<Option<Instant>> {
    first(conn, NEXT, [bits(shards)], |row| instant(row, 0, "wakes.at"))
}

/// A bit for each part, as `SQLite` keeps whole numbers.
fn bits(shards: &Shards) -> i64 {
    shards.parts().cast_signed()
}

/// Indexes a scheduler at an instant, or takes it out.
pub(super) fn set(conn: &Connection, id: i64, key: &SchedulerKey, wake: Option<Instant>) -> Faulty<()> {
    match wake {
        Some(at) => run(conn, SET, params![id, at.as_millis(), part_of(key)]),
        None => run(conn, UNSET, [id]),
    }
    .map(drop)
}

/// Does nothing where somebody else has written meanwhile: whoever it was has indexed it.
pub(super) fn reindex(conn: &Connection, reindex: &Reindex) -> Faulty<()> {
    let Some(known) = standing(conn, &reindex.key)?.filter(|it| it.is(reindex.seen)) else {
        return Ok(());
    };
    if indexed(conn, known.id)? == reindex.from {
        set(conn, known.id, &reindex.key, reindex.to)
    } else {
        Ok(())
    }
}

/// The instant at which a scheduler is indexed.
pub(super) fn indexed(conn: &Connection, id: i64) -> Faulty<Option<Instant>> {
    first(conn, INDEXED, [id], |row| instant(row, 0, "wakes.at"))
}

/// Schedulers with open runs that are not indexed early enough, in order of their rows.
pub(super) fn running(
    conn: &Connection,
    after: i64,
    at: Instant,
    limit: usize,
) -> Faulty<Vec<(i64, SchedulerKey)>> {
    all(conn, RUNNING, params![after, at.as_millis(), bound(limit)], |row| {
        Ok((cell(row, 0, "schedulers.id")?, key(row, 1)?))
    })
}

/// Indexes schedulers at an instant, unless they are indexed earlier or gone.
pub(super) fn pull_in(conn: &Connection, found: &[(i64, SchedulerKey)], at: Instant) -> Faulty<()> {
    let mut pulled =
        found.iter().map(|(id, key)| run(conn, PULL_IN, params![id, at.as_millis(), part_of(key)]));
    pulled.try_for_each(|pulled| pulled.map(drop))
}
