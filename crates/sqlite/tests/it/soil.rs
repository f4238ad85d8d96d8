//! A file under a simulated server: closed without ceremony when the server dies, and with a disk that can be full.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use sqlite::{Options, Store};
use tempfile::TempDir;
use testkit::Stores;
use testkit::sim::Ground;

/// A file that outlives the processes that open it.
#[derive(Debug)]
pub(crate) struct Soil {
    directory: TempDir,
    life: Mutex<Life>,
}

/// How many processes there were, and what the present one has open.
#[derive(Debug, Default)]
struct Life {
    number: u32,
    open: Option<Store>,
}

/// Where there is memory that looks like a disk: days of syncs are no part of what is simulated.
const IN_MEMORY: &str = "/dev/shm";

/// A new file.
pub(crate) fn soil() -> Arc<dyn Ground> {
    let directory = tempfile::tempdir_in(IN_MEMORY).or_else(|_| tempfile::tempdir()).expect("a directory");
    Arc::new(Soil { directory, life: Mutex::default() })
}

impl Soil {
    fn file(&self, number: u32) -> PathBuf {
        self.directory.path().join(format!("{number}.db"))
    }

    fn life(&self) -> std::sync::MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Ground for Soil {
    async fn open(&self) -> Stores {
        let mut life = self.life();
        let file = self.file(life.number);
        let options = Options { readers: 1, ..Options::default() };
        let store = life.open.get_or_insert_with(|| Store::open(file, &options).expect("the store opens"));
        Stores::of(Arc::new(store.clone()))
    }

    /// What is in the files at this moment is all there is: a copy of them goes on, and what the dead process still
    /// writes or tidies is never seen again.
    async fn die(&self) {
        let mut life = self.life();
        let (old, new) = (self.file(life.number), self.file(life.number + 1));
        for end in ["", "-wal"] {
            let with = |file: &Path| PathBuf::from(format!("{}{end}", file.display()));
            if with(&old).exists() {
                std::fs::copy(with(&old), with(&new)).expect("copied");
            }
        }
        life.open = None;
        life.number += 1;
    }

    async fn fill(&self, full: bool) -> bool {
        let store = self.life().open.clone();
        if let Some(store) = store {
            store.bound(full.then_some(1)).await.expect("bounded");
        }
        true
    }

    fn is_threaded(&self) -> bool {
        true
    }
}
