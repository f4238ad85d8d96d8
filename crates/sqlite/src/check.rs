//! What `punctual doctor` asks of a file: that `SQLite` finds it whole, and that what is kept twice says the same twice.

use std::path::Path;

use app::shards::part_of;
use domain::SchedulerKey;
use rusqlite::{Connection, OpenFlags, Row};

use crate::fault::{Fault, Faulty};
use crate::open::{self, OpenError};
use crate::rows::{all, cell, key, named};
use crate::sql::statements;
use crate::words::Marks;
use crate::{migrations, snapshot};

/// How many problems are listed at most: the first ones tell the story.
const PROBLEMS_MAX: usize = 100;

statements! {
    INTEGRITY = "pragma integrity_check(100)";
    LOST_WAKES = "select 'wakes', scheduler from wakes where scheduler not in (select id from schedulers)";
    LOST_PROFILES = "select 'profiles', scheduler from profiles where scheduler not in (select id from schedulers)";
    LOST_LIVENESS = "select 'liveness', scheduler from liveness where scheduler not in (select id from schedulers)";
    LOST_TAGS = "select 'tags', scheduler from tags where scheduler not in (select id from schedulers)";
    LOST_EVENTS = "select distinct 'events', scheduler from events
        where scheduler not in (select id from schedulers union select scheduler from purges)";
    SCHEDULERS = "select s.project, s.name, s.id, s.status, s.severity, s.late_from, s.version, s.log_first,
        (select max(version) from events e where e.scheduler = s.id),
        (select min(version) from events e where e.scheduler = s.id and e.version >= s.log_first),
        (select count(*) from events e where e.scheduler = s.id and e.version >= s.log_first),
        (select part from wakes w where w.scheduler = s.id)
        from schedulers s order by s.id";
    TOTALS = "select project, status, severity, sum(n) from (
            select project, status, severity, schedulers as n from totals
            union all select project, status, severity, -1 from schedulers)
        group by project, status, severity having sum(n) <> 0";
    HEADS = "select channel, thread from deliveries where state = 'pending'
        group by channel, thread having sum(head) <> 1 or min(seq) <> min(case when head = 1 then seq end)";
    IDLE_HEADS = "select channel, thread from deliveries where head = 1 and state <> 'pending'";
}

/// What is wrong with a file, in sentences for people, at most a hundred; empty where all is well. Reads all of it, which
/// takes its time, and writes nothing; other processes may be at work on the file.
pub fn check(path: impl AsRef<Path>) -> Result<Vec<String>, OpenError> {
    let file = path.as_ref();
    let conn = open::connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let version = open::be_ours(&conn, file)?;
    let mut found = contradictions(&conn, file);
    if version < migrations::NEWEST {
        let newest = migrations::NEWEST;
        found
            .push(format!("its format is {version}, this version works on {newest}: run `punctual migrate`"));
    }
    found.truncate(PROBLEMS_MAX);
    Ok(found)
}

/// One thing that is looked at: its problems.
type Part = fn(&Connection) -> Faulty<Vec<String>>;

/// Where the file contradicts itself. Of one that an older version wrote, only what `SQLite` itself can say.
pub(crate) fn contradictions(conn: &Connection, file: &Path) -> Vec<String> {
    let parts: [Part; 5] = [integrity, lost, schedulers, totals, heads];
    let is_newest = open::be_ours(conn, file).is_ok_and(|version| version == migrations::NEWEST);
    let mut found = Vec::new();
    for part in parts.into_iter().take(if is_newest { 5 } else { 1 }) {
        match part(conn) {
            Ok(problems) => found.extend(problems),
            Err(fault) => found.push(fault.told("checking", file).to_string()),
        }
    }
    found.truncate(PROBLEMS_MAX);
    found
}

