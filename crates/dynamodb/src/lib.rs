//! The store for a fleet: every port of `app` on `DynamoDB`.
#![warn(missing_docs)]

mod fault;
mod gateway;
mod schema;
mod sequence;
mod store;
mod tables;

pub use gateway::Capacity;
pub use schema::{EXPIRES, Index, Names, Projection, Table};
pub use store::{Options, Store};
pub use tables::LAYOUT;
