//! The HTTP side through its router, as clients see it: whole answers, nothing redacted. Clock, ids and store obey.
//! The tree is that of the addresses.

mod api;
mod support;
