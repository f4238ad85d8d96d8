//! How much an alert matters: what routing rules, quiet hours and receivers go by.

use serde::{Deserialize, Serialize};

use crate::incident::Cause;

/// How much an alert matters. Ordered: what matters more is greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Something may be wrong: work hangs, or may not have been seen.
    Warning,
    /// Work failed or was not done.
    #[default]
    Error,
    /// Somebody must be woken. Never concluded by us: a scheduler's people say so.
    Critical,
}

impl Severity {
    /// All of them, least first.
    pub const ALL: [Self; 4] = [Self::Info, Self::Warning, Self::Error, Self::Critical];

    /// What a cause means where nothing else is said.
    pub const fn of(cause: Option<Cause>) -> Self {
        match cause {
            Some(Cause::Stale | Cause::Overrun) => Self::Warning,
            Some(Cause::Failing | Cause::Missed) | None => Self::Error,
        }
    }

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }

    /// The severity of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == word)
    }
}
