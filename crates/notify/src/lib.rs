//! Channels: how an alert reaches Slack or a webhook.
#![warn(missing_docs)]

pub mod http;
mod links;
pub mod render;
#[cfg(test)]
mod sample;
mod secret;
mod target;
mod text;

pub use http::{Limits, Outgoing, OutgoingError, PrivateTargets};
pub use links::Links;
pub use secret::{MASK, Secret};
pub use target::{BadTarget, Target};
