//! How a use case can fail, by what the caller does next.

use domain::Rejection;

use crate::ports::StoreError;

/// How a use case can fail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppError {
    /// The rules refuse it: tell the user.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// A report or a heartbeat for a scheduler that is not registered.
    #[error("Scheduler {0} not found. Please register first.")]
    NotRegistered(domain::SchedulerId),
    /// The caller may not do it.
    #[error("{0}")]
    Forbidden(String),
    /// There is no such thing (schedulers have their own refusal).
    #[error("{what} {id} not found")]
    NotFound {
        /// What kind of thing.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// It contradicts how things stand: look at them again.
    #[error("{0}")]
    Conflict(String),
    /// The cursor is not one of ours, or belongs to another query: begin at the first page.
    #[error("the cursor is not from a page of this query")]
    BadCursor,
    /// The events that were asked for are gone.
    #[error("events before version {first} are pruned")]
    Pruned {
        /// The first version that is kept.
        first: u64,
    },
    /// Too many writers at once: try again.
    #[error("too many changes at once, try again")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl AppError {
    /// Whether the store refused what should have been written, through no fault of who asked.
    pub(crate) fn is_refusal(&self) -> bool {
        use StoreError::{Ambiguous, Damaged, Unavailable};
        matches!(self, Self::Store(Unavailable { .. } | Ambiguous { .. } | Damaged { .. }))
    }
}

/// A cursor that cannot be read came from the asker, and says nothing about what is stored.
impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Corrupt { place, .. } if place == "cursor" => Self::BadCursor,
            error => Self::Store(error),
        }
    }
}

/// What a use case answers.
pub type AppResult<T> = Result<T, AppError>;
