//! Which minutes are known to have no room for single messages left, so that a storm costs one refusal and not
//! thousands. The store decides; this only remembers.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use domain::{Instant, ProjectId};

use crate::plan::{Class, minute};

/// For each project and class the minute that is full. Bounded by the number of projects.
#[derive(Debug, Default)]
pub(super) struct Rooms(Mutex<BTreeMap<(ProjectId, Class), Instant>>);

impl Rooms {
    pub(super) fn is_full(&self, project: &ProjectId, class: Class, now: Instant) -> bool {
        let full = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        full.get(&(project.clone(), class)) == Some(&minute(now))
    }

    /// Whether it was not known to be full.
    pub(super) fn fill(&self, project: &ProjectId, class: Class, now: Instant) -> bool {
        let mut full = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        full.insert((project.clone(), class), minute(now)) != Some(minute(now))
    }
}
