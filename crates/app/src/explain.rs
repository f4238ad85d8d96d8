//! Who would hear of a scheduler, and why. Each answer is what the router would plan for an alert that opens an incident
//! now (or takes a step of its escalation): nothing is decided here, so that it cannot disagree.
//!
//! Storms are left out: whether one comes cannot be known.

use domain::id::{AlertId, ChannelId, IncidentId};
use domain::routing::Hearers;
use domain::{
    Alert, AlertKind, Cause, CauseSet, Duration, Escalated, Instant, Scheduler, SchedulerId, Severity, Story,
};

use crate::app::App;
use crate::caller::Caller;
use crate::error::AppResult;
use crate::plan::{Situation, behind_maintenance, plan};
use crate::ports::Channel;
use crate::roles::router::situation::{self, hearers_of};
use crate::rules::unknown;
use crate::setup::ProjectSetup;

/// Who would hear of a scheduler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The scheduler.
    pub scheduler: SchedulerId,
    /// As of when.
    pub at: Instant,
    /// Since when it is paused: nothing is judged, and so nobody hears.
    pub paused_since: Option<Instant>,
    /// The maintenance that holds now: everybody hears when it is over, of what is wrong still.
    pub maintenance: Option<UnderMaintenance>,
    /// The incident upstream that is open now: it is told as part of that.
    pub upstream: Option<Upstream>,
    /// How often an unacknowledged incident is told again though nothing is new.
    pub remind_every: Option<Duration>,
    /// How long after an alert a further bad mark is told again.
    pub realert_after: Option<Duration>,
    /// By what goes wrong, worst first.
    pub causes: Vec<CauseRoute>,
}

/// Maintenance that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnderMaintenance {
    /// When it is over, with the windows that follow upon one another.
    pub until: Instant,
    /// The windows that hold now, by name.
    pub windows: Vec<String>,
}

/// An incident upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// The incident.
    pub incident: IncidentId,
    /// Its scheduler, where it is known.
    pub scheduler: Option<SchedulerId>,
}

/// Who would hear of one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseRoute {
    /// The cause.
    pub cause: Cause,
    /// How much it matters.
    pub severity: Severity,
    /// At the opening, and then with each step of the escalation while nobody acknowledges.
    pub steps: Vec<Step>,
}

/// Who would hear at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// How long after the opening; `None` at the opening.
    pub after: Option<Duration>,
    /// Where their names come from.
    pub by: By,
    /// Names that no channel has.
    pub unknown: Vec<String>,
    /// Who hears.
    pub hearers: Vec<Hearer>,
}

/// Where the names of hearers come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The step of the escalation.
    Escalation,
    /// The scheduler's own list.
    Own,
    /// These rules, by name, in their order.
    Rules(Vec<String>),
    /// Nothing names anybody: the project's default channels.
    Defaults,
}

impl By {
    /// The word on the wire.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Escalation => "escalation",
            Self::Own => "own",
            Self::Rules(_) => "rules",
            Self::Defaults => "defaults",
        }
    }
}

/// One channel that would hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hearer {
    /// The channel.
    pub channel: ChannelId,
    /// What people call it.
    pub name: String,
    /// Which kind.
    pub kind: &'static str,
    /// Given where its quiet hours hold now, and this waits for their end.
    pub quiet_until: Option<Instant>,
    /// Why it is switched off, where it is: it hears nothing then.
    pub disabled: Option<String>,
    /// Whether it is a default channel that stands in, because none of those named is there and switched on.
    pub stands_in: bool,
}

impl App {
    /// Who would hear of a scheduler now, by cause.
    pub async fn explain(&self, caller: &Caller, id: SchedulerId) -> AppResult<Route> {
        self.learn_setup().await?;
        let scheduler = self.visible(caller, id).await?.scheduler;
        let channels = self.ports.channels.channels(&scheduler.key.project).await?;
        let (now, setup) = (self.now(), self.setup());
        let project = setup.of(&scheduler.key.project);
        let opening = would_be(&scheduler, Cause::Failing, None, now);
        let found = situation::of(self, &opening, &channels, false).await?;
        let situation = found.borrowed();
        let upstream = self.told_upstream(&opening, &situation).await?;
        let steps = self.steps(&scheduler);
        let causes = Cause::ALL.into_iter().rev().map(|cause| {
            let step = |step: &Option<Escalated>| {
                let alert = would_be(&scheduler, cause, step.clone(), now);
                explained(
                    &alert,
                    &Situation { hearers: hearers_of(project, &alert), ..situation.alike() },
                    project,
                )
            };
            CauseRoute {
                cause,
                severity: scheduler.config.severity(Some(cause)),
                steps: steps.iter().map(step).collect(),
            }
        });
        Ok(Route {
            at: now,
            paused_since: scheduler.state.paused.map(|pause| pause.since),
            maintenance: under_maintenance(&opening, &situation, project),
            upstream,
            remind_every: scheduler.config.remind_every(),
            realert_after: scheduler.config.realert_after(),
            causes: causes.collect(),
            scheduler: scheduler.key.id.clone(),
        })
    }

