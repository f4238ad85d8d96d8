//! The memory store under the conformance suite, the suite under its own rule, and the simulator.

mod company;
mod scenarios;
mod simulated;
mod suite;

use testkit::{MemoryStore, conformance_suite};

async fn fresh() -> MemoryStore {
    MemoryStore::new()
}

conformance_suite!(memory, fresh);
