//! What travels: bodies turned into what the use cases take, and their answers turned into bodies.
//!
//! Reading is lenient in form and strict in meaning: numbers may come as numeric strings, instants in any ISO 8601,
//! durations as text or seconds, and `null` means absent; but a field that is unknown or out of bounds is named, and
//! all of them at once. [`documents`] holds the same bodies as the documentation shows them.

mod answer;
mod board;
mod bulk;
mod channel;
mod delivery;
pub mod documents;
pub mod drafts;
mod event;
mod fields;
mod heartbeat;
mod history;
mod incident;
mod ingest_problem;
pub(crate) mod json;
mod key;
mod maintenance;
mod member;
mod pause;
mod preview;
mod project;
mod registration;
mod report;
mod route;
mod rule;
mod run;
pub(crate) mod schedule;
mod scheduler;
mod selector;
pub(crate) mod value;

use domain::Problem;
use serde_json::Value;

pub(crate) use answer::{CREATED, answer, paged, versioned};
pub(crate) use board::BoardSent;
pub use board::{
    BoardBody, BoardPageBody, BoardPostBody, BoardRowBody, BoardWindowBody, CountsBody, FilterBody,
};
pub(crate) use bulk::BulkSent;
pub use bulk::ItemBody;
pub(crate) use channel::ChannelGiven;
pub use channel::{ChannelBody, QuietHoursBody, TrialBody};
pub use delivery::DeliveryBody;
pub use event::EventBody;
pub(crate) use fields::{Fields, Flaws, Nulls};
pub(crate) use heartbeat::HeartbeatSent;
pub use history::{HistoryBody, OriginBody, SlotsBody};
pub use incident::{EndBody, IncidentRecordBody, IncidentStoryBody, TimelineBody};
pub use ingest_problem::IngestProblemBody;
pub use key::{IssuedBody, KeyBody};
pub(crate) use key::{KeySent, RotationSent};
pub(crate) use maintenance::WindowSent;
pub use maintenance::{CalendarBody, StretchBody, WindowBody};
pub use member::MemberBody;
pub(crate) use pause::PauseSent;
pub use preview::PreviewBody;
pub(crate) use preview::PreviewSent;
pub(crate) use project::ProjectSent;
pub use project::{AuditBody, ProjectBody};
pub(crate) use registration::{PatchSent, RegistrationSent};
pub(crate) use report::{ReportSent, named_scheduler};
pub use route::{CauseRouteBody, HearerBody, RouteBody, StepBody, UnderMaintenanceBody, UpstreamBody};
pub use rule::RuleBody;
pub(crate) use rule::RuleSent;
pub use run::RunBody;
pub(crate) use schedule::schedule;
pub use scheduler::{AcknowledgedBody, IncidentBody, OpenRunBody, SchedulerBody};
pub use selector::SelectorBody;
pub(crate) use value::instant;

/// A body that can be read.
pub(crate) trait Wire: Sized {
    /// Reads it, or says everything that is wrong with it.
    fn read(value: Value) -> Result<Self, Vec<Problem>>;

    /// What no body at all means.
    fn absent() -> Result<Self, Vec<Problem>> {
        Self::read(Value::Null)
    }
}
