//! What other programs run, read as schedulers to watch: the pure side of `punctual import`.
//!
//! Each source turns its own texts into [`Proposal`]s (other products' by way of [`monitor::Monitor`]s); what becomes of these (the plan, the registrations) is one
//! engine's matter, in `cli/import/engine.rs`. Nothing here reads a file, runs a program or asks a server.

pub(crate) mod better_stack;
pub(crate) mod cronitor;
pub(crate) mod crontab;
pub(crate) mod dead_mans_snitch;
pub(crate) mod healthchecks;
mod interval;
pub(crate) mod kubernetes;
pub(crate) mod monitor;
pub(crate) mod naming;
mod proposal;
pub(crate) mod sentry;
pub(crate) mod shell;
pub(crate) mod systemd;
pub(crate) mod uptime_kuma;
pub(crate) mod yaml;

pub use crontab::{Crontab, Format, Job, Kind, Line, Unwrapped, Wrapping, unwrap};
pub(crate) use naming::Names;
pub(crate) use proposal::{Note, Proposal, duration};
