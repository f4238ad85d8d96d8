//! What becomes of an alert: who hears of it now, who later together with others, and who not at all. Pure: everything
//! that it rests on comes in.
//!
//! In this order: what is over goes to those who were told. Else maintenance puts it off; what was put off and is no
//! longer so is dropped; an incident upstream takes it in; then its hearers are found, and each hears of it singly, in
//! its storm's group, or after its quiet hours.

use domain::id::{ChannelId, DeliveryId, IncidentId};
use domain::routing::Hearers;
use domain::{Alert, AlertKind, Duration, Instant, ProjectId, Severity};

use crate::notice::Notice;
use crate::ports::{Channel, Delivery, DeliveryState, Held, PutOff, Routing, Singly, Told};

/// How long what waits behind something waits at most until it is looked at again: it may be over without a word.
const PATIENCE: Duration = Duration::HOUR;
/// What waits for the end of maintenance waits behind this.
const MAINTENANCE: &str = "maintenance";
/// What steps of an escalation wait behind has this at its end.
const STEPS: &str = " steps";

/// What planning rests on.
#[derive(Debug)]
pub(crate) struct Situation<'a> {
    pub(crate) now: Instant,
    /// Every channel of the project.
    pub(crate) channels: &'a [Channel],
    /// Who was told of the incident.
    pub(crate) told: &'a [Told],
    /// Who should hear, by name.
    pub(crate) hearers: Hearers,
    /// When the maintenance is over that holds now.
    pub(crate) maintained_until: Option<Instant>,
    /// The incident upstream that it is told as part of.
    pub(crate) upstream: Option<IncidentId>,
    /// Who was told of that one.
    pub(crate) upstream_told: &'a [Told],
    /// How many may go out singly in a minute.
    pub(crate) storm_threshold: u32,
    /// Whether this minute has no room for single messages left.
    pub(crate) is_storm: bool,
}

impl Situation<'_> {
    /// Another of the same.
    pub(crate) fn alike(&self) -> Situation<'_> {
        Situation { hearers: self.hearers.clone(), upstream: self.upstream.clone(), ..*self }
    }
}

/// What a message is, as far as the room for single messages goes: each has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Opening,
    Update,
    End,
}

impl Class {
    pub(crate) const fn of(kind: AlertKind) -> Self {
        match kind {
            AlertKind::Opened | AlertKind::Escalated => Self::Opening,
            AlertKind::Widened | AlertKind::Repeated | AlertKind::Reminded => Self::Update,
            AlertKind::Resolved | AlertKind::Dropped => Self::End,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Update => "update",
            Self::End => "end",
        }
    }
}

/// The minute that holds an instant.
pub(crate) fn minute(now: Instant) -> Instant {
    let minute = Duration::MINUTE.as_millis();
    Instant::from_millis(now.as_millis() - now.as_millis().rem_euclid(minute))
}

/// What becomes of an alert.
pub(crate) fn plan(alert: &Alert, situation: &Situation<'_>) -> Routing {
    let class = Class::of(alert.kind);
    if class == Class::End && situation.told.is_empty() {
        return Routing { ends: true, ..Routing::default() };
    }
    if let Some(until) = situation.maintained_until {
        return put_off(alert, until.min(situation.now + PATIENCE), MAINTENANCE.to_owned());
    }
    if let Some(upstream) = situation.upstream.as_ref().filter(|_| class != Class::End) {
        return behind(alert, situation, upstream);
    }
    let mut routing = Routing { ends: class == Class::End, ..Routing::default() };
    for channel in chosen(alert, situation) {
        reach(&mut routing, alert, &channel, situation);
    }
    if routing.deliveries.iter().any(|delivery| counts(alert, &delivery.channel, situation)) {
        routing.singly = Some(Singly {
            of: format!("{} {}", class.as_str(), alert.key.project),
            minute: minute(situation.now),
            most: situation.storm_threshold,
        });
    }
    routing
}

