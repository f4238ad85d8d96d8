//! The language and the rules of Punctual: pure, synchronous, without I/O, clock or chance.
#![warn(missing_docs)]

pub mod schedule;
pub mod time;

pub use time::{Duration, Instant};
