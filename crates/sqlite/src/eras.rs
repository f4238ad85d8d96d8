//! Eras: stretches in which nobody but this store's writer has written to the file. `SQLite` tells a connection whether
//! others have committed since it last looked (`pragma data_version`); the writer looks at the beginning of each
//! transaction, when nobody else can write any more, so what it finds is true until the transaction ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use app::ports::Era;
use rusqlite::Connection;

use crate::fault::{Fault, Faulty};
use crate::rows::{cell, first};
use crate::sql::statements;

statements! {
    DATA_VERSION = "pragma data_version";
}

/// The era of a file, as the writer last saw it. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Eras {
    now: Arc<AtomicU64>,
}

impl Eras {
    pub(crate) fn now(&self) -> Era {
        Era(self.now.load(Ordering::Acquire))
    }

    /// Refuses what rests on an era that is over. Asked within the writer's transaction.
    pub(crate) fn check(&self, era: Option<Era>) -> Faulty<()> {
        if era.is_none_or(|era| era == self.now()) { Ok(()) } else { Err(Fault::Conflict) }
    }

    /// Begins another era where others have written; answers the version of the data to ask about next time.
    pub(crate) fn look(&self, conn: &Connection, seen: i64) -> Faulty<i64> {
        let version = first(conn, DATA_VERSION, [], |row| cell::<i64>(row, 0, "data_version"))?;
        let version = version.unwrap_or(seen);
        if version != seen {
            self.now.fetch_add(1, Ordering::AcqRel);
        }
        Ok(version)
    }
}
