//! What jobs say in other words than the API's, wire for wire: pings, and what the clients of other products send, how they
//! are answered, and what of it is found in the history.

mod better_stack;
mod cronitor;
mod gatus;
mod healthchecks;
mod kept;
mod kuma;
mod ping;
mod sentry;
mod snitch;
mod watchdog;
