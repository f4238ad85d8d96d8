//! The writer: one thread that takes the writes that wait, a bounded batch of them, into one transaction. So the sync,
//! which is what a write costs, is shared by all that came meanwhile. Nobody is answered before COMMIT has returned.
//!
//! A write that is refused (`Conflict`) says so before it has written anything, so its neighbours need no shelter from
//! it. A write that fails half-way takes its batch back, and each is then written in a transaction of its own.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};

use app::ports::{StoreError, StoreResult};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::eras::Eras;
use crate::fault::{Fault, Faulty};
use crate::folding::{Folder, Folding};
use crate::open::{self, OpenError};
use crate::place::Place;
use crate::purge;

/// A write that waits for its turn. It can be run again where its batch was taken back.
pub(crate) trait Errand: Send {
    /// Whether nobody waits for the answer any more.
    fn is_abandoned(&self) -> bool;
    /// Writes, or refuses before having written anything, and keeps what to answer.
    fn run(&mut self, conn: &Connection) -> Result<(), Fault>;
    /// What it was doing, for errors.
    fn doing(&self) -> &'static str;
    /// Answers what `run` came to.
    fn answer(self: Box<Self>);
    /// Answers that it was not written.
    fn refuse(self: Box<Self>, why: StoreError);
}

/// A write of one answer.
pub(crate) struct Write<T, F> {
    pub(crate) doing: &'static str,
    pub(crate) work: F,
    pub(crate) answer: Option<StoreResult<T>>,
    pub(crate) reply: oneshot::Sender<StoreResult<T>>,
}

impl<T: Send, F: FnMut(&Connection) -> Faulty<T> + Send> Errand for Write<T, F> {
    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, conn: &Connection) -> Result<(), Fault> {
        self.answer = match (self.work)(conn) {
            Ok(answer) => Some(Ok(answer)),
            Err(Fault::Conflict) => Some(Err(StoreError::Conflict)),
            Err(fault) => return Err(fault),
        };
        Ok(())
    }

    fn doing(&self) -> &'static str {
        self.doing
    }

    fn answer(self: Box<Self>) {
        if let Some(answer) = self.answer {
            // Whoever asked may have gone; then nobody needs to know.
            let _ = self.reply.send(answer);
        }
    }

    fn refuse(self: Box<Self>, why: StoreError) {
        let _ = self.reply.send(Err(why));
    }
}

/// The writer, before it begins.
pub(crate) struct Writer {
    conn: Connection,
    file: Arc<Path>,
    place: Place,
    eras: Eras,
    folder: Folder,
    batch_max: usize,
}

/// What the writer knows between two batches.
struct Course<'a> {
    /// The version of the data that was seen last.
    seen: i64,
    folding: Folding<'a>,
    /// Whether rows of a deleted scheduler may still be there.
    purging: bool,
}

impl Writer {
    /// The bound is how many writes share one sync.
    pub(crate) fn open(
        file: Arc<Path>,
        conn: Connection,
        eras: Eras,
        batch_max: usize,
    ) -> Result<Self, OpenError> {
        let folder = Folder::start(&file)?;
        Ok(Self { place: Place::of(&file), conn, file, eras, folder, batch_max })
    }

    /// Writes until the last sender is gone and everything that waited is written, then leaves the log empty.
    pub(crate) fn work(self, errands: &Receiver<Box<dyn Errand>>) {
        let mut course = Course { seen: 0, folding: Folding::of(&self.conn, &self.folder), purging: true };
        while let Some(batch) = self.gather(errands, course.purging) {
            self.write(batch, &mut course);
            self.chores(&mut course);
        }
        self.folder.finish();
        if let Err(error) = open::checkpoint(&self.conn, "truncate") {
            tracing::warn!(%error, "the log could not be folded into the file at closing; the next start does it");
        }
    }

