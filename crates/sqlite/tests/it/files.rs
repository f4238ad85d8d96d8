//! A directory of its own for each test.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use sqlite::{Options, Store};
use tempfile::TempDir;
use testkit::{Backend, Stores};

/// A directory with a database in it, which goes when this goes.
pub(crate) struct Home {
    directory: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a directory") }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.directory.path().join("punctual.db")
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(self.file(), &Options::default()).expect("the store opens")
    }
}

#[async_trait]
impl Backend for Home {
    async fn open(&self) -> Stores {
        Stores::of(Arc::new(self.store()))
    }
}
