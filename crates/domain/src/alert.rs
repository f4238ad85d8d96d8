//! The decision that someone must hear, as data: what happened, said completely, so that whoever delivers it needs to
//! look nothing up. Who hears it, and how, is not known here.

use serde::{Deserialize, Serialize};

use crate::event::{Event, Fact, Resolution};
use crate::evolve::apply;
use crate::id::{AlertId, IncidentId, RunId, SchedulerId, SchedulerKey};
use crate::incident::{Cause, CauseSet};
use crate::report::{Outcome, Status};
use crate::scheduler::{Incident, Missed, Scheduler};
use crate::severity::Severity;
use crate::time::{Duration, Instant};

/// Why someone must hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// Something went wrong where all was well.
    Opened,
    /// Something else went wrong as well.
    Widened,
    /// The same thing went wrong again.
    Repeated,
    /// It is still so, and people asked to be reminded.
    Reminded,
    /// Nobody has said that they look after it: others are told as well.
    Escalated,
    /// It is over.
    Resolved,
    /// Nobody watches any more: receivers that keep an open alert close it, nobody is told.
    Dropped,
}

impl AlertKind {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Widened => "widened",
            Self::Repeated => "repeated",
            Self::Reminded => "reminded",
            Self::Escalated => "escalated",
            Self::Resolved => "resolved",
            Self::Dropped => "dropped",
        }
    }
}

/// Someone must hear of this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Unique, and the same whenever it is decided again.
    pub id: AlertId,
    /// The scheduler it is about.
    pub key: SchedulerKey,
    /// Which of its lives.
    pub incarnation: u32,
    /// The incident it belongs to: what receivers join repeats and resolution by.
    pub incident: IncidentId,
    /// Why someone must hear.
    pub kind: AlertKind,
    /// When it was decided.
    pub at: Instant,
    /// Since when the incident is open.
    pub opened_at: Instant,
    /// What is wrong; of a resolution, everything that was wrong.
    pub causes: CauseSet,
    /// What is new and worst, or worst of all where nothing is new.
    pub cause: Option<Cause>,
    /// How much it matters.
    #[serde(default)]
    pub severity: Severity,
    /// The rest of the story.
    pub story: Story,
}

/// What a reader wants to know besides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Story {
    /// The service.
    pub service_name: String,
    /// The job.
    pub job_name: String,
    /// Its status then.
    pub status: Status,
    /// The beginning of the error text of the run that failed just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The exit code of the run that failed just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
    /// How long the run took that ended just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<Duration>,
    /// Failed runs in a row.
    pub failures: u32,
    /// Slots missed in a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed: Option<Missed>,
    /// The run that is silent or open for too long, or that ended just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// When that run began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Instant>,
    /// When it was last heard, where it is silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard_at: Option<Instant>,
    /// The limit on its running time, where it is over that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_runtime: Option<Duration>,
    /// When a run is expected next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Instant>,
    /// The Slack user to mention.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert_user_id: Option<String>,
    /// Whom to write to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_email: Option<String>,
    /// Its labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The channels it names; the project's default channels where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<Vec<String>>,
    /// The schedulers it depends on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<SchedulerId>,
    /// Of an escalation: who else is told, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalated: Option<Escalated>,
}

/// A step of escalation that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalated {
    /// Which, from 1.
    pub step: u32,
    /// How long nobody had said that they look after it.
    pub after: Duration,
    /// The channels that are told.
    pub channels: Vec<String>,
}

/// Who must hear of what was decided (not yet: who). `before` is the scheduler before the events, `after` after them.
pub fn react(before: &Scheduler, after: &Scheduler, events: &[Event]) -> Vec<Alert> {
    let mut alerts = Vec::new();
    let mut standing = before.clone();
    for event in events {
        let incident_before = standing.state.incident.clone();
        apply(&mut standing, event);
        let Some(incident) = standing.state.incident.clone().or(incident_before) else { continue };
        let Some((kind, causes, entered)) = said(event, &incident) else { continue };
        let cause = entered.worst().or(causes.worst());
        alerts.push(Alert {
            id: AlertId::trusted(format!("{}-{}", incident.id, event.version)),
            key: after.key.clone(),
            incarnation: after.incarnation,
            incident: incident.id,
            kind,
            at: event.at,
            opened_at: incident.opened_at,
            causes,
            cause,
            severity: after.config.severity(causes.worst()),
            story: Story { escalated: escalated(event), ..story(before, after, events) },
        });
    }
    alerts
}

