//! Keys looked up lately, so that the hot path asks the store once a second at most.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::ports::KeyRecord;

/// How long a key that another process revokes goes on working here.
const CACHE_FOR: Duration = Duration::from_secs(1);
const CACHE_MAX: usize = 10_000;

/// Keys looked up lately.
#[derive(Debug, Default)]
pub(crate) struct KeyCache(Mutex<Lately>);

#[derive(Debug, Default)]
struct Lately {
    keys: HashMap<[u8; 32], (KeyRecord, Duration)>,
    /// How often a key was changed here: what was looked up before the last change is not kept after it.
    changes: u64,
}

impl KeyCache {
    pub(super) fn get(&self, hash: &[u8; 32], now: Duration) -> Option<KeyRecord> {
        self.lately().keys.get(hash).filter(|(_, until)| now < *until).map(|(key, _)| key.clone())
    }

    /// Names the moment before a look at the store.
    pub(super) fn changes(&self) -> u64 {
        self.lately().changes
    }

    /// Keeps what a look at the store found, unless keys were changed since it began.
    pub(super) fn put(&self, hash: [u8; 32], key: KeyRecord, now: Duration, changes: u64) {
        let mut lately = self.lately();
        if lately.changes != changes {
            return;
        }
        if lately.keys.len() >= CACHE_MAX {
            lately.keys.clear();
        }
        lately.keys.insert(hash, (key, now + CACHE_FOR));
    }

    pub(super) fn clear(&self) {
        let mut lately = self.lately();
        lately.keys.clear();
        lately.changes += 1;
    }

    fn lately(&self) -> MutexGuard<'_, Lately> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
