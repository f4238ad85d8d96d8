//! What goes wrong inside, on its way into the words of the ports.

use std::fmt::Display;
use std::path::Path;

use app::ports::StoreError;
use rusqlite::{Error, ErrorCode, ffi};

/// What goes wrong while a statement runs or a row is read.
#[derive(Debug)]
pub(crate) enum Fault {
    /// What the write rested on has changed. Said before anything is written, never after.
    Conflict,
    /// `SQLite` said no.
    Sql(Error),
    /// A value that cannot be what it should.
    Corrupt {
        /// Table, column and row.
        place: String,
        /// What is wrong with it.
        cause: String,
    },
}

pub(crate) type Faulty<T> = Result<T, Fault>;

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Sql(error)
    }
}

impl Fault {
    /// A value that cannot be what it should.
    pub(crate) fn corrupt(place: impl Display, cause: impl Display) -> Self {
        Self::Corrupt { place: place.to_string(), cause: cause.to_string() }
    }

    /// A cursor that this store never gave, or gave for another query.
    pub(crate) fn cursor(text: &str) -> Self {
        Self::corrupt("cursor", format_args!("{text:?} was not given for this query"))
    }

    /// Whether the disk is to blame, so that trying the neighbours one by one is no use.
    pub(crate) fn is_of_the_disk(&self) -> bool {
        use ErrorCode::{CannotOpen, DiskFull, ReadOnly, SystemIoFailure};
        let codes = [CannotOpen, DiskFull, ReadOnly, SystemIoFailure];
        self.code().is_some_and(|code| codes.contains(&code))
    }

    fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Sql(error) => error.sqlite_error_code(),
            _ => None,
        }
    }

    /// In the words of the ports: says what to do next, and names the file.
    pub(crate) fn told(&self, doing: &'static str, file: &Path) -> StoreError {
        match self {
            Self::Conflict => StoreError::Conflict,
            Self::Corrupt { place, cause } => {
                StoreError::Corrupt { place: place.clone(), cause: cause.clone() }
            }
            Self::Sql(error) => told(error, doing, file),
        }
    }

    /// The same for a COMMIT that failed. Nothing of its batch is visible; but where the sync itself failed, a crash
    /// right now might bring it back.
    pub(crate) fn told_of_commit(&self, doing: &'static str, file: &Path) -> StoreError {
        let unsynced = [ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_DIR_FSYNC];
        match self {
            Self::Sql(Error::SqliteFailure(error, _)) if unsynced.contains(&error.extended_code) => {
                StoreError::Ambiguous { doing }
            }
            _ => self.told(doing, file),
        }
    }
}

/// Names the row of an unreadable value.
pub(crate) trait Of {
    /// Of this row.
    fn of(self, row: impl Display) -> Self;
}

impl<T> Of for Faulty<T> {
    fn of(self, row: impl Display) -> Self {
        self.map_err(|fault| match fault {
            Fault::Corrupt { place, cause } => Fault::Corrupt { place: format!("{place} of {row}"), cause },
            other => other,
        })
    }
}

fn told(error: &Error, doing: &'static str, file: &Path) -> StoreError {
    use ErrorCode::{ConstraintViolation, DatabaseCorrupt, NotADatabase};
    let file = file.display();
    match error.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => StoreError::Damaged {
            doing,
            cause: format!("{file}: {error}; restore a backup, `punctual doctor` says more"),
        },
        Some(ConstraintViolation) => {
            StoreError::Corrupt { place: file.to_string(), cause: format!("{error} while {doing}") }
        }
        Some(code) => StoreError::Unavailable { doing, cause: format!("{file}: {error}{}", advice(code)) },
        None => StoreError::Corrupt { place: file.to_string(), cause: format!("{error} while {doing}") },
    }
}

/// What the operator can do about it.
pub(crate) fn advice(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::DiskFull => "; make room on its disk, writing goes on by itself",
        ErrorCode::SystemIoFailure => {
            "; the disk failed or the file may grow no more: look at the system log and at ulimit -f"
        }
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => "; make the file and its directory writable",
        ErrorCode::CannotOpen => "; it and its directory must be there and be writable for this user",
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => "; another process holds it for too long",
        _ => "",
    }
}
