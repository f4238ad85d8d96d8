//! A copy of the file while others are at work on it: of one moment, verified before anyone relies on it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use crate::check::contradictions;
use crate::open::{self, OpenError};
use crate::{Store, threads};

/// How many pages are copied at a time.
const PAGES_AT_ONCE: i32 = 1000;
/// How often a step may find the file locked before the backup is given up; each has waited for it by then.
const LOCKED_MAX: u32 = 10;

/// A backup that was made and verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupReport {
    /// Where it is: one file, readable by its owner alone.
    pub file: PathBuf,
    /// How big it is.
    pub bytes: u64,
    /// How many schedulers are in it.
    pub schedulers: u64,
    /// How many events are in it.
    pub events: u64,
}

/// Why there is no backup. Nothing is left at the destination.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database itself cannot be used, or the copy cannot.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is a file already.
    #[error("{} exists already: a backup overwrites nothing, name another file", file.display())]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// The copy cannot be written.
    #[error("{} cannot be written: {cause}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Copying failed.
    #[error("{} cannot be filled: {cause}", file.display())]
    Failed {
        /// The file.
        file: PathBuf,
        /// What `SQLite` said.
        cause: String,
    },
    /// The copy is not what it should be, and neither is the original, most likely: `punctual doctor` says more.
    #[error("the copy does not hold: {}", problems.join("; "))]
    Unsound {
        /// What is wrong with it.
        problems: Vec<String>,
    },
}

/// Copies a database to a new file, as it is at one moment, and verifies the copy. Other processes may write meanwhile;
/// their log cannot be folded in before the copy is done, so it grows for that long. Blocks; see [`Store::backup`].
pub fn backup(path: impl AsRef<Path>, dest: impl AsRef<Path>) -> Result<BackupReport, BackupError> {
    let (file, dest) = (path.as_ref(), dest.as_ref());
    let source = open::connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    open::be_ours(&source, file)?;
    make_new(dest)?;
    let done = fill(&source, dest).and_then(|counts| verify(dest, counts));
    if done.is_err() {
        // The reason is what people need; that the remains could not be removed they will see.
        let _ = fs::remove_file(dest);
    }
    done
}

impl Store {
    /// [`backup`] of this store, in a thread of its own.
    pub async fn backup(&self, dest: impl Into<PathBuf>) -> Result<BackupReport, BackupError> {
        let (file, dest) = (self.path().to_owned(), dest.into());
        let (reply, answer) = oneshot::channel();
        let at = dest.clone();
        threads::start("sqlite-backup".to_owned(), move || {
            // Whoever asked may have gone; the copy stays.
            let _ = reply.send(backup(file, at));
        })
        .map_err(|cause| BackupError::Io { file: dest.clone(), cause })?;
        let lost = |_| Err(BackupError::Failed { file: dest, cause: "its thread has ended".to_owned() });
        answer.await.unwrap_or_else(lost)
    }
}

/// How many schedulers and events there are.
type Counts = (u64, u64);

fn make_new(dest: &Path) -> Result<(), BackupError> {
    open::make_private(dest).map_err(|cause| match cause.kind() {
        io::ErrorKind::AlreadyExists => BackupError::Exists { file: dest.to_owned() },
        _ => BackupError::Io { file: dest.to_owned(), cause },
    })
}

/// Copies what the source is now. Its transaction stays open throughout, so that no other process makes it begin anew.
fn fill(source: &Connection, dest: &Path) -> Result<Counts, BackupError> {
    let failed = |cause: String| BackupError::Failed { file: dest.to_owned(), cause };
    let mut copy = open::connect(dest, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let counts = copied(source, &mut copy).map_err(|error| failed(error.to_string()))?;
    counts.ok_or_else(|| failed("another process holds the file for too long".to_owned()))
}

/// What was there to be copied; `None` where not all of it could be.
fn copied(source: &Connection, copy: &mut Connection) -> rusqlite::Result<Option<Counts>> {
    source.execute_batch("begin")?;
    let counts = count(source)?;
    let whole = copy_all(&Backup::new(source, copy)?)?;
    source.execute_batch("rollback")?;
    copy.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))?;
    Ok(whole.then_some(counts))
}

/// Whether all of it could be copied.
fn copy_all(backup: &Backup<'_, '_>) -> rusqlite::Result<bool> {
    let mut locked = 0;
    loop {
        match backup.step(PAGES_AT_ONCE)? {
            StepResult::Done => return Ok(true),
            StepResult::Busy | StepResult::Locked if locked >= LOCKED_MAX => return Ok(false),
            StepResult::Busy | StepResult::Locked => locked += 1,
            _ => {}
        }
    }
}

fn verify(dest: &Path, expected: Counts) -> Result<BackupReport, BackupError> {
    let conn = open::connect(dest, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    open::be_ours(&conn, dest)?;
    let mut wrong = contradictions(&conn, dest);
    let counts = count(&conn).map_err(|error| OpenError::of(dest, &error))?;
    if counts != expected {
        wrong.push(format!("it holds {counts:?} schedulers and events, the original {expected:?}"));
    }
    if !wrong.is_empty() {
        return Err(BackupError::Unsound { problems: wrong });
    }
    let bytes = sync(dest).map_err(|cause| BackupError::Io { file: dest.to_owned(), cause })?;
    Ok(BackupReport { file: dest.to_owned(), bytes, schedulers: counts.0, events: counts.1 })
}

fn count(conn: &Connection) -> rusqlite::Result<Counts> {
    let number = |sql: &str| conn.query_row(sql, [], |row| row.get(0));
    Ok((number("select count(*) from schedulers")?, number("select count(*) from events")?))
}

/// Lets the copy, and its name, survive a loss of power; answers its size.
fn sync(dest: &Path) -> io::Result<u64> {
    let file = File::open(dest)?;
    file.sync_all()?;
    open::sync_name(dest)?;
    Ok(file.metadata()?.len())
}
