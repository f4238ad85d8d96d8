//! Our own attention: when reports could be taken, and when they could not.

use async_trait::async_trait;
use domain::{Gap, Instant, ProjectId};

use super::StoreResult;

/// Most problems of one project that are kept.
pub const PROBLEMS_MAX: usize = 500;

/// What jobs sent in vain: how often, and the last of it. Holds no secrets: a token is named by its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngestProblem {
    /// The project whose people can mend it; the first one, where none is known.
    pub project: ProjectId,
    /// Whose language it was in: `ping`, `sentry` …
    pub dialect: String,
    /// What was wrong, in a word: `unknown_address`, `invalid_config` …
    pub problem: String,
    /// With what: a slug, the beginning of a token; at most 100 characters.
    pub subject: String,
    /// How often.
    pub count: u64,
    /// First seen.
    pub first_at: Instant,
    /// Last seen.
    pub last_at: Instant,
    /// What the last one said of itself, and what to do; at most 500 characters.
    pub sample: String,
}

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

    /// Counts what jobs sent in vain: added to what is known of the same project, dialect, problem and subject, the
    /// sample and `last_at` taking the place of the older ones. Of a project that has more than [`PROBLEMS_MAX`], those
    /// that were seen least lately are forgotten.
    async fn count_problems(&self, problems: Vec<IngestProblem>) -> StoreResult<()>;

    /// What jobs of a project sent in vain, the latest first, at most [`PROBLEMS_MAX`].
    async fn problems(&self, project: &ProjectId) -> StoreResult<Vec<IngestProblem>>;

    /// Forgets what was last seen before an instant; answers how many.
    async fn forget_problems(&self, before: Instant) -> StoreResult<usize>;
}
