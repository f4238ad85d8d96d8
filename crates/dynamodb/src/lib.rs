//! The store for a fleet: every port of `app` on `DynamoDB`.
#![warn(missing_docs)]

mod schema;

pub use schema::{EXPIRES, Index, Names, Projection, Table};
