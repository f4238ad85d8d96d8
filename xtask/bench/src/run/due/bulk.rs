//! The plain write: what the product wrote for those that fell due, written once more for as many that have the same
//! past, with nothing decided and nothing read. Prepared statements, full syncs, batches as great as the product's.
//! Afterwards the outbox is emptied, so that another round begins without what this one left to be sent.

use std::time::Duration;

use anyhow::{Result, bail};
use rusqlite::{Connection, Row, params};

use super::Names;
use crate::clock::clock;
use crate::plain;
use crate::workload::name;

const STANDING: &str =
    "select s.id, s.version, s.status, s.severity, s.late_from, s.state, w.at from schedulers s
    left join wakes w on w.scheduler = s.id
    where s.project = 'default' and s.name >= ?1 and s.name <= ?2 order by s.name";
const EVENTS: &str = "select version, at, received_at, entry, routine, commit_id, format, fact from events
    where scheduler = ?1 and version > ?2";
const NOTICES: &str = "select id, at, body from notices order by seq";

const MOVE: &str =
    "update schedulers set version = ?2, status = ?3, state = ?4, late_from = ?5 where id = ?1";
const RANK: &str = "update schedulers set severity = ?2 where id = ?1";
const COUNT: &str =
    "insert into totals (project, status, severity, schedulers) values ('default', ?1, ?2, ?3)
    on conflict do update set schedulers = schedulers + excluded.schedulers";
const APPEND: &str = "insert into events
    (scheduler, version, at, received_at, entry, routine, commit_id, format, fact)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const WAKE: &str = "insert into wakes (scheduler, at) values (?1, ?2)
    on conflict (scheduler) do update set at = excluded.at";
const NOTIFY: &str = "insert or ignore into notices (id, at, body) values (?1 || '-bulk', ?2, ?3)";

/// A scheduler's row and its wake instant.
#[derive(Clone, Debug)]
struct Standing {
    id: i64,
    version: i64,
    status: String,
    severity: i64,
    late_from: Option<i64>,
    state: String,
    wake: Option<i64>,
}

/// What was written for one scheduler, and for whom it is written again.
#[derive(Debug)]
struct Written {
    before: Standing,
    after: Standing,
    events: Vec<Logged>,
    notice: (String, i64, String),
}

#[derive(Debug)]
struct Logged {
    version: i64,
    at: i64,
    received_at: Option<i64>,
    entry: Option<String>,
    routine: i64,
    commit_id: Option<String>,
    format: i64,
    fact: String,
}

/// How long the plain write takes.
pub(super) fn write(conn: &mut Connection, names: &Names) -> Result<Duration> {
    let rows = rows(conn, names)?;
    let begun = clock();
    for batch in rows.chunks(sqlite::Options::default().batch_max) {
        plain::together(conn, |conn| batch.iter().try_for_each(|row| row.write(conn)))?;
        plain::bound_log(conn)?;
    }
    let taken = begun.elapsed();
    plain::together(conn, |conn| conn.execute_batch("delete from notices; delete from deliveries"))?;
    Ok(taken)
}

