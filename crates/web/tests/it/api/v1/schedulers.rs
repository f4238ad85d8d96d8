//! `/api/v1/schedulers`.

mod delete;
mod events;
mod get;
mod heartbeat;
mod history;
mod list;
mod patch;
mod pause;
mod register;
mod route;
mod runs;
mod status;
