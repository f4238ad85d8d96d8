//! An entry of the history as it is answered: a job's report, or what we concluded.

use app::ports::HistoryEntry;
use domain::event::{Fact, Slots};
use domain::history::{Entry, entry};
use domain::report::ReportFacts;
use domain::{Duration, Origin, SchedulerId};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::documents::Status;
use super::scheduler::shown;

/// One entry of a history. Reports have a `status`; what we concluded (`include=system`) has a `kind`.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = HistoryEntry, example = json!({
    "id": "31", "scheduler_id": "billing-nightly", "status": "completed", "timestamp": "2024-01-15T01:30:00.000Z",
    "received_at": "2024-01-15T01:30:00.120Z", "execution_time_ms": 90500, "run_id": "2024-01-15", "exit_code": 0
}))]
pub struct HistoryBody {
    /// The version of its event.
    pub id: String,
    /// The scheduler.
    pub scheduler_id: String,
    /// What we concluded: `missed`, `stale`, `overrun`, `recovered`, `skipped`, `unobserved`, `conflict`, `abandoned`;
    /// and what was only written down: `log`, `ignored`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// What the job reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Status>)]
    pub status: Option<&'static str>,
    /// When, by the job's clock and at most when it came in; of what we concluded: when we did.
    #[schema(format = DateTime)]
    pub timestamp: String,
    /// The job's own time where it lay in our future: its clock is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub timestamp_as_sent: Option<String>,
    /// When the report came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub received_at: Option<String>,
    /// How long the run took by the job's own measure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_time_ms: Option<i64>,
    /// The error text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// Whatever the job wanted to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Map<String, Value>>,
    /// The run that the report named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// The command's exit code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
    /// How many bytes of what the job printed are kept; `/schedulers/{id}/output/{version}` has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_bytes: Option<u64>,
    /// How it came in, where it did not come by this API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<OriginBody>,
    /// Fields that were cut to size.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<String>,
    /// The number of the run, of what we concluded about a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<u64>,
    /// The incident that ended, of `recovered`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// The slots, of `missed`, `skipped` and `unobserved`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slots: Option<SlotsBody>,
}

/// How a message came in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Origin)]
pub struct OriginBody {
    /// Whose language it spoke: `ping`, `sentry` …
    #[schema(example = "ping")]
    pub dialect: String,
    /// `http`, `https` or `email`.
    #[schema(example = "https")]
    pub scheme: String,
    /// The method of HTTP.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(example = "POST")]
    pub method: String,
    /// The address it came from.
    #[schema(example = "203.0.113.7")]
    pub remote_addr: String,
    /// What sent it.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(example = "curl/8.5.0")]
    pub user_agent: String,
    /// The environment that it named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

impl From<Origin> for OriginBody {
    fn from(origin: Origin) -> Self {
        let Origin { dialect, scheme, method, remote_addr, user_agent, environment } = origin;
        Self { dialect, scheme, method, remote_addr, user_agent, environment }
    }
}

/// Slots that share a verdict.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Slots)]
pub struct SlotsBody {
    /// The first.
    #[schema(format = DateTime)]
    pub first: String,
    /// The last.
    #[schema(format = DateTime)]
    pub last: String,
    /// How many.
    pub count: u32,
}

impl HistoryBody {
    pub(crate) fn of(id: &SchedulerId, line: HistoryEntry) -> Self {
        let fact = &line.event.fact;
        let (kind, status) = match entry(fact) {
            Some(Entry::System(kind)) => {
                (Some(kind), fact.reported_status().filter(|_| fact.report().is_some()))
            }
            Some(Entry::Report(status)) => (None, Some(status)),
            None => (None, None),
        };
        let concluded = Self {
            id: line.event.version.to_string(),
            scheduler_id: id.to_string(),
            kind,
            status: status.map(domain::Status::as_str),
            timestamp: line.event.at.to_string(),
            error_message: line.payload.error_message,
            metadata: line.payload.metadata,
            output_bytes: Some(line.payload.output_bytes).filter(|bytes| *bytes > 0),
            origin: line.payload.origin.map(|origin| (*origin).into()),
            cut: line.payload.cut,
            run: kind.and_then(|_| run(fact)),
            incident: incident(fact),
            slots: slots(fact),
            ..Self::default()
        };
        match fact.report() {
            Some(report) => concluded.reported(report),
            None => concluded,
        }
    }

    fn reported(self, report: &ReportFacts) -> Self {
        Self {
            timestamp: report.timestamp.min(report.received_at).to_string(),
            timestamp_as_sent: shown(report.future.then_some(report.timestamp)),
            received_at: Some(report.received_at.to_string()),
            execution_time_ms: report.execution_time.map(Duration::as_millis),
            run_id: report.run_id.as_ref().map(ToString::to_string),
            exit_code: report.exit_code,
            ..self
        }
    }
}

const fn run(fact: &Fact) -> Option<u64> {
    match fact {
        Fact::RunWentStale { run, .. } | Fact::RunOverran { run, .. } | Fact::RunAbandoned { run, .. } => {
            Some(run.0)
        }
        _ => None,
    }
}

fn incident(fact: &Fact) -> Option<String> {
    match fact {
        Fact::IncidentResolved { incident, .. } => Some(incident.to_string()),
        _ => None,
    }
}

fn slots(fact: &Fact) -> Option<SlotsBody> {
    let (Fact::SlotsMissed(slots) | Fact::SlotsSkipped(slots) | Fact::SlotsUnobserved(slots)) = fact else {
        return None;
    };
    let Slots { first, last, count, .. } = slots;
    Some(SlotsBody { first: first.to_string(), last: last.to_string(), count: *count })
}