    /// What waits, at most a batch; waits for it unless there is other work. `None` when nothing will ever come.
    ///
    /// Where callers share a processor with this thread, most of those who are about to write have not had the time to
    /// say so: they get it, for as long as each time more of them come. Elsewhere that costs nothing.
    fn gather(&self, errands: &Receiver<Box<dyn Errand>>, chores_wait: bool) -> Option<Vec<Box<dyn Errand>>> {
        let mut batch = match errands.try_recv() {
            Ok(first) => vec![first],
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) if chores_wait => return Some(Vec::new()),
            Err(TryRecvError::Empty) => vec![errands.recv().ok()?],
        };
        let mut had = 0;
        while had < batch.len() && batch.len() < self.batch_max {
            had = batch.len();
            batch.extend(errands.try_iter().take(self.batch_max - had));
            std::thread::yield_now();
            batch.extend(errands.try_iter().take(self.batch_max - batch.len()));
        }
        Some(batch)
    }

    /// What is done between batches, a little of it.
    fn chores(&self, course: &mut Course<'_>) {
        let mut work = || -> Faulty<bool> {
            course.folding.fold_if_long(&self.conn)?;
            purge::some(&self.conn)
        };
        course.purging = work().unwrap_or_else(|fault| {
            tracing::warn!(?fault, "a chore between writes failed; it is tried again");
            false
        });
    }

    fn write(&self, mut batch: Vec<Box<dyn Errand>>, course: &mut Course<'_>) {
        if batch.is_empty() {
            return;
        }
        if let Some(lost) = self.place.lost() {
            return refuse_lost(batch, lost);
        }
        match self.together(&mut batch, course) {
            Ok(()) => answer(batch),
            Err(Failure::Run(fault)) if !fault.is_of_the_disk() && batch.len() > 1 => {
                for errand in batch {
                    self.write(vec![errand], course);
                }
            }
            Err(failure) => refuse(batch, &failure, &self.file),
        }
    }

    fn together(&self, batch: &mut [Box<dyn Errand>], course: &mut Course<'_>) -> Result<(), Failure> {
        let conn = &self.conn;
        let step = |sql| open::step(conn, sql);
        step(open::BEGIN).map_err(Failure::Begin)?;
        let begun = self.eras.look(conn, course.seen).map(|seen| course.seen = seen);
        let mut awaited = batch.iter_mut().filter(|errand| !errand.is_abandoned());
        let ran = begun.and_then(|()| awaited.try_for_each(|errand| errand.run(conn))).map_err(Failure::Run);
        let done = ran.and_then(|()| step(open::COMMIT).map_err(Failure::Commit));
        if !conn.is_autocommit()
            && let Err(fault) = step(open::ROLLBACK)
        {
            tracing::error!(?fault, "a failed transaction could not be taken back");
        }
        done
    }
}

fn answer(batch: Vec<Box<dyn Errand>>) {
    for errand in batch {
        errand.answer();
    }
}

fn refuse(batch: Vec<Box<dyn Errand>>, failure: &Failure, file: &Path) {
    for errand in batch {
        let why = failure.told(errand.doing(), file);
        errand.refuse(why);
    }
}

fn refuse_lost(batch: Vec<Box<dyn Errand>>, lost: &Path) {
    let lost = lost.display();
    let cause =
        format!("{lost} was moved, removed or replaced: put it back, or restart to work on what is there");
    for errand in batch {
        let doing = errand.doing();
        errand.refuse(StoreError::Unavailable { doing, cause: cause.clone() });
    }
}

/// Where a transaction failed.
enum Failure {
    Begin(Fault),
    Run(Fault),
    Commit(Fault),
}

impl Failure {
    fn told(&self, doing: &'static str, file: &Path) -> StoreError {
        match self {
            Self::Begin(fault) | Self::Run(fault) => fault.told(doing, file),
            Self::Commit(fault) => fault.told_of_commit(doing, file),
        }
    }
}
