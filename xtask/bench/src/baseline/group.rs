//! Group commit in its smallest form: one thread takes the writes that wait, at most a batch, into one transaction, and
//! answers once it is synced. Bounds, settings and the folding of the log are the product's, so that both pay the same
//! for the disk.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use anyhow::Result;
use axum::body::Bytes;
use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use crate::clock::wall_clock;
use crate::plain;
use crate::workload::name;

const SCHEMA: &str = "
    create table schedulers (id integer primary key, name text not null unique, reports integer not null,
        seen_at integer not null) strict;
    create table events (id integer primary key, scheduler text not null, at integer not null, body blob not null) strict;";
const UPDATE: &str = "update schedulers set reports = reports + 1, seen_at = ?2 where name = ?1";
const INSERT: &str = "insert into events (scheduler, at, body) values (?1, ?2, ?3)";

/// A body to be kept for a scheduler; the answer is whether there is one.
#[derive(Debug)]
pub(super) struct Write {
    pub(super) name: String,
    pub(super) body: Bytes,
    pub(super) reply: oneshot::Sender<bool>,
}

/// Makes the file and starts the writer.
pub(super) fn start(file: &Path, schedulers: usize) -> Result<SyncSender<Write>> {
    let conn = plain::writer(file)?;
    fill(&conn, schedulers)?;
    wear_in(&conn)?;
    let bounds = sqlite::Options::default();
    let (writes, waiting) = sync_channel(bounds.writes_waiting);
    std::thread::Builder::new()
        .name("bare-writer".to_owned())
        .spawn(move || work(&conn, &waiting, bounds.batch_max))?;
    Ok(writes)
}

fn fill(conn: &Connection, schedulers: usize) -> rusqlite::Result<()> {
    conn.execute_batch(SCHEMA)?;
    plain::together(conn, |conn| {
        let mut insert = conn.prepare("insert into schedulers (name, reports, seen_at) values (?1, 0, 0)")?;
        (0..schedulers).try_for_each(|number| insert.execute([name(number)]).map(drop))
    })
}

/// Writes until the log has come round once, as in any server that has been at work for a while: blocks that are written
/// over are synced far sooner than new ones.
fn wear_in(conn: &Connection) -> rusqlite::Result<()> {
    while !plain::bound_log(conn)? {
        plain::together(conn, |conn| conn.execute("update schedulers set seen_at = seen_at + 1", []))?;
    }
    Ok(())
}

/// Writes until the last sender is gone. What cannot be written ends the server: a baseline that fails is none.
fn work(conn: &Connection, waiting: &Receiver<Write>, batch_max: usize) {
    while let Ok(first) = waiting.recv() {
        let mut batch = vec![first];
        batch.extend(waiting.try_iter().take(batch_max.saturating_sub(1)));
        let found = write(conn, &batch).expect("the bare store takes a batch");
        for (write, found) in batch.into_iter().zip(found) {
            // Whoever asked may have gone; then nobody needs to know.
            let _ = write.reply.send(found);
        }
        plain::bound_log(conn).expect("the bare store's log is folded");
    }
}

fn write(conn: &Connection, batch: &[Write]) -> rusqlite::Result<Vec<bool>> {
    let now = wall_clock().as_millis();
    plain::together(conn, |conn| batch.iter().map(|write| keep(conn, write, now)).collect())
}

fn keep(conn: &Connection, write: &Write, now: i64) -> rusqlite::Result<bool> {
    let updated = conn.prepare_cached(UPDATE)?.execute(params![write.name, now])?;
    conn.prepare_cached(INSERT)?.execute(params![write.name, now, &write.body[..]])?;
    Ok(updated == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_is_an_update_and_an_insert_and_an_unknown_name_is_told() {
        let folder = tempfile::tempdir().expect("a directory");
        let conn = plain::writer(&folder.path().join("bare.db")).expect("a store");
        fill(&conn, 2).expect("filled");
        let of = |name: String| {
            let (reply, _) = oneshot::channel();
            Write { name, body: Bytes::from_static(b"{}"), reply }
        };
        let batch = [of(name(1)), of(name(1)), of("nobody".to_owned())];
        assert_eq!(write(&conn, &batch).expect("written"), [true, true, false]);
        let number = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a number");
        assert_eq!(number("select sum(reports) from schedulers"), 2);
        assert_eq!(number("select count(*) from events"), 3);
    }
}
