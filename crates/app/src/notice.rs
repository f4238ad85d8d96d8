//! What people are told: an alert about a scheduler, or a word about ourselves.

use domain::{Alert, Instant, ProjectId};
use serde::{Deserialize, Serialize};

/// What people are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// Something about a scheduler.
    Alert(Box<Alert>),
    /// We could not see for a while.
    Unobserved(Unobserved),
}

/// A stretch in which we could not see, told once to each project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unobserved {
    /// The project.
    pub project: ProjectId,
    /// From when on.
    pub from: Instant,
    /// Until when.
    pub until: Instant,
    /// How many slots were not judged for that.
    pub slots: u64,
}

impl Notice {
    /// Unique, and the same whenever it is made again.
    pub fn id(&self) -> String {
        match self {
            Self::Alert(alert) => alert.id.as_str().to_owned(),
            Self::Unobserved(gap) => format!("unobserved-{}-{}", gap.project, gap.from.as_millis()),
        }
    }

    /// Whom it concerns.
    pub fn project(&self) -> &ProjectId {
        match self {
            Self::Alert(alert) => &alert.key.project,
            Self::Unobserved(gap) => &gap.project,
        }
    }

    /// What order is kept by: the incident, where there is one.
    pub fn thread(&self) -> String {
        match self {
            Self::Alert(alert) => alert.incident.as_str().to_owned(),
            Self::Unobserved(_) => self.id(),
        }
    }
}
