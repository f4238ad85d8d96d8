//! What callers hold: a cheap handle on the writer and the readers.

use std::fmt;
use std::path::Path;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use app::ports::{StoreError, StoreResult};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::eras::Eras;
use crate::fault::Faulty;
use crate::open::{self, OpenError};
use crate::reader::{self, Lane, Question};
use crate::threads;
use crate::writer::{Errand, Write, Writer};

/// Most pages that any file may have.
const PAGES_MAX: i64 = 4_294_967_294;

/// Bounds of a store. The defaults are right for a server.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many readers answer look-ups, and how many answer lists; 1..=16.
    pub readers: usize,
    /// How many writes may wait; one more is refused at once.
    pub writes_waiting: usize,
    /// How many reads may wait, in each lane.
    pub reads_waiting: usize,
    /// How many writes share one sync.
    pub batch_max: usize,
    /// How long an answer is waited for.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 2,
            writes_waiting: 4096,
            reads_waiting: 4096,
            batch_max: 256,
            patience: Duration::from_secs(30),
        }
    }
}

/// The embedded store. Clones are the same store; when the last one goes, its threads end by themselves.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    file: Arc<Path>,
    patience: Duration,
    queues: RwLock<Option<Queues>>,
    /// Of the readers, then of the writer.
    ends: Mutex<Vec<oneshot::Receiver<()>>>,
    eras: Eras,
}

struct Queues {
    writes: SyncSender<Box<dyn Errand>>,
    points: SyncSender<Question>,
    lists: SyncSender<Question>,
}

impl Store {
    /// Opens the file, making it where there is none, and brings it to the newest shape. Blocks for as long as that takes.
    pub fn open(path: impl AsRef<Path>, options: &Options) -> Result<Self, OpenError> {
        let file: Arc<Path> = Arc::from(path.as_ref());
        let conn = open::writer(&file)?;
        let readers = options.readers.clamp(1, 16);
        let (points, mut ends) = reader::start(&file, 0..readers, options.reads_waiting)?;
        let (lists, more) = reader::start(&file, readers..2 * readers, options.reads_waiting)?;
        ends.extend(more);
        let (writes, errands) = sync_channel(options.writes_waiting);
        let eras = Eras::default();
        let scribe = Writer::open(file.clone(), conn, eras.clone(), options.batch_max.max(1))?;
        let end = threads::start("sqlite-writer".to_owned(), move || scribe.work(&errands));
        ends.push(end.map_err(|cause| OpenError::io(&file, cause))?);
        let queues = RwLock::new(Some(Queues { writes, points, lists }));
        let inner = Inner { file, patience: options.patience, queues, ends: Mutex::new(ends), eras };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Brings a file to the newest shape and does nothing else.
    pub fn migrate_only(path: impl AsRef<Path>) -> Result<(), OpenError> {
        open::writer(path.as_ref()).map(drop)
    }

    /// Writes what waits, folds the log into the file and ends the threads. From now on this store, and every clone,
    /// answers `Unavailable`. Returns at the latest after the patience of the options.
    pub async fn close(&self) {
        let queues = self.inner.queues.write().unwrap_or_else(PoisonError::into_inner).take();
        let ends = std::mem::take(&mut *self.inner.ends.lock().unwrap_or_else(PoisonError::into_inner));
        let all = async {
            let Some(Queues { writes, points, lists }) = queues else { return };
            // The readers first: the last connection removes the log, and of two that close at once neither would.
            drop((points, lists));
            let mut writes = Some(writes);
            let readers = ends.len().saturating_sub(1);
            for (place, end) in ends.into_iter().enumerate() {
                if place == readers {
                    drop(writes.take());
                }
                // The sender is dropped, never used: the error is the end.
                let _ = end.await;
            }
        };
        if tokio::time::timeout(self.inner.patience, all).await.is_err() {
            tracing::warn!(file = %self.inner.file.display(), "the store did not close in time");
        }
    }

    /// Lets the file grow to so many pages and no further, or as far as it likes: past that, writes answer what they
    /// answer on a full disk. A bound below what the file has is what it has. Holds until it is opened again.
    pub async fn bound(&self, pages: Option<u32>) -> StoreResult<()> {
        let most = pages.map_or(PAGES_MAX, i64::from);
        self.write("bounding the file", move |conn| {
            conn.pragma_update_and_check(None, "max_page_count", most, |_| Ok(()))?;
            Ok(())
        })
        .await
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.inner.file
    }

    /// What tells whether others have written.
    pub(crate) fn eras(&self) -> Eras {
        self.inner.eras.clone()
    }

    /// Reads in a thread of the lane.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        lane: Lane,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Faulty<T> + Send + 'static,
    ) -> StoreResult<T> {
        let (reply, answer) = oneshot::channel();
        let file = self.inner.file.clone();
        let question: Question = Box::new(move |conn| {
            if !reply.is_closed() {
                // Whoever asked may have gone; then nobody needs to know.
                let _ = reply.send(reader::at_once(conn, doing, &file, work));
            }
        });
        self.inner.with(doing, |queues| {
            let queue = if lane == Lane::Point { &queues.points } else { &queues.lists };
            queue.try_send(question).map_err(|error| refused(doing, &error))
        })?;
        let found = self.inner.wait(answer).await;
        found.unwrap_or_else(|| Err(away(doing, "no answer came in time")))
    }

    /// Writes in the writer's thread. The work may be run again, in a transaction of its own, where its batch failed; it
    /// refuses with `Conflict` before it has written anything.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnMut(&Connection) -> Faulty<T> + Send + 'static,
    ) -> StoreResult<T> {
        let (reply, answer) = oneshot::channel();
        let errand = Box::new(Write { doing, work, answer: None, reply });
        self.inner
            .with(doing, |queues| queues.writes.try_send(errand).map_err(|error| refused(doing, &error)))?;
        self.inner.wait(answer).await.unwrap_or(Err(StoreError::Ambiguous { doing }))
    }
}

impl Inner {
    fn with(&self, doing: &'static str, send: impl FnOnce(&Queues) -> StoreResult<()>) -> StoreResult<()> {
        let queues = self.queues.read().unwrap_or_else(PoisonError::into_inner);
        queues.as_ref().map_or_else(|| Err(away(doing, "it is closed")), send)
    }

    /// The answer; `None` where none came in time, or the thread is gone.
    async fn wait<T>(&self, answer: oneshot::Receiver<T>) -> Option<T> {
        tokio::time::timeout(self.patience, answer).await.ok()?.ok()
    }
}

fn refused<T>(doing: &'static str, error: &TrySendError<T>) -> StoreError {
    match error {
        TrySendError::Full(_) => away(doing, "too much waits already"),
        TrySendError::Disconnected(_) => away(doing, "its thread has ended"),
    }
}

fn away(doing: &'static str, cause: &str) -> StoreError {
    StoreError::Unavailable { doing, cause: cause.to_owned() }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("file", &self.inner.file).finish_non_exhaustive()
    }
}
