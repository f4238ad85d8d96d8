//! The store for a fleet: every port of `app` on `DynamoDB`.
#![warn(missing_docs)]

mod access;
mod audit;
mod boards;
mod definitions;
mod fault;
mod gateway;
mod history;
mod incidents;
mod lists;
mod members;
mod merge;
mod observation;
mod outbox;
mod packing;
mod problems;
mod queries;
mod retention;
mod schedulers;
mod schema;
mod sequence;
mod store;
mod tables;
mod tenants;
mod words;

pub use gateway::Capacity;
pub use schema::{EXPIRES, Index, Names, Projection, Table};
pub use store::{Options, Store};
pub use tables::LAYOUT;