/// A later one says all that earlier ones say that wait for the same. Not so a step of an escalation, of which others
/// hear: each waits by itself.
fn put_off(alert: &Alert, until: Instant, behind: String) -> Routing {
    let is_step = alert.kind == AlertKind::Escalated;
    let behind = if is_step { format!("{behind}{STEPS}") } else { behind };
    Routing { put_off: Some(PutOff { until, behind, replaces: !is_step }), ..Routing::default() }
}

fn upstream_name(incident: &IncidentId) -> String {
    format!("upstream-{incident}")
}

/// What notices wait behind for the end of maintenance.
pub(crate) fn behind_maintenance() -> [String; 2] {
    [format!("{MAINTENANCE}{STEPS}"), MAINTENANCE.to_owned()]
}

/// What notices wait behind that are told as part of an incident upstream.
pub(crate) fn behind_upstream(incident: &IncidentId) -> [String; 2] {
    let name = upstream_name(incident);
    [format!("{name}{STEPS}"), name]
}

/// Told as part of the incident upstream, once to each channel, but for a receiver that keeps alerts and has that
/// incident already. What is left of it when that is over is told on its own then. People hear of it in the digest at
/// the end of their quiet hours; for a receiver that keeps alerts it is looked at again at theirs.
fn behind(alert: &Alert, situation: &Situation<'_>, upstream: &IncidentId) -> Routing {
    let name = upstream_name(upstream);
    let is_told = |told: &[Told], channel: &Channel| told.iter().any(|it| it.channel == channel.id);
    let is_news = |channel: &Channel| {
        let has_that = channel.keeps_incidents && is_told(situation.upstream_told, channel);
        !has_that && !is_told(situation.told, channel)
    };
    let (mut held, mut until) = (Vec::new(), situation.now + PATIENCE);
    for id in chosen(alert, situation) {
        let Some(channel) = known(&id, situation).filter(|channel| is_news(channel)) else { continue };
        match quiet_until(alert, channel, situation.now) {
            Some(due_at) if channel.keeps_incidents => until = until.min(due_at),
            Some(due_at) => held.push(quietly(id, due_at, Some(name.clone()))),
            None => held.push(by_the_minute(id, &name, Some(name.clone()), situation.now)),
        }
    }
    Routing { held, ..put_off(alert, until, name) }
}

/// A place in the bucket of this minute.
fn by_the_minute(channel: ChannelId, name: &str, group: Option<String>, now: Instant) -> Held {
    let minute = minute(now);
    let bucket = format!("{name}-{}", minute.as_millis());
    Held { channel, bucket, due_at: minute + Duration::MINUTE, group }
}

/// A place in the digest at the end of quiet hours.
pub(crate) fn quietly(channel: ChannelId, due_at: Instant, group: Option<String>) -> Held {
    Held { channel, bucket: format!("quiet-{}", due_at.as_millis()), due_at, group }
}

/// When the quiet hours are over for which an alert waits. A receiver that keeps alerts hears of an end at once.
fn quiet_until(alert: &Alert, channel: &Channel, now: Instant) -> Option<Instant> {
    let waits = alert.severity < Severity::Critical
        && !(channel.keeps_incidents && Class::of(alert.kind) == Class::End);
    channel.quiet.as_ref().filter(|_| waits)?.over_at(now)
}

