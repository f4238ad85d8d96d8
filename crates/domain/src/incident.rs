//! What can be wrong with a scheduler, as causes and as sets of them.

use serde::{Deserialize, Serialize};

use crate::scheduler::Health;

/// One thing that is wrong. Ordered: a worse one is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Slots passed without a run.
    Missed,
    /// A run has been open for too long.
    Overrun,
    /// A run has been silent for too long.
    Stale,
    /// Runs failed in a row.
    Failing,
}

impl Cause {
    /// All of them, least bad first.
    pub const ALL: [Self; 4] = [Self::Missed, Self::Overrun, Self::Stale, Self::Failing];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        self.health().as_str()
    }

    /// The health that shows it.
    pub const fn health(self) -> Health {
        match self {
            Self::Missed => Health::Missed,
            Self::Overrun => Health::Overrun,
            Self::Stale => Health::Stale,
            Self::Failing => Health::Failing,
        }
    }
}

/// A set of causes, worst last when listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Cause>", into = "Vec<Cause>")]
pub struct CauseSet(u8);

impl CauseSet {
    /// Adds a cause, or takes it away.
    pub fn put(&mut self, cause: Cause, present: bool) {
        let bit = 1 << cause as u8;
        self.0 = if present { self.0 | bit } else { self.0 & !bit };
    }

    /// Whether a cause is in it.
    pub const fn has(self, cause: Cause) -> bool {
        self.0 & (1 << cause as u8) != 0
    }

    /// Whether nothing is wrong.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is here and not there.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What is here and there.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is here or there.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Its members, least bad first.
    pub fn iter(self) -> impl Iterator<Item = Cause> {
        Cause::ALL.into_iter().filter(move |cause| self.has(*cause))
    }

    /// The worst of them.
    pub fn worst(self) -> Option<Cause> {
        self.iter().last()
    }
}

impl From<Vec<Cause>> for CauseSet {
    fn from(causes: Vec<Cause>) -> Self {
        causes.into_iter().collect()
    }
}

impl From<CauseSet> for Vec<Cause> {
    fn from(causes: CauseSet) -> Self {
        causes.iter().collect()
    }
}

impl FromIterator<Cause> for CauseSet {
    fn from_iter<I: IntoIterator<Item = Cause>>(causes: I) -> Self {
        let mut set = Self::default();
        causes.into_iter().for_each(|cause| set.put(cause, true));
        set
    }
}