fn rows(conn: &Connection, names: &Names) -> Result<Vec<Written>> {
    let many = names.due.len();
    let (due, like) = (standings(conn, &names.due)?, standings(conn, &names.like)?);
    let notices = all(conn, NOTICES, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    if [due.len(), like.len(), notices.len()] != [many; 3] {
        bail!(
            "{} fell due, {} are like them, {} notices: not {many} each",
            due.len(),
            like.len(),
            notices.len()
        );
    }
    let all = due.into_iter().zip(like).zip(notices);
    all.map(|((after, before), notice)| written(conn, before, after, notice)).collect()
}

fn written(
    conn: &Connection,
    before: Standing,
    after: Standing,
    notice: (String, i64, String),
) -> Result<Written> {
    let events = all(conn, EVENTS, [after.id, before.version], logged)?;
    if before.version + events.len() as i64 != after.version {
        bail!("scheduler {} has another past than scheduler {}", after.id, before.id);
    }
    Ok(Written { before, after, events, notice })
}

fn standings(conn: &Connection, numbers: &std::ops::Range<usize>) -> rusqlite::Result<Vec<Standing>> {
    all(conn, STANDING, [name(numbers.start), name(numbers.end - 1)], |row| {
        Ok(Standing {
            id: row.get(0)?,
            version: row.get(1)?,
            status: row.get(2)?,
            severity: row.get(3)?,
            late_from: row.get(4)?,
            state: row.get(5)?,
            wake: row.get(6)?,
        })
    })
}

fn logged(row: &Row<'_>) -> rusqlite::Result<Logged> {
    Ok(Logged {
        version: row.get(0)?,
        at: row.get(1)?,
        received_at: row.get(2)?,
        entry: row.get(3)?,
        routine: row.get(4)?,
        commit_id: row.get(5)?,
        format: row.get(6)?,
        fact: row.get(7)?,
    })
}

fn all<T>(
    conn: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    conn.prepare_cached(sql)?.query_map(params, read)?.collect()
}

impl Written {
    fn write(&self, conn: &Connection) -> rusqlite::Result<()> {
        let (id, before, after) = (self.before.id, &self.before, &self.after);
        let moved = params![id, after.version, after.status, after.state, after.late_from];
        conn.prepare_cached(MOVE)?.execute(moved)?;
        conn.prepare_cached(RANK)?.execute(params![id, after.severity])?;
        conn.prepare_cached(COUNT)?.execute(params![before.status, before.severity, -1])?;
        conn.prepare_cached(COUNT)?.execute(params![after.status, after.severity, 1])?;
        self.events.iter().try_for_each(|event| event.write(conn, id))?;
        conn.prepare_cached(WAKE)?.execute(params![id, after.wake])?;
        let (notice, at, body) = &self.notice;
        conn.prepare_cached(NOTIFY)?.execute(params![notice, at, body]).map(drop)
    }
}

impl Logged {
    fn write(&self, conn: &Connection, scheduler: i64) -> rusqlite::Result<()> {
        conn.prepare_cached(APPEND)?
            .execute(params![
                scheduler,
                self.version,
                self.at,
                self.received_at,
                self.entry,
                self.routine,
                self.commit_id,
                self.format,
                self.fact
            ])
            .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::{Command, Duration};
    use sqlite::{Options, Store};
    use testkit::fixtures::key;
    use testkit::{Scribe, Stores};

    use super::*;
    use crate::clock::wall_clock;
    use crate::stock::{FILE, Stock};

    #[tokio::test]
    async fn what_fell_due_is_written_once_more_for_those_that_are_like_it() {
        let folder = tempfile::tempdir().expect("a directory");
        let (due, later) = (wall_clock(), wall_clock() + Duration::from_minutes(60));
        let names = Names { due: 3..6, like: 0..3 };
        let stock = |numbers, due| {
            let folder = folder.path().to_owned();
            let fill = move || {
                let stock = Stock::open(&folder).expect("a store");
                stock.fill_due(numbers, |_| due).expect("filled");
                stock.close().expect("closed");
            };
            std::thread::spawn(fill).join().expect("filled");
        };
        stock(names.like.clone(), later);
        stock(names.due.clone(), due);
        let file = folder.path().join(FILE);
        let store = Store::open(&file, &Options::default()).expect("a store");
        let scribe = Scribe::new(Stores::of(Arc::new(store.clone())), 7);
        for number in names.due.clone() {
            scribe.write(&key(&name(number)), Command::Evaluate, due).await;
        }
        store.close().await;
        let mut conn = plain::writer(&file).expect("a writer");
        write(&mut conn, &names).expect("written");
        let number = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a number");
        assert_eq!(number("select count(*) from events where entry = 'missed'"), 6);
        assert_eq!(number("select count(distinct state) from schedulers"), 3);
        assert_eq!(sqlite::check(&file).expect("checked"), Vec::<String>::new());
        assert_eq!(number("select count(*) from notices"), 0);
        assert_eq!(number("select count(distinct at) from wakes"), 1);
    }
}