/// How one channel hears of it.
fn reach(routing: &mut Routing, alert: &Alert, id: &ChannelId, situation: &Situation<'_>) {
    let now = situation.now;
    let channel = known(id, situation);
    let keeps = channel.is_some_and(|channel| channel.keeps_incidents);
    let told = situation.told.iter().find(|told| told.channel == *id);
    let class = Class::of(alert.kind);
    let grouped =
        told.and_then(|told| told.group.clone()).filter(|_| class != Class::Opening || situation.is_storm);
    let crowded = situation.is_storm && counts(alert, id, situation);
    let group = match (&grouped, class) {
        (Some(group), _) => Some(group.clone()),
        (None, Class::Opening) if crowded => Some(storm(&alert.key.project, now)),
        (None, _) => None,
    };
    if let Some(left) =
        told.and_then(|told| told.group.clone()).filter(|left| keeps && group.as_ref() != Some(left))
    {
        // A receiver that keeps an alert for the group must hear that it has one fewer: it may be over with that.
        let name = if left.starts_with("upstream-") { left.clone() } else { "storm".to_owned() };
        routing.held.push(by_the_minute(id.clone(), &name, Some(left), now));
    }
    if let Some(due_at) = channel.and_then(|channel| quiet_until(alert, channel, now)) {
        routing.held.push(quietly(id.clone(), due_at, group));
    } else if let Some(upstream) = grouped.filter(|group| group.starts_with("upstream-")) {
        routing.held.push(by_the_minute(id.clone(), &upstream, Some(upstream.clone()), now));
    } else if group.is_some() || crowded {
        routing.held.push(by_the_minute(id.clone(), "storm", group, now));
    } else {
        routing.deliveries.push(delivery(&Notice::Alert(Box::new(alert.clone())), id.clone(), now));
    }
}

/// Whether a single message to a channel takes room: updates and ends that a receiver joins to what it keeps do not, nor
/// what people are not told.
fn counts(alert: &Alert, channel: &ChannelId, situation: &Situation<'_>) -> bool {
    let keeps = known(channel, situation).is_some_and(|channel| channel.keeps_incidents);
    Class::of(alert.kind) == Class::Opening || (!keeps && alert.kind != AlertKind::Dropped)
}

/// The name of a project's storm: one a day, so that what comes in it is joined and closed together.
fn storm(project: &ProjectId, now: Instant) -> String {
    format!("storm-{project}-{}", now.to_timestamp().strftime("%Y-%m-%d"))
}

fn known<'a>(id: &ChannelId, situation: &'a Situation<'_>) -> Option<&'a Channel> {
    situation.channels.iter().find(|channel| channel.id == *id)
}

/// The channels that hear of it. Names that mean nothing must not silence an alert, nor channels that are switched off:
/// where none is left, the defaults hear it as well.
fn chosen(alert: &Alert, situation: &Situation<'_>) -> Vec<ChannelId> {
    let names = match &situation.hearers {
        Hearers::Told => return situation.told.iter().map(|told| told.channel.clone()).collect(),
        Hearers::Defaults => return defaults(situation.channels),
        Hearers::Escalation(names) | Hearers::Own(names) | Hearers::Ruled { channels: names, .. } => names,
    };
    let is_named = |channel: &&Channel| names.iter().any(|name| channel.is_called(name));
    let found: Vec<&Channel> = situation.channels.iter().filter(is_named).collect();
    let mut chosen: Vec<ChannelId> = found.iter().map(|channel| channel.id.clone()).collect();
    if !names.is_empty() && found.iter().all(|channel| channel.disabled.is_some()) {
        tracing::warn!(scheduler = %alert.key.id, project = %alert.key.project, "none of the channels that should hear of it is there and switched on: the default channels hear of it");
        chosen.extend(
            defaults(situation.channels).into_iter().filter(|id| !found.iter().any(|it| it.id == *id)),
        );
    }
    chosen
}

/// The channels that hear what names nobody: the defaults, without those that are switched off as long as one is not.
pub(crate) fn defaults(channels: &[Channel]) -> Vec<ChannelId> {
    let all = channels.iter().filter(|channel| channel.is_default);
    let (on, off): (Vec<&Channel>, Vec<&Channel>) = all.partition(|channel| channel.disabled.is_none());
    let chosen = if on.is_empty() { off } else { on };
    chosen.into_iter().map(|channel| channel.id.clone()).collect()
}

/// A notice on its way to a channel.
pub(crate) fn delivery(notice: &Notice, channel: ChannelId, now: Instant) -> Delivery {
    Delivery {
        id: DeliveryId::trusted(format!("{}.{channel}", notice.id())),
        project: notice.project().clone(),
        channel,
        thread: notice.thread(),
        notice: notice.clone(),
        created_at: now,
        due_at: now,
        attempts: 0,
        state: DeliveryState::Pending,
        last_answer: None,
        finished_at: None,
    }
}
