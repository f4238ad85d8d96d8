//! Folding the log into the file. Most of it is done by a thread of its own beside the writer; what came in meanwhile is
//! folded by the writer between two batches, when nothing is appended, so that the next write begins the log anew. Alone,
//! the first would never come to an end under load, and the second would let every client wait for a long copy.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::fault::Faulty;
use crate::open::{self, OpenError};
use crate::rows::first;
use crate::sql::statements;
use crate::threads;

/// How many pages the log may have before it is folded; 16 MiB.
const LOG_PAGES: i32 = 4096;
/// How often the log is folded beside the writer before the writer does the rest: each time there is less to fold, since
/// less has come in meanwhile.
const ROUNDS: usize = 3;

statements! {
    FOLD = "pragma wal_checkpoint(passive)";
}

thread_local! {
    /// How many pages the log has, as `SQLite` said at the last commit of this thread's connection.
    static PAGES: Cell<i32> = const { Cell::new(0) };
}

/// The thread that folds beside the writer.
pub(crate) struct Folder {
    asks: SyncSender<()>,
    /// Whether it has done what it was asked for.
    is_done: Arc<AtomicBool>,
    end: oneshot::Receiver<()>,
}

impl Folder {
    /// Starts it, on a connection of its own.
    pub(crate) fn start(file: &Path) -> Result<Self, OpenError> {
        let conn = open::folder(file)?;
        let (asks, asked) = sync_channel(1);
        let is_done = Arc::new(AtomicBool::new(true));
        let done = is_done.clone();
        let end = threads::start("sqlite-folder".to_owned(), move || work(&conn, &asked, &done));
        Ok(Self { asks, is_done, end: end.map_err(|cause| OpenError::io(file, cause))? })
    }
}

fn work(conn: &Connection, asked: &Receiver<()>, done: &AtomicBool) {
    while asked.recv().is_ok() {
        let folded = (0..ROUNDS).try_for_each(|_| fold(conn));
        if let Err(fault) = folded {
            tracing::warn!(?fault, "the log could not be folded; it is tried again");
        }
        done.store(true, Ordering::Release);
    }
}

/// When the log is folded next. Belongs to the writer.
pub(crate) struct Folding<'a> {
    folder: &'a Folder,
    /// Whether the folder is at work, or has been and the rest is still to be done.
    is_asked: bool,
    /// How many pages the log had when it was folded last.
    folded: i32,
}

impl<'a> Folding<'a> {
    /// Of the connection that this thread writes with.
    pub(crate) fn of(conn: &Connection, folder: &'a Folder) -> Self {
        conn.wal_hook(Some(|_, pages| {
            PAGES.set(pages);
            Ok(())
        }));
        Self { folder, is_asked: false, folded: 0 }
    }

    /// Has the log folded where it has grown long enough to be worth the syncs. Where a reader keeps it from being begun
    /// anew, another length is waited for before it is tried again.
    pub(crate) fn fold_if_long(&mut self, conn: &Connection) -> Faulty<()> {
        let pages = PAGES.get();
        if pages < self.folded {
            self.folded = 0;
        }
        if self.is_asked && self.folder.is_done.load(Ordering::Acquire) {
            self.is_asked = false;
            self.folded = pages;
            fold(conn)?;
        } else if !self.is_asked && pages - self.folded >= LOG_PAGES {
            self.folder.is_done.store(false, Ordering::Release);
            self.is_asked = self.folder.asks.try_send(()).is_ok();
        }
        Ok(())
    }
}

impl Folder {
    /// Lets it end, and waits for that: the writer's connection is to be the last.
    pub(crate) fn finish(self) {
        drop(self.asks);
        // The sender is dropped, never used: the error is the end.
        let _ = self.end.blocking_recv();
    }
}

fn fold(conn: &Connection) -> Faulty<()> {
    first(conn, FOLD, [], |_| Ok(())).map(drop)
}
