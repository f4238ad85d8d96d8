//! The HTTP side through its router, as clients see it: whole answers, nothing redacted. Clock, ids and store obey.
//! The tree is that of the addresses; beside it stands what is true of every address.

mod access;
mod acknowledge;
mod api;
mod errors;
mod headers;
mod ingest;
mod limits;
mod logs;
mod operations;
mod portal;
mod roles;
mod sockets;
mod support;
