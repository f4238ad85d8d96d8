//! The embedded store: every port of `app` on one `SQLite` file.
//!
//! Reading order: [`Store`] (what callers hold), `writer` (one thread, many writes, one sync), `reader` (look-ups beside
//! it), then one file for each port, named as the port's file is. The shape of the file is `migrations/`.
//!
//! What the paths that never rest cost: a heartbeat reads two rows and writes one, which no index knows of. A report
//! writes its scheduler's row, one event with what it carried, its run once that is over, and an index only where health
//! or the next expected instant moved. Everything that comes while a sync is under way shares the next sync.
#![warn(missing_docs)]

mod access;
mod backup;
mod boards;
mod check;
mod definitions;
mod eras;
mod fault;
mod folding;
mod incidents;
mod members;
mod migrations;
mod observation;
mod open;
mod outbox;
mod place;
mod purge;
mod queries;
mod reader;
mod retention;
mod rows;
mod schedulers;
mod snapshot;
mod sql;
mod store;
mod threads;
mod words;
mod writer;

#[cfg(test)]
mod tests;

pub use backup::{BackupError, BackupReport, backup};
pub use check::check;
pub use open::OpenError;
pub use store::{Options, Store};
