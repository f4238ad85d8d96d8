//! The memory store under the conformance suite, and the suite under its own rule.

mod suite;

use testkit::{MemoryStore, conformance_suite};

async fn fresh() -> MemoryStore {
    MemoryStore::new()
}

conformance_suite!(memory, fresh);
