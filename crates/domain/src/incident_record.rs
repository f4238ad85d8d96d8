//! An incident as it is listed: what outlives the scheduler's own state, kept beside the log and derived from it.

use serde::{Deserialize, Serialize};

use crate::event::{Event, Fact, Resolution};
use crate::evolve::apply;
use crate::id::{IncidentId, SchedulerKey};
use crate::incident::CauseSet;
use crate::scheduler::{Acknowledged, Incident, Scheduler};
use crate::severity::Severity;
use crate::time::Instant;

/// An incident, open or over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentRecord {
    /// Its id.
    pub id: IncidentId,
    /// The scheduler.
    pub key: SchedulerKey,
    /// Which of its lives.
    pub incarnation: u32,
    /// Its service then.
    pub service_name: String,
    /// Its job then.
    pub job_name: String,
    /// How much it matters.
    pub severity: Severity,
    /// Since when.
    pub opened_at: Instant,
    /// The event that opened it.
    pub opened_version: u64,
    /// When someone was last told.
    pub alerted_at: Instant,
    /// Everything that was wrong.
    pub causes: CauseSet,
    /// Who looks after it, or after what was wrong before more was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledged>,
    /// Whether someone looks after all that was wrong at its last event.
    #[serde(default)]
    pub heeded: bool,
    /// How many steps of its escalation were taken.
    #[serde(default)]
    pub escalated: u32,
    /// How and when it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Over>,
}

/// The end of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    /// When.
    pub at: Instant,
    /// The last event of it.
    pub version: u64,
    /// Why.
    pub why: Ended,
}

/// Why an incident ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Nothing was wrong any more.
    Recovered,
    /// The scheduler was paused.
    Paused,
    /// The scheduler was deleted.
    Deleted,
}

impl Ended {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recovered => "recovered",
            Self::Paused => "paused",
            Self::Deleted => "deleted",
        }
    }
}

impl IncidentRecord {
    fn of(scheduler: &Scheduler, incident: &Incident) -> Self {
        let config = &scheduler.config;
        Self {
            id: incident.id.clone(),
            key: scheduler.key.clone(),
            incarnation: scheduler.incarnation,
            service_name: config.service_name.clone(),
            job_name: config.job_name.clone(),
            severity: config.severity(incident.causes.worst()),
            opened_at: incident.opened_at,
            opened_version: incident.opened_version,
            alerted_at: incident.alerted_at,
            causes: incident.causes,
            acknowledged: incident.acknowledged.clone(),
            heeded: incident.is_heeded(scheduler.causes()),
            escalated: incident.escalated,
            over: None,
        }
    }
}

/// The incidents that events changed, as they are after them: few, and none where nothing was wrong. A new configuration
/// changes whose an open one is, and how much it matters.
pub fn touched_incidents(before: &Scheduler, events: &[Event]) -> Vec<IncidentRecord> {
    let is_news = |fact: &Fact| is_about_one(fact) || matches!(fact, Fact::Configured { .. });
    if !events.iter().any(|event| is_news(&event.fact)) {
        return Vec::new();
    }
    let mut touched: Vec<IncidentRecord> = Vec::new();
    let mut standing = before.clone();
    for event in events {
        let open_before = standing.state.incident.clone();
        apply(&mut standing, event);
        let Some(incident) = standing.state.incident.as_ref().or(open_before.as_ref()) else { continue };
        if !is_news(&event.fact) {
            continue;
        }
        let record = IncidentRecord { over: over(event), ..IncidentRecord::of(&standing, incident) };
        touched.retain(|known| known.id != record.id);
        touched.push(record);
    }
    touched
}

/// The open incident of a scheduler that is deleted.
pub fn orphaned_incident(scheduler: &Scheduler, now: Instant) -> Option<IncidentRecord> {
    let incident = scheduler.state.incident.as_ref()?;
    let over = Over { at: now, version: scheduler.version, why: Ended::Deleted };
    Some(IncidentRecord { over: Some(over), ..IncidentRecord::of(scheduler, incident) })
}

fn over(event: &Event) -> Option<Over> {
    let Fact::IncidentResolved { resolution, .. } = &event.fact else { return None };
    let why = match resolution {
        Resolution::Recovered => Ended::Recovered,
        Resolution::Paused => Ended::Paused,
    };
    Some(Over { at: event.at, version: event.version, why })
}

/// Whether an event belongs to an incident's own story.
pub const fn is_about_one(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::IncidentOpened { .. }
            | Fact::IncidentWidened { .. }
            | Fact::IncidentRepeated { .. }
            | Fact::IncidentReminded { .. }
            | Fact::IncidentEscalated { .. }
            | Fact::IncidentAcknowledged { .. }
            | Fact::AcknowledgementWithdrawn { .. }
            | Fact::IncidentResolved { .. }
    )
}
