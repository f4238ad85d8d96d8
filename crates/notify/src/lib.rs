//! Channels: how a notice reaches people. Each implements [`app::ports::Notifier`] for one kind of receiver.
//!
//! A channel only lays out and sends. What there is to say is worded once, in [`render`]; how requests leave, and
//! which addresses they may not go to, is decided once, in [`http`]. Retrying, ordering and giving up belong to the
//! dispatcher: a channel tries once and says, by the type of its error, what to do next.
//!
//! | module | holds |
//! |---|---|
//! | [`channel`] | the kinds, their configuration, and [`Kit`], which builds a notifier from one |
//! | [`http`] | the outgoing client, its bounds, and the guard against private addresses |
//! | [`email`] | mail by SMTP, as text and as HTML |
//! | [`exec`] | a local command, from the configuration file only |
//! | [`ntfy`] | JSON to an ntfy server |
//! | [`render`] | the words: headline, facts, error, link, plain text |
//! | [`alertmanager`] | alerts of Prometheus Alertmanager |
//! | [`discord`] | webhooks with an embed |
//! | [`jira_service_management`] | where Opsgenie's alerts went |
//! | [`opsgenie`] | alerts by alias |
//! | [`pagerduty`] | Events API v2 |
//! | [`slack`] | `chat.postMessage` with Block Kit |
//! | [`slack_webhook`] | the same messages to an incoming webhook |
//! | [`teams`] | Adaptive Cards to a workflow |
//! | [`telegram`] | `sendMessage` of a bot |
//! | [`webhook`] | a JSON body signed as Standard Webhooks |
//!
//! # How to add a channel
//! 1. Write `src/<kind>.rs` with a configuration (`deny_unknown_fields`; secrets are [`Secret`], addresses
//!    [`Target`]) and a notifier: take [`render::telling`], lay it out, send it with [`http::Outgoing`], and turn the
//!    answer into a receipt with [`http::Answer::accepted`]. Escape every text for the receiver in one place. Use the
//!    incident's id as the receiver's key where it knows one, else the delivery's id as the message id.
//! 2. Add a variant to [`ChannelConfig`] and a word to [`channel::KINDS`]; the compiler names the matches to fill.
//! 3. Say by [`app::ports::DeliveryError::Broken`] what is wrong with the whole channel: a token that is revoked, an
//!    address that is gone. Answer `check` by asking the receiver, where it can be asked without telling anybody.
//! 4. Add exact-message tests for each kind of notice, one for hostile text at every limit of the receiver, and a
//!    module in `tests/it` with a local server in the receiver's shape: accepts, refuses for good, refuses for now,
//!    hangs, answers endlessly. Say in `payloads.rs` what it sends, and in `xtask/receivers/judge.py` who judges it.
//! 5. Write `docs/channels/<kind>.md`; a test runs its examples.
#![warn(missing_docs)]

pub mod alertmanager;
pub mod channel;
pub mod discord;
pub mod email;
mod escape;
pub mod exec;
pub mod http;
pub mod jira_service_management;
mod key;
mod links;
pub mod ntfy;
pub mod opsgenie;
mod outsider;
mod pace;
pub mod pagerduty;
#[cfg(test)]
mod payloads;
mod people;
#[cfg(test)]
mod python;
pub mod render;
#[cfg(test)]
mod sample;
mod secret;
pub mod slack;
pub mod slack_webhook;
mod target;
pub mod teams;
pub mod telegram;
mod text;
pub mod webhook;

pub use channel::{ChannelConfig, ConfigError, Kit};
pub use http::{Limits, Outgoing, OutgoingError, PrivateTargets};
pub use links::Links;
pub use outsider::HttpOutsider;
pub use secret::{MASK, Secret};
pub use target::{BadTarget, Hook, Target};
