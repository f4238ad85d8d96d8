//! Use cases and roles on a store in memory, with a clock and chance that obey. One binary; each file is one part of
//! the crate, and each name a sentence.

mod boards;
mod bulk;
mod crew;
mod dispatcher;
mod evaluator;
mod explain;
mod forgetful_outbox;
mod hearing;
mod incidents;
mod janitor;
mod keys;
mod members;
mod observer;
mod people;
mod places;
mod refusals;
mod remembered;
mod reports;
mod router;
mod services;
mod story;
mod telling;
mod ticks;
mod trouble;
mod vain;
mod watch;
mod world;
mod write_path;
