//! What other programs run, read as schedulers to watch: the pure side of `punctual import`.
//!
//! Each source turns its own texts into [`Proposal`]s; what becomes of these (the plan, the registrations) is one
//! engine's matter, in `cli/import/engine.rs`. Nothing here reads a file, runs a program or asks a server.

pub(crate) mod crontab;
pub(crate) mod kubernetes;
pub(crate) mod naming;
mod proposal;
pub(crate) mod shell;
pub(crate) mod systemd;

pub use crontab::{Crontab, Format, Job, Kind, Line, Unwrapped, Wrapping, unwrap};
pub(crate) use naming::Names;
pub(crate) use proposal::{Note, Proposal, duration};
