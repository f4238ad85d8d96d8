//! What jobs say in other words than the API's, wire for wire.

mod ping;
mod sentry;
