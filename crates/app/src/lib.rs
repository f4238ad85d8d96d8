//! Use cases, ports and roles: what Punctual does, in words that name no technology.
#![warn(missing_docs)]

pub mod notice;
pub mod ports;

pub use notice::{Notice, Unobserved};
