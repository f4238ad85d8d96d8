//! What the use cases need from the outside, in the language of the domain. Each port says what it promises; an
//! adapter says only how. Absence is `None`, never an error; every list has a bound.

mod access;
mod board_poster;
mod boards;
mod chance;
mod channels;
mod clock;
mod definitions;
mod incidents;
mod members;
mod observation;
mod outbox;
mod outsider;
mod queries;
mod queue;
mod retention;
mod schedulers;

pub use access::{Access, AuditEntry, AuditQuery, KeyRecord, Project, Role};
pub use board_poster::{BoardPoster, Edited};
pub use boards::{BoardPost, Boards, PostState};
pub use chance::{Chance, id_bits};
pub use channels::{
    Channel, ChannelDirectory, ChannelKinds, DeliveryError, Notifier, Parcel, Reach, Receipt, SwitchedOff,
};
pub use clock::Clock;
pub use definitions::{Definition, DefinitionKind, Definitions};
pub use incidents::{IncidentQuery, IncidentState, Incidents};
pub use members::{MEMBERS_MAX, Member, Members};
pub use observation::{IngestProblem, Observation, PROBLEMS_MAX};
pub use outbox::{
    Bucket, Delivery, DeliveryOutcome, DeliveryQuery, DeliveryState, Held, HeldNotice, Outbox, OutboxCounts,
    PutOff, Routing, Singly, Told, Unrouted,
};
pub use outsider::Outsider;
pub use queries::{
    EventsPage, Filter, HistoryEntry, HistoryQuery, ListQuery, Page, Queries, RunsQuery, SchedulerRow, Sort,
    Totals,
};
pub use queue::{DeadMessage, Depth, Queue, Received};
pub use retention::{Cut, LogExtent, Retention};
pub use schedulers::{Beat, Commit, Deletion, Due, Era, Loaded, Lookup, Reindex, Schedulers, Seen, Wake};

/// How a store can fail. Each says what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// What the write rested on has changed: load again and decide again.
    #[error("what was read has changed meanwhile")]
    Conflict,
    /// No answer came in time: the write may or may not have happened. Look for its commit id before deciding again.
    #[error("the store did not answer in time while {doing}")]
    Ambiguous {
        /// What was being done.
        doing: &'static str,
    },
    /// The store is away, full or overloaded: try later; nothing was written.
    #[error("the store is away while {doing}: {cause}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// What it said.
        cause: String,
    },
    /// The store itself is damaged, at least where this was asked of it: nothing was written, and nothing will be until
    /// someone has restored it.
    #[error("the store is damaged, seen while {doing}: {cause}")]
    Damaged {
        /// What was being done.
        doing: &'static str,
        /// What it said, and what to do.
        cause: String,
    },
    /// What is stored cannot be read back: someone must look.
    #[error("the store holds something unreadable in {place}: {cause}")]
    Corrupt {
        /// Table, column and row.
        place: String,
        /// What is wrong with it.
        cause: String,
    },
}

/// What a port answers.
pub type StoreResult<T> = Result<T, StoreError>;
