//! Incidents as they are answered: in short in lists, and in full with what happened and who was told.

use std::collections::BTreeMap;

use app::IncidentStory;
use domain::event::Resolution;
use domain::id::ChannelId;
use domain::{Event, Fact, IncidentRecord, Over};
use serde::Serialize;
use utoipa::ToSchema;

use super::scheduler::{shown, words};
use super::{AcknowledgedBody, DeliveryBody, documents};

/// An incident, open or over.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IncidentRecord)]
pub struct IncidentRecordBody {
    /// Its id: the receivers' key.
    #[schema(example = "inc_01h1v6gq3x8c5m9t2k7w4n0b6d")]
    pub id: String,
    /// The scheduler.
    #[schema(example = "billing-nightly")]
    pub scheduler_id: String,
    /// Its service then.
    pub service_name: String,
    /// Its job then.
    pub job_name: String,
    /// `unacknowledged` and `acknowledged` ones are open; or `resolved`.
    #[schema(example = "unacknowledged")]
    pub state: &'static str,
    /// How much it matters.
    #[schema(value_type = documents::Severity)]
    pub severity: &'static str,
    /// Everything that was wrong since it opened: `missed`, `overrun`, `stale`, `failing`.
    pub causes: Vec<&'static str>,
    /// Since when.
    #[schema(format = DateTime)]
    pub opened_at: String,
    /// When it was last decided that someone must hear.
    #[schema(format = DateTime)]
    pub alerted_at: String,
    /// How many steps of its escalation were taken.
    pub escalated: u32,
    /// Who looks after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<AcknowledgedBody>,
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<EndBody>,
}

/// How an incident ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IncidentEnd)]
pub struct EndBody {
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// `recovered`, `paused` (the scheduler was) or `deleted` (the scheduler was).
    #[schema(example = "recovered")]
    pub why: &'static str,
}

/// An incident in full.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IncidentStory)]
pub struct IncidentStoryBody {
    /// In short.
    #[serde(flatten)]
    pub incident: IncidentRecordBody,
    /// What happened, oldest first: at most the newest 500 entries.
    pub timeline: Vec<TimelineBody>,
    /// Whether the timeline is whole: entries beyond 500 are left out, and old ones are pruned with the history.
    pub timeline_is_whole: bool,
    /// Who was told of this incident alone, newest first: at most 100.
    pub deliveries: Vec<DeliveryBody>,
}

/// One thing that happened in an incident.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = TimelineEntry)]
pub struct TimelineBody {
    /// When it was concluded.
    #[schema(format = DateTime)]
    pub at: String,
    /// The event's place in the scheduler's log.
    pub version: u64,
    /// Its own story: `opened`, `widened`, `repeated`, `reminded`, `escalated`, `acknowledged`, `withdrawn`,
    /// `resolved`; and the bad marks: `failed`, `missed`, `stale`, `overrun`.
    #[schema(example = "opened")]
    pub what: &'static str,
    /// What is wrong as of then; of a widening, what came in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<&'static str>,
    /// Who acknowledged it, or withdrew that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Which step of the escalation was taken, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// Whom that step tells: names or ids of channels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// How it ended: `recovered` or `paused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'static str>,
    /// The run's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<u64>,
    /// What the job calls that run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// The beginning of the error text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// The command's exit code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
    /// When the run was last heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub heard_at: Option<String>,
    /// When the run's time was up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub due_at: Option<String>,
    /// The first slot that passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub first: Option<String>,
    /// The last slot that passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub last: Option<String>,
    /// How many slots passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
}

