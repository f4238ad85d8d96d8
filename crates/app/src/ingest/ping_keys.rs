//! Whose a ping key is. All projects are few, and known by heart; what another process changes is noticed within
//! [`KNOWN_FOR`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::app::App;
use crate::error::AppResult;
use crate::ports::Project;

/// How long a key that another process has changed goes on working here, and how long a new one of another process may
/// be unknown.
const KNOWN_FOR: Duration = Duration::from_secs(1);

/// The projects by their ping keys.
#[derive(Debug, Default)]
pub(crate) struct PingKeys(Mutex<Option<Known>>);

#[derive(Clone, Debug)]
struct Known {
    projects: Arc<HashMap<String, Project>>,
    until: Duration,
}

impl PingKeys {
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn known(&self, now: Duration) -> Option<Arc<HashMap<String, Project>>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|known| now < known.until).map(|known| Arc::clone(&known.projects))
    }

    fn keep(&self, projects: &Arc<HashMap<String, Project>>, now: Duration) {
        let known = Known { projects: Arc::clone(projects), until: now + KNOWN_FOR };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
    }
}

impl App {
    /// The project of that ping key.
    pub async fn project_of_ping_key(&self, key: &str) -> AppResult<Option<Project>> {
        if key.is_empty() {
            return Ok(None);
        }
        let now = self.ports.clock.monotonic();
        if let Some(projects) = self.ping_keys.known(now) {
            return Ok(projects.get(key).cloned());
        }
        let all = self.ports.access.projects().await?;
        let projects: HashMap<_, _> =
            all.into_iter().map(|project| (project.ping_key.clone(), project)).collect();
        let projects = Arc::new(projects);
        self.ping_keys.keep(&projects, now);
        Ok(projects.get(key).cloned())
    }
}
