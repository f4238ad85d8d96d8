//! What tests of the other crates stand on: a store in memory, clocks and chance that obey, receivers with a script,
//! and the conformance suite that every store runs.
//!
//! Reading order: [`Stores`] (the ports of a store as one thing), [`MemoryStore`] (the store that says what the
//! others must mean), [`Scribe`] (writes as the update use case does), [`conformance`] (the behaviours themselves), [`sim`]
//! (days of a server in a world where everything goes wrong).
//! A dev-dependency only: nothing in here ships, and so it may panic where a test should fail.
#![warn(missing_docs)]

mod chance;
mod channels;
mod clock;
pub mod conformance;
pub mod fixtures;
mod memory;
mod notifier;
mod paced;
mod scribe;
pub mod sim;
mod stores;
mod wall;

pub use chance::SeededChance;
pub use channels::FixedChannels;
pub use clock::FixedClock;
pub use memory::MemoryStore;
pub use notifier::{Answer, Arrival, ScriptedNotifier};
pub use paced::PacedClock;
pub use scribe::Scribe;
pub use stores::{Backend, Stores};
pub use wall::{Deed, Wall, Whim};
