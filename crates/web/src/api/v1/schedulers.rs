//! `/schedulers`: what is watched.

pub(super) mod delete;
pub(super) mod events;
pub(super) mod get;
pub(super) mod heartbeat;
pub(super) mod history;
pub(super) mod list;
pub(super) mod output;
pub(super) mod patch;
pub(super) mod pause;
pub(super) mod register;
pub(super) mod route;
pub(super) mod runs;
pub(super) mod status;