    /// The opening, and each step of the escalation.
    fn steps(&self, scheduler: &Scheduler) -> Vec<Option<Escalated>> {
        let escalation = scheduler.config.escalation(&self.settings.defaults);
        let steps = escalation
            .iter()
            .zip(1..)
            .map(|(one, step)| Some(Escalated { step, after: one.after, channels: one.channels.clone() }));
        std::iter::once(None).chain(steps).collect()
    }

    async fn told_upstream(&self, alert: &Alert, situation: &Situation<'_>) -> AppResult<Option<Upstream>> {
        let planned = plan(alert, &Situation { maintained_until: None, ..situation.alike() });
        let Some(incident) = situation.upstream.clone().filter(|_| planned.put_off.is_some()) else {
            return Ok(None);
        };
        let known = self.ports.incidents.incident(&incident).await?;
        Ok(Some(Upstream { incident, scheduler: known.map(|it| it.key.id) }))
    }
}

/// The alert that there would be.
fn would_be(scheduler: &Scheduler, cause: Cause, step: Option<Escalated>, now: Instant) -> Alert {
    let config = &scheduler.config;
    Alert {
        id: AlertId::trusted("explained"),
        key: scheduler.key.clone(),
        incarnation: scheduler.incarnation,
        incident: IncidentId::trusted("explained"),
        kind: if step.is_some() { AlertKind::Escalated } else { AlertKind::Opened },
        at: now,
        opened_at: now,
        causes: CauseSet::from_iter([cause]),
        cause: Some(cause),
        severity: config.severity(Some(cause)),
        story: Story {
            service_name: config.service_name.clone(),
            job_name: config.job_name.clone(),
            tags: config.tags.clone(),
            channels: config.channels.clone(),
            depends_on: config.depends_on.clone(),
            escalated: step,
            ..Story::default()
        },
    }
}

fn under_maintenance(
    alert: &Alert,
    situation: &Situation<'_>,
    project: Option<&ProjectSetup>,
) -> Option<UnderMaintenance> {
    let put_off =
        plan(alert, situation).put_off.filter(|put_off| behind_maintenance().contains(&put_off.behind))?;
    let story = &alert.story;
    let windows = project.map(|project| project.windows.as_slice()).unwrap_or_default().iter();
    let holds = windows.filter(|(_, window)| {
        window.selector.selects_named(&alert.key.id, &story.service_name, &story.tags)
            && window.when.holding(situation.now).is_some()
    });
    Some(UnderMaintenance { until: put_off.until, windows: holds.map(|(name, _)| name.clone()).collect() })
}

/// Who hears of an alert when neither maintenance nor an incident upstream holds it.
fn explained(alert: &Alert, situation: &Situation<'_>, project: Option<&ProjectSetup>) -> Step {
    let free = Situation { maintained_until: None, upstream: None, ..situation.alike() };
    let planned = plan(alert, &free);
    let (by, names): (By, &[String]) = match &situation.hearers {
        Hearers::Escalation(names) => (By::Escalation, names),
        Hearers::Own(names) => (By::Own, names),
        Hearers::Ruled { rules, channels } => (By::Rules(rule_names(rules, project)), channels),
        Hearers::Told | Hearers::Defaults => (By::Defaults, &[]),
    };
    let hearer = |channel: &Channel| {
        let now = planned.deliveries.iter().any(|delivery| delivery.channel == channel.id);
        let later = planned.held.iter().find(|held| held.channel == channel.id);
        (now || later.is_some()).then(|| Hearer {
            channel: channel.id.clone(),
            name: channel.name.clone(),
            kind: channel.kind,
            quiet_until: later.map(|held| held.due_at),
            disabled: channel.disabled.clone(),
            stands_in: by != By::Defaults && !names.iter().any(|name| channel.is_called(name)),
        })
    };
    let hearers = situation.channels.iter().filter_map(hearer).collect();
    let unknown = unknown(names, situation.channels).into_iter().map(str::to_owned).collect();
    Step { after: alert.story.escalated.as_ref().map(|step| step.after), hearers, unknown, by }
}

fn rule_names(places: &[usize], project: Option<&ProjectSetup>) -> Vec<String> {
    let rules = project.map(|project| project.rules.as_slice()).unwrap_or_default();
    places.iter().filter_map(|place| rules.get(*place)).map(|(name, _)| name.clone()).collect()
}
