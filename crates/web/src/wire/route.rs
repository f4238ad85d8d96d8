//! Who would hear of a scheduler, as it is answered.

use app::Route;
use app::explain::{By, CauseRoute, Hearer, Step, UnderMaintenance, Upstream};
use serde::Serialize;
use utoipa::ToSchema;

use super::documents;
use super::scheduler::shown;

/// Who would hear of a scheduler now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Route)]
pub struct RouteBody {
    /// The scheduler.
    #[schema(example = "billing-nightly")]
    pub scheduler_id: String,
    /// As of when.
    #[schema(format = DateTime)]
    pub at: String,
    /// Since when it is paused: nothing is judged, and so nobody hears.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub paused_since: Option<String>,
    /// The maintenance that holds now: everybody hears when it is over, of what is wrong still.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<UnderMaintenanceBody>,
    /// The incident upstream that is open now: its own would be told as part of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream: Option<UpstreamBody>,
    /// How often an unacknowledged incident is told again though nothing is new; never where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "4h")]
    pub remind_every: Option<String>,
    /// How long after an alert a further bad mark is told again; never where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "1h")]
    pub realert_after: Option<String>,
    /// By what goes wrong, worst first.
    pub causes: Vec<CauseRouteBody>,
}

/// Maintenance that holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UnderMaintenance)]
pub struct UnderMaintenanceBody {
    /// When it is over, with the windows that follow upon one another.
    #[schema(format = DateTime)]
    pub until: String,
    /// The windows that hold now, by name.
    pub windows: Vec<String>,
}

/// An incident upstream.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Upstream)]
pub struct UpstreamBody {
    /// The incident.
    pub incident: String,
    /// Its scheduler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduler_id: Option<String>,
}

/// Who would hear of one cause.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CauseRoute)]
pub struct CauseRouteBody {
    /// `failing`, `stale`, `overrun` or `missed`.
    #[schema(example = "failing")]
    pub cause: &'static str,
    /// How much it matters.
    #[schema(value_type = documents::Severity)]
    pub severity: &'static str,
    /// At the opening, and then with each step of the escalation while nobody acknowledges.
    pub steps: Vec<StepBody>,
}

/// Who would hear at one time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RouteStep)]
pub struct StepBody {
    /// How long after the opening; absent at the opening.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "15m")]
    pub after: Option<String>,
    /// Where the names come from: `own` (the scheduler's list), `rules`, `defaults` or `escalation`.
    #[schema(example = "rules")]
    pub by: &'static str,
    /// The rules that apply, by name, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Names that no channel has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// Who hears; nobody where it is empty.
    pub hearers: Vec<HearerBody>,
}

/// One channel that would hear.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hearer)]
pub struct HearerBody {
    /// The channel.
    #[schema(example = "ops")]
    pub channel: String,
    /// What people call it.
    #[schema(example = "ops")]
    pub name: String,
    /// Which kind.
    #[schema(example = "slack")]
    pub kind: &'static str,
    /// Given where its quiet hours hold now, and this waits for their end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub quiet_until: Option<String>,
    /// Why it is switched off, where it is: it hears nothing then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<String>,
    /// Given where it is a default channel that stands in: none of those named is there and switched on.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stands_in: bool,
}

impl From<Route> for RouteBody {
    fn from(route: Route) -> Self {
        Self {
            scheduler_id: route.scheduler.to_string(),
            at: route.at.to_string(),
            paused_since: shown(route.paused_since),
            maintenance: route.maintenance.map(UnderMaintenanceBody::from),
            upstream: route.upstream.map(UpstreamBody::from),
            remind_every: route.remind_every.map(|every| every.to_string()),
            realert_after: route.realert_after.map(|after| after.to_string()),
            causes: route.causes.into_iter().map(CauseRouteBody::from).collect(),
        }
    }
}

impl From<UnderMaintenance> for UnderMaintenanceBody {
    fn from(maintenance: UnderMaintenance) -> Self {
        Self { until: maintenance.until.to_string(), windows: maintenance.windows }
    }
}

impl From<Upstream> for UpstreamBody {
    fn from(upstream: Upstream) -> Self {
        Self {
            incident: upstream.incident.to_string(),
            scheduler_id: upstream.scheduler.map(|id| id.to_string()),
        }
    }
}

impl From<CauseRoute> for CauseRouteBody {
    fn from(route: CauseRoute) -> Self {
        Self {
            cause: route.cause.as_str(),
            severity: route.severity.as_str(),
            steps: route.steps.into_iter().map(StepBody::from).collect(),
        }
    }
}

impl From<Step> for StepBody {
    fn from(step: Step) -> Self {
        Self {
            after: step.after.map(|after| after.to_string()),
            by: step.by.as_str(),
            rules: if let By::Rules(rules) = step.by { rules } else { Vec::new() },
            unknown: step.unknown,
            hearers: step.hearers.into_iter().map(HearerBody::from).collect(),
        }
    }
}

impl From<Hearer> for HearerBody {
    fn from(hearer: Hearer) -> Self {
        Self {
            channel: hearer.channel.to_string(),
            name: hearer.name,
            kind: hearer.kind,
            quiet_until: shown(hearer.quiet_until),
            disabled: hearer.disabled,
            stands_in: hearer.stands_in,
        }
    }
}
