//! One module a command, each with `run`.

pub(crate) mod backup;
pub(crate) mod completions;
pub(crate) mod config_check;
pub(crate) mod doctor;
pub(crate) mod key;
pub(crate) mod man;
pub(crate) mod migrate;
pub(crate) mod schedule;
pub(crate) mod serve;
