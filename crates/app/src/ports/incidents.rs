//! Incidents, open and over, as people look for them. They are written with the commits that change them.

use async_trait::async_trait;
use domain::id::IncidentId;
use domain::{IncidentRecord, Instant, ProjectId, SchedulerId};

use super::{Page, StoreResult};

/// Incidents, open and over.
#[async_trait]
pub trait Incidents: Send + Sync {
    /// The incident of an id, of any project.
    async fn incident(&self, id: &IncidentId) -> StoreResult<Option<IncidentRecord>>;

    /// Incidents of a project, newest first. A page may hold fewer than asked for, or none, and still have a next one.
    async fn incidents(
        &self,
        project: &ProjectId,
        query: &IncidentQuery,
    ) -> StoreResult<Page<IncidentRecord>>;

    /// How many are open, over all projects.
    async fn open_incidents(&self) -> StoreResult<u64>;

    /// Forgets incidents that ended before an instant, at most `limit`; answers how many.
    async fn prune_incidents(&self, before: Instant, limit: usize) -> StoreResult<usize>;
}

/// Which incidents. `None` filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IncidentQuery {
    /// How they stand.
    pub state: Option<IncidentState>,
    /// Only of this scheduler.
    pub scheduler: Option<SchedulerId>,
    /// Only of this service.
    pub service: Option<String>,
    /// Only of these services: what the asker may see. `None` is all.
    pub services: Option<Vec<String>>,
    /// How many, 1..=1000.
    pub limit: usize,
    /// Where to go on.
    pub cursor: Option<String>,
}

impl IncidentQuery {
    /// Whether it asks for an incident.
    pub fn wants(&self, incident: &IncidentRecord) -> bool {
        self.state.is_none_or(|state| state.holds(incident))
            && self.scheduler.as_ref().is_none_or(|id| *id == incident.key.id)
            && self.service.as_ref().is_none_or(|service| *service == incident.service_name)
            && self.services.as_ref().is_none_or(|services| services.contains(&incident.service_name))
    }
}

/// How an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncidentState {
    /// It is open, whether someone looks after it or not.
    Open,
    /// It is open, and nobody looks after it.
    Unacknowledged,
    /// It is open, and someone looks after it.
    Acknowledged,
    /// It is over.
    Resolved,
}

impl IncidentState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Unacknowledged, Self::Acknowledged, Self::Resolved];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Unacknowledged => "unacknowledged",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
        }
    }

    /// The state of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether an incident stands so.
    pub fn holds(self, incident: &IncidentRecord) -> bool {
        let (open, heeded) = (incident.over.is_none(), incident.heeded);
        match self {
            Self::Open => open,
            Self::Unacknowledged => open && !heeded,
            Self::Acknowledged => open && heeded,
            Self::Resolved => !open,
        }
    }
}
