//! Folding the log into the file, between two batches: nothing is appended meanwhile, so the next write begins the log
//! anew. Not by `SQLite` itself, which would do it while a client waits for its answer.

use std::cell::Cell;

use rusqlite::Connection;

use crate::fault::Faulty;
use crate::rows::first;
use crate::sql::statements;

/// How many pages the log may have before it is folded; 16 MiB.
const LOG_PAGES: i32 = 4096;

statements! {
    FOLD = "pragma wal_checkpoint(passive)";
}

thread_local! {
    /// How many pages the log has, as `SQLite` said at the last commit of this thread's connection.
    static PAGES: Cell<i32> = const { Cell::new(0) };
}

/// When the log is folded next.
pub(crate) struct Folding {
    /// How many pages it had when it was folded last.
    folded: i32,
}

impl Folding {
    /// Of the connection that this thread writes with.
    pub(crate) fn of(conn: &Connection) -> Self {
        conn.wal_hook(Some(|_, pages| {
            PAGES.set(pages);
            Ok(())
        }));
        Self { folded: 0 }
    }

    /// Folds the log where it has grown long enough to be worth the syncs. Where a reader keeps it from being begun
    /// anew, another length is waited for before it is tried again.
    pub(crate) fn fold_if_long(&mut self, conn: &Connection) -> Faulty<()> {
        let pages = PAGES.get();
        if pages < self.folded {
            self.folded = 0;
        }
        if pages - self.folded >= LOG_PAGES {
            first(conn, FOLD, [], |_| Ok(()))?;
            self.folded = pages;
        }
        Ok(())
    }
}
