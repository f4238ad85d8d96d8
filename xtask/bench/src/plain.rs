//! A plain connection, set as the product's writer sets its own: a full sync, and a log that is folded into the file
//! between batches. So whoever writes beside the product pays the same for the disk.

use std::cell::Cell;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

/// How many pages the log may have before it is folded into the file.
const LOG_PAGES: i32 = 4096;

thread_local! {
    /// How many pages the log had after the last commit of this thread.
    static PAGES: Cell<i32> = const { Cell::new(0) };
}

/// A connection that writes, on a file that is made where there is none.
pub(crate) fn writer(file: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open(file)?;
    conn.pragma_update(None, "journal_mode", "wal")?;
    conn.pragma_update(None, "synchronous", "full")?;
    conn.pragma_update(None, "wal_autocheckpoint", 0)?;
    conn.pragma_update(None, "journal_size_limit", 64 << 20)?;
    conn.pragma_update(None, "cache_size", -32000)?;
    conn.pragma_update(None, "temp_store", "memory")?;
    conn.set_prepared_statement_cache_capacity(64);
    conn.wal_hook(Some(|_, pages| {
        PAGES.set(pages);
        Ok(())
    }));
    Ok(conn)
}

/// A connection that only looks, beside a server that writes.
pub(crate) fn reader(file: &Path) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// Writes something in a transaction of its own, synced when this returns.
pub(crate) fn together<T>(
    conn: &Connection,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    step(conn, "begin immediate")?;
    let done = work(conn)?;
    step(conn, "commit")?;
    Ok(done)
}

/// Folds the log into the file once it is long enough, and says whether it was. Called between batches, by the thread
/// that wrote them.
pub(crate) fn bound_log(conn: &Connection) -> rusqlite::Result<bool> {
    let is_long = PAGES.get() >= LOG_PAGES;
    if is_long {
        conn.prepare_cached("pragma wal_checkpoint(passive)")?.query_row([], |_| Ok(()))?;
        PAGES.set(0);
    }
    Ok(is_long)
}

fn step(conn: &Connection, sql: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(sql)?.execute([]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_folded_once_it_is_long_and_begins_anew() {
        let folder = tempfile::tempdir().expect("a directory");
        let file = folder.path().join("plain.db");
        let conn = writer(&file).expect("a writer");
        conn.pragma_update(None, "synchronous", "off").expect("set");
        together(&conn, |conn| conn.execute_batch("create table t (x); insert into t values (0)"))
            .expect("written");
        assert!(!bound_log(&conn).expect("looked at"), "the log is short");
        let grow = |conn: &Connection| conn.execute("insert into t values (randomblob(1000000))", []);
        let grown = (0..100).any(|_| {
            together(&conn, grow).expect("written");
            bound_log(&conn).expect("looked at")
        });
        assert!(grown, "the log is never folded");
        let log = folder.path().join("plain.db-wal");
        let length = std::fs::metadata(&log).expect("a log").len();
        together(&conn, |conn| conn.execute("update t set x = 1 where rowid = 1", [])).expect("written");
        assert_eq!(std::fs::metadata(&log).expect("a log").len(), length, "written over, not appended");
        let seen =
            reader(&file).expect("a reader").query_row("select x from t", [], |row| row.get::<_, i64>(0));
        assert_eq!(seen.expect("a row"), 1);
    }
}