/// What receivers must hear when a scheduler with an open incident is deleted.
pub fn react_to_deletion(scheduler: &Scheduler, now: Instant) -> Option<Alert> {
    let incident = scheduler.state.incident.as_ref()?;
    Some(Alert {
        id: AlertId::trusted(format!("{}-deleted", incident.id)),
        key: scheduler.key.clone(),
        incarnation: scheduler.incarnation,
        incident: incident.id.clone(),
        kind: AlertKind::Dropped,
        at: now,
        opened_at: incident.opened_at,
        causes: incident.causes,
        cause: incident.causes.worst(),
        severity: scheduler.config.severity(incident.causes.worst()),
        story: story(scheduler, scheduler, &[]),
    })
}

/// Why, what is wrong, and what of it is new.
fn said(event: &Event, incident: &Incident) -> Option<(AlertKind, CauseSet, CauseSet)> {
    Some(match &event.fact {
        Fact::IncidentOpened { causes, .. } => (AlertKind::Opened, *causes, *causes),
        Fact::IncidentWidened { entered, causes } => (AlertKind::Widened, *causes, *entered),
        Fact::IncidentRepeated { causes } => (AlertKind::Repeated, *causes, CauseSet::default()),
        Fact::IncidentReminded { causes } => (AlertKind::Reminded, *causes, CauseSet::default()),
        Fact::IncidentEscalated { causes, .. } => (AlertKind::Escalated, *causes, CauseSet::default()),
        Fact::IncidentResolved { resolution, .. } => {
            let kind = match resolution {
                Resolution::Recovered => AlertKind::Resolved,
                Resolution::Paused => AlertKind::Dropped,
            };
            (kind, incident.causes, CauseSet::default())
        }
        _ => return None,
    })
}

fn escalated(event: &Event) -> Option<Escalated> {
    let Fact::IncidentEscalated { step, after, channels, .. } = &event.fact else { return None };
    Some(Escalated { step: *step, after: *after, channels: channels.clone() })
}

fn story(before: &Scheduler, after: &Scheduler, events: &[Event]) -> Story {
    let config = &after.config;
    let mut story = Story {
        service_name: config.service_name.clone(),
        job_name: config.job_name.clone(),
        status: after.status(),
        failures: after.state.failures.max(before.state.failures),
        missed: after.state.missed.clone().or_else(|| before.state.missed.clone()),
        expected: after.state.expected,
        alert_user_id: config.alert_user_id.clone(),
        owner_email: config.owner_email.clone(),
        tags: config.tags.clone(),
        channels: config.channels.clone(),
        depends_on: config.depends_on.clone(),
        ..Story::default()
    };
    tell_run(&mut story, after);
    for event in events {
        tell(&mut story, before, event);
    }
    story
}

/// The run that is bad now, for alerts that come without an event of its own.
fn tell_run(story: &mut Story, after: &Scheduler) {
    let bad = after.state.runs.iter().find(|run| run.stale_at.or(run.overran_at).is_some());
    if let Some(run) = bad {
        story.run_id.clone_from(&run.run_id);
        story.started_at = Some(run.started_at);
        story.max_runtime = run.overran_at.and(after.config.max_runtime());
    }
}

fn tell(story: &mut Story, before: &Scheduler, event: &Event) {
    match &event.fact {
        Fact::RunFinished { report, outcome, run_id, started_at, duration, .. } => {
            story.run_id = run_id.clone().or_else(|| report.run_id.clone());
            story.started_at = *started_at;
            story.duration = *duration;
            if *outcome == Outcome::Failed {
                story.error.clone_from(&report.error);
                story.exit_code = report.exit_code;
            }
        }
        Fact::RunWentStale { run, heard_at } => {
            story.heard_at = Some(*heard_at);
            if let Some(run) = before.run(*run) {
                story.run_id.clone_from(&run.run_id);
                story.started_at = Some(run.started_at);
            }
        }
        Fact::RunOverran { run, .. } => {
            story.max_runtime = before.config.max_runtime();
            if let Some(run) = before.run(*run) {
                story.run_id.clone_from(&run.run_id);
                story.started_at = Some(run.started_at);
            }
        }
        _ => {}
    }
}
