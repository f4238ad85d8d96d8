//! The readers: threads with read-only connections of their own, beside the writer and never in its way. Two lanes, so
//! that no list that somebody pages through holds up what a report has to look up.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use app::ports::StoreError;
use rusqlite::Connection;

use crate::fault::Faulty;
use crate::open::{self, OpenError};
use crate::threads;

/// Something to read, with its answer inside.
pub(crate) type Question = Box<dyn FnOnce(&Connection) + Send>;

/// Which readers are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Short look-ups: what writes wait for.
    Point,
    /// Pages, counts, history.
    List,
}

/// Starts readers on one queue.
pub(crate) fn start(
    file: &Arc<Path>,
    numbers: std::ops::Range<usize>,
    queue: usize,
) -> Result<(SyncSender<Question>, Vec<tokio::sync::oneshot::Receiver<()>>), OpenError> {
    let (questions, waiting) = sync_channel(queue);
    let waiting = Arc::new(Mutex::new(waiting));
    let mut ends = Vec::new();
    for number in numbers {
        let (conn, waiting) = (open::reader(file)?, waiting.clone());
        let end = threads::start(format!("sqlite-reader-{number}"), move || work(&conn, &waiting));
        ends.push(end.map_err(|cause| OpenError::io(file, cause))?);
    }
    Ok((questions, ends))
}

fn work(conn: &Connection, waiting: &Mutex<Receiver<Question>>) {
    while let Some(question) = next(waiting) {
        question(conn);
    }
}

/// The next question. Whoever waits for one holds the lock, and the others wait for the lock.
fn next(waiting: &Mutex<Receiver<Question>>) -> Option<Question> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// Reads everything of one moment.
pub(crate) fn at_once<T>(
    conn: &Connection,
    doing: &'static str,
    file: &Path,
    work: impl FnOnce(&Connection) -> Faulty<T>,
) -> Result<T, StoreError> {
    let read = || {
        open::step(conn, open::BEGIN_READ)?;
        let found = work(conn);
        if !conn.is_autocommit() {
            open::step(conn, open::COMMIT)?;
        }
        found
    };
    read().map_err(|fault| fault.told(doing, file))
}
