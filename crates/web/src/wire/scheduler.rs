//! A scheduler as it is answered. The first fourteen fields are the reference's, by name and order.

use app::SchedulerView;
use app::ports::Role;
use domain::config::Escalation;
use domain::scheduler::{Incident, OpenRun};
use domain::{Duration, Instant, Limit, Liveness, WhilePaused};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::documents::{Health, Status};
use super::schedule::ScheduleBody;
use crate::extract::Call;

/// A scheduler. Absent fields were never given, or have not happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Scheduler, example = json!({
    "scheduler_id": "billing-nightly", "service_name": "billing", "job_name": "nightly", "status": "completed",
    "health": "healthy", "timestamp": "2024-01-15T01:30:00.000Z", "execution_time_ms": 90500,
    "last_heartbeat": "2024-01-15T01:30:00.120Z", "created_at": "2024-01-01T00:00:00.000Z",
    "updated_at": "2024-01-15T01:30:00.120Z", "owner_email": "ops@example.com",
    "schedule": { "cron": "0 2 * * *", "timezone": "Asia/Jakarta" },
    "expected_at": "2024-01-15T19:00:00.000Z", "deadline_at": "2024-01-15T20:00:00.000Z", "open_runs": [],
    "consecutive_failures": 0, "version": 31
}))]
pub struct SchedulerBody {
    /// What the client calls it.
    pub scheduler_id: String,
    /// The service the job belongs to.
    pub service_name: String,
    /// The job.
    pub job_name: String,
    /// The last reported status.
    #[schema(value_type = Status)]
    pub status: &'static str,
    /// What we conclude.
    #[schema(value_type = Health)]
    pub health: &'static str,
    /// The last report, by the job's clock; at most when it came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub timestamp: Option<String>,
    /// How long the last report's run took by the job's own measure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_time_ms: Option<i64>,
    /// The last report's error text; none after `completed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// The last report's metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Map<String, Value>>,
    /// When it was last heard, by heartbeat or report.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub last_heartbeat: Option<String>,
    /// When it was registered.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When its last event happened.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// Whom to write to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_email: Option<String>,
    /// The Slack user to mention.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert_user_id: Option<String>,
    /// What it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// When it is expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleBody>,
    /// How long a run may be open; `off`, or 24 h where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2h")]
    pub max_runtime: Option<String>,
    /// How long an open run may be silent; `off`, or the server's own where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "5m")]
    pub heartbeat_timeout: Option<String>,
    /// Failed runs in a row that are `failing`; 1 where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_threshold: Option<u32>,
    /// Completed runs after a failure that end an incident; 1 where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_threshold: Option<u32>,
    /// Slots missed in a row that are `missed`; 1 where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed_threshold: Option<u32>,
    /// How long after an alert a further bad mark is told again; 1 h where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub realert_after: Option<String>,
    /// How often an open incident is told again; never where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remind_every: Option<String>,
    /// Names or ids of its channels; the project's default channels where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<Vec<String>>,
    /// How much its alerts matter: `info`, `warning`, `error`, `critical`; by their cause where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "critical")]
    pub severity: Option<&'static str>,
    /// Who else is told while nobody acknowledges; the server's own where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Vec<EscalationBody>>,
    /// The schedulers it depends on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// Where it is heard without a key: a secret, not for viewers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://punctual.example.org/ping/5e0b9d3c-7f7c-4a5b-9d53-1d3e4d0c2f11")]
    pub ping_url: Option<String>,
    /// The same for mails, where the server takes them: a secret, not for viewers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "5e0b9d3c-7f7c-4a5b-9d53-1d3e4d0c2f11@ping.example.org")]
    pub ping_email: Option<String>,
    /// By what the project's ping key names it; its id where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Tokens of other products by which it is heard: secrets, not for viewers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// What becomes of reports while it is paused: `record` (where absent), `resume`, `ignore`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub while_paused: Option<&'static str>,
    /// The first slot that is not met.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub expected_at: Option<String>,
    /// When something would next be concluded to be wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub deadline_at: Option<String>,
    /// The runs that are open, oldest first; at most 20.
    pub open_runs: Vec<OpenRunBody>,
    /// Failed runs in a row.
    pub consecutive_failures: u32,
    /// The open incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentBody>,
    /// Since when it is paused; absent where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub paused_since: Option<String>,
    /// Until when it is paused; until someone resumes it, where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub paused_until: Option<String>,
    /// How many events it has had.
    pub version: u64,
    /// Fields of the last report that were cut to size.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<String>,
    /// Advice where limits do not fit what was seen: in the answer to a registration or a change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// In the answer to a dry run: whether it would be other than before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<bool>,
    #[serde(skip)]
    pub(crate) config_version: u64,
}

/// One step of an escalation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Escalation)]
pub struct EscalationBody {
    /// How long after the incident's opening.
    #[schema(example = "15m")]
    pub after: String,
    /// Names or ids of channels.
    pub channels: Vec<String>,
}

impl From<&Escalation> for EscalationBody {
    fn from(step: &Escalation) -> Self {
        Self { after: step.after.to_string(), channels: step.channels.clone() }
    }
}

/// A run that is open.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenRun)]
pub struct OpenRunBody {
    /// Its number.
    pub run: u64,
    /// What the job calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// When it started.
    #[schema(format = DateTime)]
    pub started_at: String,
    /// When it was last heard, by heartbeat or report.
    #[schema(format = DateTime)]
    pub last_seen: String,
    /// When it was found silent for too long.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub stale_at: Option<String>,
    /// When it was found open for too long.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub overran_at: Option<String>,
}

