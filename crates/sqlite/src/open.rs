//! Opening the file: made private before `SQLite` sees it, checked to be ours, brought to the newest shape.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use nix::unistd::AccessFlags;
use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags};

use crate::fault::{Faulty, advice};
use crate::migrations;
use crate::sql::statements;

/// `PNCT`, in the file's header.
const APPLICATION: i64 = 0x504e_4354;
/// How many prepared statements a connection keeps; more than there are.
const STATEMENTS_KEPT: usize = 192;

statements! {
    BEGIN = "begin immediate";
    BEGIN_READ = "begin";
    COMMIT = "commit";
    ROLLBACK = "rollback";
}

/// Why a file cannot be the store. Each names the file and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file system said no.
    #[error("{} cannot be opened: {cause}; its directory must exist and be writable", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// It can be read and not written.
    #[error("{} is read-only: make the file and its directory writable for this user", file.display())]
    ReadOnly {
        /// The file.
        file: PathBuf,
    },
    /// It is something else, or belongs to another program.
    #[error(
        "{} is not a Punctual database: name another file, or move this one away; if it was one, it is damaged, and a \
         backup must be restored", file.display()
    )]
    NotOurs {
        /// The file.
        file: PathBuf,
    },
    /// It is damaged.
    #[error(
        "{} is damaged: {cause}; stop every process on it, keep a copy, and restore a backup", file.display()
    )]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What `SQLite` said.
        cause: String,
    },
    /// A newer Punctual has written it.
    #[error(
        "{} was made by a newer version of Punctual (format {found}, this one knows {known}): run that \
         version, or restore a backup from before the upgrade", file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// The format it has.
        found: i64,
        /// The newest format that is known here.
        known: i64,
    },
    /// It cannot be used now.
    #[error("{} cannot be used now: {cause}", file.display())]
    Unavailable {
        /// The file.
        file: PathBuf,
        /// What `SQLite` said, and what to do.
        cause: String,
    },
}

impl OpenError {
    pub(crate) fn io(file: &Path, cause: io::Error) -> Self {
        Self::Io { file: file.to_owned(), cause }
    }

    pub(crate) fn of(file: &Path, error: &rusqlite::Error) -> Self {
        let file = file.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotOurs { file },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { file, cause: error.to_string() },
            Some(ErrorCode::ReadOnly) => Self::ReadOnly { file },
            Some(code) => Self::Unavailable { file, cause: format!("{error}{}", advice(code)) },
            None => Self::Unavailable { file, cause: error.to_string() },
        }
    }
}

/// A connection that writes, on a file of the newest shape.
pub(crate) fn writer(file: &Path) -> Result<Connection, OpenError> {
    make_sure(file).map_err(|cause| OpenError::io(file, cause))?;
    // Asked before SQLite is: it would make companions with the mode of a file that may only be read, and they would be
    // in the way when that is mended.
    if may(file, AccessFlags::R_OK)
        && !(may(file, AccessFlags::W_OK) && may(directory(file), AccessFlags::W_OK))
    {
        return Err(OpenError::ReadOnly { file: file.to_owned() });
    }
    let mut conn = connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    be_ours(&conn, file)?;
    if conn.is_readonly(MAIN_DB).unwrap_or(false) {
        return Err(OpenError::ReadOnly { file: file.to_owned() });
    }
    let mode = configure_writer(&conn).map_err(|error| OpenError::of(file, &error))?;
    if mode != "wal" {
        let cause = format!("its file system has no shared memory (the log is '{mode}'): use a local disk");
        return Err(OpenError::Unavailable { file: file.to_owned(), cause });
    }
    migrate(&mut conn, file)?;
    Ok(conn)
}

/// A connection that cannot write.
pub(crate) fn reader(file: &Arc<Path>) -> Result<Connection, OpenError> {
    let conn = connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let configured = conn.pragma_update(None, "cache_size", -2000);
    configured.map_err(|error| OpenError::of(file, &error))?;
    Ok(conn)
}

/// A connection that folds the log and writes nothing else.
pub(crate) fn folder(file: &Path) -> Result<Connection, OpenError> {
    let conn = connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let configured = conn.pragma_update(None, "synchronous", "full");
    configured.map_err(|error| OpenError::of(file, &error))?;
    Ok(conn)
}

