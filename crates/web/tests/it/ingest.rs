//! What jobs say in other words than the API's, wire for wire.

mod healthchecks;
mod ping;
