//! The history that people read, as a view of the events: what jobs reported, and what we concluded.

use crate::command::Noted;
use crate::event::{Fact, Filed, Resolution};
use crate::report::Status;

/// What an event is in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A job's report.
    Report(Status),
    /// Something the system concluded, by its word on the wire.
    System(&'static str),
}

/// The words of what the system concludes.
pub const SYSTEM_KINDS: [&str; 10] = [
    "missed",
    "stale",
    "overrun",
    "recovered",
    "skipped",
    "unobserved",
    "conflict",
    "abandoned",
    "log",
    "ignored",
];

/// What an event is in the history, if anything.
pub const fn entry(fact: &Fact) -> Option<Entry> {
    Some(match fact {
        Fact::ReportFiled { filed: Filed::Conflict, .. } => Entry::System("conflict"),
        Fact::Noted { noted: Noted::Log, .. } => Entry::System("log"),
        Fact::Noted { noted: Noted::Ignored, .. } => Entry::System("ignored"),
        Fact::SlotsMissed(_) => Entry::System("missed"),
        Fact::SlotsSkipped(_) => Entry::System("skipped"),
        Fact::SlotsUnobserved(_) => Entry::System("unobserved"),
        Fact::RunWentStale { .. } => Entry::System("stale"),
        Fact::RunOverran { .. } => Entry::System("overrun"),
        Fact::RunAbandoned { .. } => Entry::System("abandoned"),
        Fact::IncidentResolved { resolution: Resolution::Recovered, .. } => Entry::System("recovered"),
        other => match other.reported_status() {
            Some(status) => Entry::Report(status),
            None => return None,
        },
    })
}
