//! What has happened: the log of each life, its runs, and what is kept beside.

pub(crate) mod entry;
pub(crate) mod items;
mod log;
mod outputs;
mod prune;
mod runs;

pub(crate) use log::{events, history, was_committed};
pub(crate) use outputs::output;
pub(crate) use prune::{extent, prune};
pub(crate) use runs::runs;