impl From<IncidentRecord> for IncidentRecordBody {
    fn from(incident: IncidentRecord) -> Self {
        let state = match (&incident.over, incident.heeded) {
            (Some(_), _) => "resolved",
            (None, true) => "acknowledged",
            (None, false) => "unacknowledged",
        };
        Self {
            id: incident.id.to_string(),
            scheduler_id: incident.key.id.to_string(),
            service_name: incident.service_name,
            job_name: incident.job_name,
            state,
            severity: incident.severity.as_str(),
            causes: words(incident.causes),
            opened_at: incident.opened_at.to_string(),
            alerted_at: incident.alerted_at.to_string(),
            escalated: incident.escalated,
            acknowledged: incident.acknowledged.as_ref().map(AcknowledgedBody::from),
            ended: incident.over.map(EndBody::from),
        }
    }
}

impl From<Over> for EndBody {
    fn from(over: Over) -> Self {
        Self { at: over.at.to_string(), why: over.why.as_str() }
    }
}

impl IncidentStoryBody {
    /// With what people call the channels.
    pub(crate) fn named(story: IncidentStory, names: &BTreeMap<ChannelId, String>) -> Self {
        let called = |delivery| DeliveryBody::named(delivery, names);
        Self {
            incident: story.incident.into(),
            timeline: story.timeline.entries.iter().map(TimelineBody::from).collect(),
            timeline_is_whole: story.timeline.is_whole,
            deliveries: story.deliveries.into_iter().map(called).collect(),
        }
    }
}

impl From<&Event> for TimelineBody {
    fn from(event: &Event) -> Self {
        let told = own(&event.fact).unwrap_or_else(|| mark(&event.fact));
        Self { at: event.at.to_string(), version: event.version, ..told }
    }
}

/// What belongs to the incident's own story.
fn own(fact: &Fact) -> Option<TimelineBody> {
    let what = |what, causes: &domain::CauseSet| TimelineBody {
        what,
        causes: words(*causes),
        ..TimelineBody::default()
    };
    Some(match fact {
        Fact::IncidentOpened { causes, .. } => what("opened", causes),
        Fact::IncidentWidened { entered, .. } => what("widened", entered),
        Fact::IncidentRepeated { causes } => what("repeated", causes),
        Fact::IncidentReminded { causes } => what("reminded", causes),
        Fact::IncidentEscalated { step, channels, causes, .. } => {
            TimelineBody { step: Some(*step), channels: channels.clone(), ..what("escalated", causes) }
        }
        Fact::IncidentAcknowledged { by, causes } => {
            TimelineBody { by: Some(by.clone()), ..what("acknowledged", causes) }
        }
        Fact::AcknowledgementWithdrawn { by } => {
            TimelineBody { what: "withdrawn", by: Some(by.clone()), ..TimelineBody::default() }
        }
        Fact::IncidentResolved { resolution, .. } => {
            let why = match resolution {
                Resolution::Recovered => "recovered",
                Resolution::Paused => "paused",
            };
            TimelineBody { what: "resolved", why: Some(why), ..TimelineBody::default() }
        }
        _ => return None,
    })
}

/// What caused it, or came on top.
fn mark(fact: &Fact) -> TimelineBody {
    let nothing = TimelineBody::default();
    match fact {
        Fact::RunFinished { run, report, run_id, .. } => TimelineBody {
            what: "failed",
            run: Some(run.0),
            run_id: run_id.as_ref().or(report.run_id.as_ref()).map(ToString::to_string),
            error_message: report.error.clone(),
            exit_code: report.exit_code,
            ..nothing
        },
        Fact::SlotsMissed(slots) => TimelineBody {
            what: "missed",
            first: shown(Some(slots.first)),
            last: shown(Some(slots.last)),
            count: Some(slots.count),
            ..nothing
        },
        Fact::RunWentStale { run, heard_at } => {
            TimelineBody { what: "stale", run: Some(run.0), heard_at: shown(Some(*heard_at)), ..nothing }
        }
        Fact::RunOverran { run, due } => {
            TimelineBody { what: "overrun", run: Some(run.0), due_at: shown(Some(*due)), ..nothing }
        }
        other => TimelineBody { what: other.kind(), ..nothing },
    }
}