/// Runs a statement that only moves a transaction along.
pub(crate) fn step(conn: &Connection, sql: &str) -> Faulty<()> {
    conn.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// Folds the log into the file.
pub(crate) fn checkpoint(conn: &Connection, mode: &str) -> rusqlite::Result<()> {
    conn.query_row(&format!("pragma wal_checkpoint({mode})"), [], |_| Ok(()))
}

/// Makes the file for its owner alone, before anything is in it. `SQLite` gives its companions the same mode.
pub(crate) fn make_private(file: &Path) -> io::Result<()> {
    let made = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(file)?;
    made.set_permissions(Permissions::from_mode(0o600))?;
    sync_name(file)
}

/// Lets the name of a file survive a loss of power.
pub(crate) fn sync_name(file: &Path) -> io::Result<()> {
    File::open(directory(file))?.sync_all()
}

fn directory(file: &Path) -> &Path {
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    directory.unwrap_or(Path::new("."))
}

/// Whether this user may do that with a path.
fn may(path: &Path, what: AccessFlags) -> bool {
    nix::unistd::eaccess(path, what).is_ok()
}

/// Makes it unless it is there. One that is there and empty may be what a first start left that was cut short, or all
/// that is left of a store.
fn make_sure(file: &Path) -> io::Result<()> {
    match make_private(file) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if std::fs::metadata(file).is_ok_and(|data| data.is_file() && data.len() == 0) {
                tracing::warn!(file = %file.display(), "the file is empty and becomes a new store: if there was one in it, stop and restore a backup");
            }
            Ok(())
        }
        made => made,
    }
}

/// Opens without creating. Each connection stays with one thread at a time, so `SQLite` need not lock for it.
pub(crate) fn connect(file: &Path, how: OpenFlags) -> Result<Connection, OpenError> {
    if file.is_dir() {
        return Err(OpenError::NotOurs { file: file.to_owned() });
    }
    let open = || {
        let conn = Connection::open_with_flags(file, how | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        conn.busy_handler(Some(wait_for_the_other))?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        Ok(conn)
    };
    open().map_err(|error| OpenError::of(file, &error))
}

/// How another process is waited for: a millisecond at a time, so that two busy ones take turns, for about ten seconds.
fn wait_for_the_other(tries: i32) -> bool {
    std::thread::sleep(Duration::from_millis(1));
    tries < 9000
}

/// Answers the kind of log that could be had.
fn configure_writer(conn: &Connection) -> rusqlite::Result<String> {
    let mode = conn.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    conn.pragma_update(None, "synchronous", "full")?;
    conn.pragma_update(None, "wal_autocheckpoint", 0)?;
    conn.pragma_update(None, "journal_size_limit", 64 << 20)?;
    conn.pragma_update(None, "cache_size", -32000)?;
    conn.pragma_update(None, "temp_store", "memory")?;
    Ok(mode)
}

/// Refuses what belongs to another program or a later one, before anything is written to it. Answers the format it has.
pub(crate) fn be_ours(conn: &Connection, file: &Path) -> Result<i64, OpenError> {
    let number = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0));
    let read = || {
        let tables = number("select count(*) from sqlite_schema")?;
        Ok((number("pragma application_id")?, number("pragma user_version")?, tables))
    };
    let (application, version, tables) = read().map_err(|error| OpenError::of(file, &error))?;
    if tables > 0 && application != APPLICATION {
        return Err(OpenError::NotOurs { file: file.to_owned() });
    }
    if version > migrations::NEWEST {
        let (file, known) = (file.to_owned(), migrations::NEWEST);
        return Err(OpenError::Newer { file, found: version, known });
    }
    Ok(version)
}

/// Brings the file to the newest shape, in one transaction. Two processes that start at once both try: the one that
/// comes second finds it done.
fn migrate(conn: &mut Connection, file: &Path) -> Result<(), OpenError> {
    conn.set_transaction_behavior(rusqlite::TransactionBehavior::Immediate);
    let Err(error) = migrations::all().to_latest(conn) else { return Ok(()) };
    let version = conn.query_row("pragma user_version", [], |row| row.get::<_, i64>(0));
    match (version, error) {
        (Ok(version), _) if version == migrations::NEWEST => Ok(()),
        (_, rusqlite_migration::Error::RusqliteError { err, .. }) => Err(OpenError::of(file, &err)),
        (_, error) => Err(OpenError::Unavailable {
            file: file.to_owned(),
            cause: format!("it cannot be migrated: {error}"),
        }),
    }
}
