//! Our own attention: when reports could be taken, and when they could not.

use async_trait::async_trait;
use domain::{Gap, Instant, ProjectId};

use super::StoreResult;

/// Our own attention, shared by all processes on one store.
#[async_trait]
pub trait Observation: Send + Sync {
    /// Writes "reports could be taken at `at`". An earlier instant than the one stored replaces it too: the wall clock
    /// may have been set back.
    async fn stamp(&self, at: Instant) -> StoreResult<()>;

    /// The last stamp, if there ever was one.
    async fn last_stamp(&self) -> StoreResult<Option<Instant>>;

    /// Records a gap, unless one that begins at the same instant is known: then the later end holds.
    async fn record_gap(&self, gap: Gap) -> StoreResult<()>;

    /// Gaps that ended after `since`, in order of their beginning, the newest 1000 of them.
    async fn gaps(&self, since: Instant) -> StoreResult<Vec<Gap>>;

    /// Slots recorded as unobserved at or after an instant, counted by project.
    async fn unobserved_slots(&self, since: Instant) -> StoreResult<Vec<(ProjectId, u64)>>;

    /// A small note by name, such as which settings were last in force.
    async fn note(&self, name: &str) -> StoreResult<Option<String>>;

    /// Writes a note.
    async fn set_note(&self, name: &str, value: &str) -> StoreResult<()>;
}
