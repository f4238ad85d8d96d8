//! What travels: bodies turned into what the use cases take, and their answers turned into bodies.
//!
//! Reading is lenient in form and strict in meaning: numbers may come as numeric strings, instants in any ISO 8601,
//! durations as text or seconds, and `null` means absent; but a field that is unknown or out of bounds is named, and
//! all of them at once. [`documents`] holds the same bodies as the documentation shows them.

mod answer;
pub mod documents;
mod fields;
mod heartbeat;
mod history;
pub(crate) mod json;
mod pause;
mod registration;
mod report;
mod run;
mod schedule;
mod scheduler;
mod value;

use domain::Problem;
use serde_json::Value;

pub(crate) use answer::{CREATED, answer, paged};
pub(crate) use fields::{Fields, Flaws, Nulls};
pub(crate) use heartbeat::HeartbeatSent;
pub use history::HistoryBody;
pub(crate) use pause::PauseSent;
pub(crate) use registration::{PatchSent, RegistrationSent};
pub(crate) use report::ReportSent;
pub use run::RunBody;
pub(crate) use schedule::schedule;
pub use scheduler::SchedulerBody;
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
