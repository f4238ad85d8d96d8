//! A directory of its own for each test.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::Connection;
use sqlite::{Options, Store};
use tempfile::TempDir;
use testkit::{Backend, Scribe, Stores};

/// A directory with a database in it, which goes when this goes.
pub(crate) struct Home {
    directory: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a directory") }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.path().join("punctual.db")
    }

    pub(crate) fn store(&self) -> Store {
        self.store_with(&Options::default())
    }

    pub(crate) fn store_with(&self, options: &Options) -> Store {
        Store::open(self.file(), options).expect("the store opens")
    }

    /// The file, as another program sees it.
    pub(crate) fn raw(&self) -> Connection {
        Connection::open(self.file()).expect("the file opens")
    }

    /// The first number that a statement answers.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.raw().query_row(sql, [], |row| row.get(0)).expect(sql)
    }
}

/// Somebody who writes to a store.
pub(crate) fn scribe(store: &Store) -> Scribe {
    Scribe::new(Stores::of(Arc::new(store.clone())), 1)
}

#[async_trait]
impl Backend for Home {
    async fn open(&self) -> Stores {
        Stores::of(Arc::new(self.store()))
    }
}