fn integrity(conn: &Connection) -> Faulty<Vec<String>> {
    let mut lines = all(conn, INTEGRITY, [], |row| cell::<String>(row, 0, "integrity_check"))?;
    lines.retain(|line| line != "ok");
    Ok(lines)
}

fn lost(conn: &Connection) -> Faulty<Vec<String>> {
    let read = |row: &Row<'_>| {
        let (table, id): (String, i64) = (cell(row, 0, "table")?, cell(row, 1, "scheduler")?);
        Ok(format!("{table} has rows of scheduler {id}, which is not there"))
    };
    let tables = [LOST_WAKES, LOST_PROFILES, LOST_LIVENESS, LOST_TAGS, LOST_EVENTS];
    let found: Faulty<Vec<_>> = tables.into_iter().map(|sql| all(conn, sql, [], read)).collect();
    Ok(found?.into_iter().flatten().collect())
}

fn schedulers(conn: &Connection) -> Faulty<Vec<String>> {
    let mut statement = conn.prepare_cached(SCHEDULERS)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let key = key(row, 0)?;
        match wrong(conn, row, &key) {
            Ok(problems) => found.extend(problems.into_iter().map(|it| format!("{}: {it}", named(&key)))),
            Err(Fault::Corrupt { place, cause }) => found.push(format!("{place}: {cause}")),
            Err(fault) => return Err(fault),
        }
        if found.len() >= PROBLEMS_MAX {
            break;
        }
    }
    Ok(found)
}

fn wrong(conn: &Connection, row: &Row<'_>, key: &SchedulerKey) -> Faulty<Vec<&'static str>> {
    let (version, first): (u64, u64) =
        (cell(row, 6, "schedulers.version")?, cell(row, 7, "schedulers.log_first")?);
    let (newest, oldest, kept): (Option<u64>, Option<u64>, u64) =
        (cell(row, 8, "events.version")?, cell(row, 9, "events.version")?, cell(row, 10, "events.version")?);
    let mut found = Vec::new();
    if newest != Some(version) {
        found.push("its log does not end with the version it has");
    }
    if oldest != Some(first) || kept != (version + 1).saturating_sub(first) {
        found.push("its log has holes after the version from which on it should be whole");
    }
    let part: Option<u8> = cell(row, 11, "wakes.part")?;
    if part.is_some_and(|part| part != part_of(key)) {
        found.push("its wake instant is in a part that is not its own");
    }
    let Some(snapshot) = snapshot::by_key(conn, key)? else { return Ok(found) };
    let marks = Marks::of(&snapshot.scheduler);
    let (status, severity): (String, i64) =
        (cell(row, 3, "schedulers.status")?, cell(row, 4, "schedulers.severity")?);
    let late_from: Option<i64> = cell(row, 5, "schedulers.late_from")?;
    if (marks.status, marks.severity, marks.late_from) != (status.as_str(), severity, late_from) {
        found.push("the columns that lists go by do not say what its state says");
    }
    Ok(found)
}

fn totals(conn: &Connection) -> Faulty<Vec<String>> {
    all(conn, TOTALS, [], |row| {
        let (project, status): (String, String) =
            (cell(row, 0, "totals.project")?, cell(row, 1, "totals.status")?);
        let (severity, by): (i64, i64) =
            (cell(row, 2, "totals.severity")?, cell(row, 3, "totals.schedulers")?);
        Ok(format!("the count of {status} schedulers of severity {severity} in {project} is off by {by}"))
    })
}

fn heads(conn: &Connection) -> Faulty<Vec<String>> {
    let read = |row: &Row<'_>| {
        let (channel, thread): (String, String) =
            (cell(row, 0, "deliveries.channel")?, cell(row, 1, "deliveries.thread")?);
        Ok(format!("deliveries of {thread} to {channel} do not wait for the oldest of them"))
    };
    let mut found = all(conn, HEADS, [], read)?;
    found.extend(all(conn, IDLE_HEADS, [], read)?);
    Ok(found)
}
