//! Use cases, ports and roles: what Punctual does, in words that name no technology.
//!
//! Reading order: [`ports`] (what is needed from outside), [`app`] (what everything stands on), `update` (the one write
//! path), [`schedulers`], `reports` and [`read`] (the use cases), [`roles`] (what runs without being asked).
#![warn(missing_docs)]

pub mod access;
pub mod ack;
pub mod app;
mod attention;
pub mod boards;
mod bulk;
pub mod caller;
pub mod channels;
mod deliveries;
pub mod error;
pub mod explain;
mod fitness;
pub mod incidents;
pub mod ingest;
pub mod maintenance;
pub mod members;
pub mod notice;
pub mod outlook;
mod plan;
pub mod ports;
pub mod projects;
pub mod read;
mod reports;
pub mod roles;
mod rules;
pub mod saved;
pub mod schedulers;
mod setup;
pub mod shards;
pub mod telemetry;
pub mod timeline;
mod turns;
mod update;
pub mod view;

pub use access::{ConfiguredKeys, Issued, NewKey};
pub use ack::AckKey;
pub use app::{App, Ports, Settings};
pub use boards::{BoardDraft, BoardView, ConfiguredBoard};
pub use caller::Caller;
pub use error::{AppError, AppResult};
pub use explain::Route;
pub use incidents::{IncidentStory, Linked};
pub use maintenance::WindowView;
pub use members::{Identity, Seat};
pub use notice::{Effect, Group, GroupReason, Member, Notice, Tally, Test, Trouble, TroubleKind, Unobserved};
pub use outlook::Outlook;
pub use saved::{Draft, Saved};
pub use schedulers::Registered;
pub use shards::Shards;
pub use telemetry::Telemetry;
pub use timeline::Timeline;
pub use view::SchedulerView;
