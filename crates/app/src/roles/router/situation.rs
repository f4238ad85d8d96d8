//! What planning an alert rests on, looked up: who was told, which rules and windows there are, what is wrong upstream.

use domain::id::IncidentId;
use domain::routing::{Hearers, hearers};
use domain::scheduler::Incident;
use domain::{Alert, AlertKind, Instant, Window, maintenance};

use super::upstream::upstream;
use crate::app::App;
use crate::error::AppResult;
use crate::plan::{Class, Situation};
use crate::ports::{Channel, Told, Unrouted};
use crate::setup::ProjectSetup;

/// What was looked up.
pub(crate) struct Found<'a> {
    now: Instant,
    channels: &'a [Channel],
    told: Vec<Told>,
    hearers: Hearers,
    maintained_until: Option<Instant>,
    upstream: Option<IncidentId>,
    upstream_told: Vec<Told>,
    storm_threshold: u32,
    is_storm: bool,
}

impl Found<'_> {
    pub(crate) fn borrowed(&self) -> Situation<'_> {
        Situation {
            now: self.now,
            channels: self.channels,
            told: &self.told,
            hearers: self.hearers.clone(),
            maintained_until: self.maintained_until,
            upstream: self.upstream.clone(),
            upstream_told: &self.upstream_told,
            storm_threshold: self.storm_threshold,
            is_storm: self.is_storm,
        }
    }
}

pub(crate) async fn of<'a>(
    app: &App,
    alert: &Alert,
    channels: &'a [Channel],
    is_storm: bool,
) -> AppResult<Found<'a>> {
    let told = app.ports.outbox.told(alert.incident.as_str()).await?;
    let upstream = if Class::of(alert.kind) == Class::End { None } else { upstream(app, alert).await? };
    let upstream_told = match &upstream {
        Some(incident) => app.ports.outbox.told(incident.as_str()).await?,
        None => Vec::new(),
    };
    let (now, setup) = (app.now(), app.setup());
    let (hearers, maintained_until) = set_up(setup.of(&alert.key.project), alert, now);
    let (storm_threshold, channels) = (app.settings.storm_threshold, channels);
    Ok(Found {
        now,
        channels,
        told,
        hearers,
        maintained_until,
        upstream,
        upstream_told,
        storm_threshold,
        is_storm,
    })
}

/// Who should hear of an alert, by what is set up.
pub(crate) fn hearers_of(project: Option<&ProjectSetup>, alert: &Alert) -> Hearers {
    hearers(alert, project.into_iter().flat_map(|project| project.rules.iter().map(|(_, rule)| rule)))
}

/// Who should hear by what is set up, and when the maintenance is over that holds now.
fn set_up(project: Option<&ProjectSetup>, alert: &Alert, now: Instant) -> (Hearers, Option<Instant>) {
    let hearers = hearers_of(project, alert);
    let Some(project) = project else { return (hearers, None) };
    let story = &alert.story;
    let about =
        |window: &&Window| window.selector.selects_named(&alert.key.id, &story.service_name, &story.tags);
    let about: Vec<&Window> = project.windows.iter().map(|(_, window)| &**window).filter(about).collect();
    (hearers, maintenance::over_at(&about.iter().copied(), now))
}

/// The alert as it is to be told. One that was put off says what is so now; `None` where it is no longer so, somebody
/// looks after it, or a later one says all it says. What nobody was told the beginning of is told as the beginning.
pub(super) async fn refreshed(app: &App, waiting: &Unrouted, alert: &Alert) -> AppResult<Option<Alert>> {
    let class = Class::of(alert.kind);
    if class == Class::End || (class == Class::Opening && !waiting.was_put_off) {
        return Ok(Some(alert.clone()));
    }
    let told = app.ports.outbox.told(alert.incident.as_str()).await?;
    if !waiting.was_put_off {
        let kind = if told.is_empty() { opening(alert.kind) } else { alert.kind };
        return Ok(Some(Alert { kind, ..alert.clone() }));
    }
    let row = app.ports.queries.get(&alert.key).await?;
    let Some(scheduler) = row.map(|row| row.scheduler) else { return Ok(None) };
    let (causes, incident) = (scheduler.causes(), &scheduler.state.incident);
    let same = incident.as_ref().filter(|incident| incident.id == alert.incident);
    if causes.is_empty() || same.is_none_or(|it| it.is_heeded(causes) || is_said_since(alert, it)) {
        return Ok(None);
    }
    let singly = told.iter().any(|told| told.group.is_none());
    let kind = if singly { alert.kind } else { opening(alert.kind) };
    let cause = alert.cause.filter(|cause| causes.has(*cause)).or(causes.worst());
    let severity = scheduler.config.severity(causes.worst());
    Ok(Some(Alert { kind, causes, cause, severity, ..alert.clone() }))
}

fn opening(kind: AlertKind) -> AlertKind {
    if Class::of(kind) == Class::Opening { kind } else { AlertKind::Opened }
}

/// Whether a later alert said all that this one says. Of a step of an escalation others hear.
fn is_said_since(alert: &Alert, incident: &Incident) -> bool {
    alert.kind != AlertKind::Escalated && alert.at < incident.alerted_at
}
