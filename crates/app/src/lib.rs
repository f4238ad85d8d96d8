//! Use cases, ports and roles: what Punctual does, in words that name no technology.
//!
//! Reading order: [`ports`] (what is needed from outside), [`app`] (what everything stands on), `update` (the one write
//! path), [`schedulers`], `reports` and [`read`] (the use cases), [`roles`] (what runs without being asked).
#![warn(missing_docs)]

pub mod access;
pub mod ack;
pub mod app;
mod attention;
mod bulk;
pub mod caller;
pub mod channels;
mod deliveries;
pub mod error;
mod fitness;
pub mod notice;
mod plan;
pub mod ports;
pub mod projects;
pub mod read;
mod reports;
pub mod roles;
pub mod schedulers;
mod setup;
pub mod telemetry;
mod turns;
mod update;
pub mod view;

pub use access::{ConfiguredKeys, Issued, NewKey};
pub use ack::AckKey;
pub use app::{App, Ports, Settings};
pub use caller::Caller;
pub use error::{AppError, AppResult};
pub use notice::{Effect, Group, GroupReason, Member, Notice, Tally, Test, Trouble, TroubleKind, Unobserved};
pub use schedulers::Registered;
pub use telemetry::Telemetry;
pub use view::SchedulerView;