/// The open incident of a scheduler.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Incident)]
pub struct IncidentBody {
    /// Its id: the receivers' key.
    #[schema(example = "inc_01h1v6gq3x8c5m9t2k7w4n0b6d")]
    pub id: String,
    /// Since when.
    #[schema(format = DateTime)]
    pub opened_at: String,
    /// Everything that was wrong since: `missed`, `overrun`, `stale`, `failing`.
    pub causes: Vec<&'static str>,
    /// Who looks after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<AcknowledgedBody>,
}

/// Who looks after an incident.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Acknowledgement)]
pub struct AcknowledgedBody {
    /// Who.
    pub by: String,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// What was wrong then; a new cause alerts again.
    pub causes: Vec<&'static str>,
}

impl SchedulerBody {
    /// With the advice of the view.
    pub(crate) fn with_hints(view: SchedulerView) -> Self {
        let hints = view.hints.clone();
        Self { hints, ..Self::from(view) }
    }
}

impl SchedulerBody {
    /// As that caller may see it: addresses in full, or not at all.
    #[must_use]
    pub(crate) fn shown_to(mut self, call: &Call) -> Self {
        let domain = call.state.settings().mail_domain.as_ref();
        self.ping_email = self.ping_email.zip(domain).map(|(local, domain)| format!("{local}@{domain}"));
        if call.caller.role == Role::Viewer {
            self.ping_url = None;
            self.ping_email = None;
            self.aliases.clear();
        } else if let (Some(path), Some(base)) = (&mut self.ping_url, &call.state.settings().public_url) {
            path.insert_str(0, base.trim_end_matches('/'));
        }
        self
    }
}

impl From<SchedulerView> for SchedulerBody {
    fn from(view: SchedulerView) -> Self {
        let (config, state) = (view.scheduler.config.clone(), &view.scheduler.state);
        let last = state.last_report.as_ref();
        Self {
            scheduler_id: view.scheduler.key.id.to_string(),
            service_name: config.service_name.clone(),
            job_name: config.job_name.clone(),
            status: view.scheduler.status().as_str(),
            health: view.health.as_str(),
            timestamp: last.map(|report| report.timestamp.to_string()),
            execution_time_ms: last.and_then(|report| report.execution_time).map(Duration::as_millis),
            error_message: view.payload.error_message,
            metadata: view.payload.metadata,
            last_heartbeat: shown(view.last_heartbeat),
            created_at: state.created_at.to_string(),
            updated_at: state.updated_at.to_string(),
            owner_email: config.owner_email.clone(),
            alert_user_id: config.alert_user_id.clone(),
            description: config.description.clone(),
            tags: config.tags.clone(),
            schedule: config.schedule.as_ref().map(ScheduleBody::from),
            max_runtime: config.max_runtime.map(limit),
            heartbeat_timeout: config.heartbeat_timeout.map(limit),
            failure_threshold: config.failure_threshold,
            recovery_threshold: config.recovery_threshold,
            missed_threshold: config.missed_threshold,
            realert_after: config.realert_after.map(limit),
            remind_every: config.remind_every.map(limit),
            channels: config.channels.clone(),
            severity: config.severity.map(domain::Severity::as_str),
            escalation: config
                .escalation
                .as_ref()
                .map(|steps| steps.iter().map(EscalationBody::from).collect()),
            depends_on: config.depends_on.iter().map(ToString::to_string).collect(),
            ping_url: config.ping_id.as_ref().map(|id| format!("/ping/{id}")),
            ping_email: config.ping_id.as_ref().map(ToString::to_string),
            slug: config.slug.clone(),
            aliases: config.aliases.clone(),
            while_paused: config.while_paused.map(WhilePaused::as_str),
            expected_at: shown(state.expected.filter(|_| state.paused.is_none())),
            deadline_at: shown(view.deadline_at),
            open_runs: state.runs.iter().map(|run| OpenRunBody::of(run, &view.liveness)).collect(),
            consecutive_failures: state.failures,
            incident: state.incident.as_ref().map(IncidentBody::from),
            paused_since: state.paused.map(|pause| pause.since.to_string()),
            paused_until: shown(state.paused.and_then(|pause| pause.until)),
            version: view.scheduler.version,
            cut: view.payload.cut,
            hints: Vec::new(),
            changed: None,
            config_version: state.config_version,
        }
    }
}

impl OpenRunBody {
    fn of(run: &OpenRun, liveness: &Liveness) -> Self {
        Self {
            run: run.no.0,
            run_id: run.run_id.as_ref().map(ToString::to_string),
            started_at: run.started_at.to_string(),
            last_seen: liveness.heard(run).to_string(),
            stale_at: shown(run.stale_at),
            overran_at: shown(run.overran_at),
        }
    }
}

impl From<&Incident> for IncidentBody {
    fn from(incident: &Incident) -> Self {
        Self {
            id: incident.id.to_string(),
            opened_at: incident.opened_at.to_string(),
            causes: words(incident.causes),
            acknowledged: incident.acknowledged.as_ref().map(AcknowledgedBody::from),
        }
    }
}

/// The words of causes, least bad first.
pub(super) fn words(causes: domain::CauseSet) -> Vec<&'static str> {
    causes.iter().map(domain::Cause::as_str).collect()
}

impl From<&domain::scheduler::Acknowledged> for AcknowledgedBody {
    fn from(acknowledged: &domain::scheduler::Acknowledged) -> Self {
        Self {
            by: acknowledged.by.clone(),
            at: acknowledged.at.to_string(),
            causes: words(acknowledged.causes),
        }
    }
}

pub(super) fn shown(instant: Option<Instant>) -> Option<String> {
    instant.map(|instant| instant.to_string())
}

fn limit(limit: Limit) -> String {
    limit.duration().map_or_else(|| "off".to_owned(), |length| length.to_string())
}
