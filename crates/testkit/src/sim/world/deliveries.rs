//! Who must hear of what, and what reached them: every alert that was decided reaches its channels or the list of dead
//! ones, in order, and not twice without an excuse.

use std::collections::{BTreeMap, BTreeSet};

use app::Notice;
use app::ports::{DeliveryQuery, DeliveryState};
use domain::id::DeliveryId;
use domain::{Event, Fact, ProjectId, Scheduler};

use super::process::{Process, somebody};
use super::{Failure, Held, World};
use crate::sim::act::Mood;
use crate::sim::receivers::{Arrived, CHANNELS};

/// The channels that hear of what names no channel.
const DEFAULTS: [&str; 2] = [CHANNELS[0], CHANNELS[1]];

/// What must reach whom, and what has.
#[derive(Clone, Debug, Default)]
pub(super) struct Mail {
    /// Channels that must hear of each alert, by the alert's id.
    awaited: BTreeMap<String, BTreeSet<String>>,
    /// The incident that is open, by scheduler.
    open: BTreeMap<String, String>,
    /// Who was told of each incident.
    told: BTreeMap<String, BTreeSet<String>>,
    read: usize,
    taken: BTreeMap<String, u32>,
    dead: BTreeSet<String>,
    /// Deliveries that may come twice: something went wrong while they were on their way.
    excused: BTreeSet<String>,
    /// The last version that each channel heard of each incident.
    heard: BTreeMap<(String, String), u64>,
    /// Whether dead ones were sent again by hand, which takes them out of their order.
    sent_again: bool,
}

impl Mail {
    /// Someone must hear of an event.
    pub(super) fn expect(&mut self, scheduler: &Scheduler, event: &Event) {
        let id = scheduler.key.id.to_string();
        let ends = matches!(event.fact, Fact::IncidentResolved { .. });
        let incident = match &event.fact {
            Fact::IncidentOpened { incident, .. } => {
                self.open.insert(id, incident.to_string());
                incident.to_string()
            }
            Fact::IncidentWidened { .. } | Fact::IncidentRepeated { .. } | Fact::IncidentReminded { .. } => {
                self.open.get(&id).cloned().unwrap_or_default()
            }
            Fact::IncidentResolved { incident, .. } => {
                self.open.remove(&id);
                incident.to_string()
            }
            _ => return,
        };
        let hearers = if ends { self.told_of(&incident) } else { hearers(scheduler) };
        self.told.entry(incident.clone()).or_default().extend(hearers.clone());
        self.awaited.insert(format!("{incident}-{}", event.version), hearers);
    }

    /// A scheduler is deleted: who was told of its open incident must hear that nobody watches any more.
    pub(super) fn expect_drop(&mut self, id: &str) {
        if let Some(incident) = self.open.remove(id) {
            let hearers = self.told_of(&incident);
            self.awaited.insert(format!("{incident}-deleted"), hearers);
        }
    }

    fn told_of(&self, incident: &str) -> BTreeSet<String> {
        self.told.get(incident).cloned().unwrap_or_default()
    }

    /// Something reached a receiver.
    fn arrived(&mut self, arrived: &Arrived, excused: bool) -> Held {
        let id = arrived.delivery.to_string();
        if excused || matches!(arrived.mood, Mood::Lies | Mood::Kills) {
            self.excused.insert(id.clone());
        }
        if !arrived.is_taken() {
            return Ok(());
        }
        let times = self.taken.entry(id.clone()).or_default();
        *times += 1;
        if *times > 1 && !self.excused.contains(&id) {
            return Err(Failure::new("no alert comes twice without an excuse", id));
        }
        match &arrived.notice {
            Notice::Alert(alert) => self.heard_alert(arrived, alert),
            _ => Ok(()),
        }
    }

    fn heard_alert(&mut self, arrived: &Arrived, alert: &domain::Alert) -> Held {
        let id = alert.id.to_string();
        let is_awaited = self.awaited.get(&id).is_some_and(|hearers| hearers.contains(&arrived.channel));
        if !is_awaited {
            let detail = format!("{} heard {id}", arrived.channel);
            return Err(Failure::new("nobody hears of what was not decided", detail));
        }
        let version = id.rsplit('-').next().and_then(|version| version.parse().ok()).unwrap_or(u64::MAX);
        let thread = (arrived.channel.clone(), alert.incident.to_string());
        let last = self.heard.entry(thread).or_default();
        if version < *last && !self.sent_again && !self.excused.contains(arrived.delivery.as_str()) {
            let detail = format!("{} heard {id} after version {last}", arrived.channel);
            return Err(Failure::new("an incident is told in order", detail));
        }
        *last = (*last).max(version);
        Ok(())
    }

    /// Deliveries that neither arrived nor are among the dead.
    fn lost(&self) -> Vec<String> {
        let all = self
            .awaited
            .iter()
            .flat_map(|(alert, hearers)| hearers.iter().map(move |channel| format!("{alert}.{channel}")));
        all.filter(|id| !self.taken.contains_key(id) && !self.dead.contains(id)).collect()
    }
}

/// Who hears: the channels it names, as far as there are any of those; else the defaults.
fn hearers(scheduler: &Scheduler) -> BTreeSet<String> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let Some(named) = &scheduler.config.channels else { return owned(&DEFAULTS) };
    let known: BTreeSet<String> =
        named.iter().filter(|name| CHANNELS.contains(&name.as_str())).cloned().collect();
    if known.is_empty() && !named.is_empty() { owned(&DEFAULTS) } else { known }
}

impl World {
    pub(super) async fn dispatch(&mut self) -> Held {
        let now = self.now();
        let due = self.stores.outbox.next_due().await;
        let due = due.map_err(|error| Failure::new("the store answers", error.to_string()))?;
        if self.process.is_none() || due.is_none_or(|due| due > now) {
            return Ok(());
        }
        self.times.dispatch = self.truly() + domain::Duration::SECOND;
        self.drain().await
    }

    /// Sends what is due, and looks at what arrived.
    pub(super) async fn drain(&mut self) -> Held {
        let called = self.call(async |process: &Process| process.dispatcher.drain_once().await).await;
        let died = matches!(called, super::deeds::Called::Died);
        let happened = self.gone_wrong();
        let arrived = self.receivers.since(self.mail.read);
        self.mail.read += arrived.len();
        for one in &arrived {
            self.note_arrival(one);
            self.mail.arrived(one, died || !happened.faults.is_empty())?;
        }
        if let Some(doing) = happened.death {
            self.bury(doing).await?;
        }
        if arrived.iter().any(|one| !one.is_taken()) {
            self.count_dead().await?;
        }
        Ok(())
    }

    fn note_arrival(&mut self, arrived: &Arrived) {
        let (what, kind) = match &arrived.notice {
            Notice::Alert(alert) => {
                let causes: Vec<_> = alert.causes.iter().map(domain::Cause::as_str).collect();
                (
                    format!("{} {}: {}", alert.key.id, alert.kind.as_str(), causes.join(", ")),
                    alert.kind.as_str(),
                )
            }
            Notice::Unobserved(gap) => (format!("{} slots could not be observed", gap.slots), "unobserved"),
            Notice::Group(group) => (format!("{} went bad together", group.opened.count), "group"),
            Notice::Trouble(trouble) => (format!("trouble: {}", trouble.what.as_str()), "trouble"),
            Notice::Test(_) => ("a test".to_owned(), "test"),
        };
        self.coverage.saw("notice", kind);
        let (at, channel, mood) = (self.at(), arrived.channel.clone(), arrived.mood);
        self.note(|| match mood {
            Mood::Takes => format!("        {at} {channel} hears: {what}"),
            mood => format!("        {at} {channel} {}: {what}", mood.as_str()),
        });
    }

    /// Remembers which deliveries were given up.
    async fn count_dead(&mut self) -> Result<Vec<DeliveryId>, Failure> {
        let mut dead = Vec::new();
        let mut query =
            DeliveryQuery { state: Some(DeliveryState::Dead), limit: 1000, ..DeliveryQuery::default() };
        loop {
            let page = self.stores.outbox.deliveries(&ProjectId::default_project(), &query).await;
            let page = page.map_err(|error| Failure::new("the store answers", error.to_string()))?;
            dead.extend(page.items.into_iter().map(|delivery| delivery.id));
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
        }
        self.mail.dead.extend(dead.iter().map(ToString::to_string));
        Ok(dead)
    }

    /// Someone sends every dead delivery again.
    pub(super) async fn send_again(&mut self) -> Held {
        for id in self.count_dead().await? {
            self.mail.sent_again = true;
            let called =
                self.call(async |process: &Process| process.app.retry_delivery(&somebody(), &id).await).await;
            drop(called);
            if let Some(doing) = self.gone_wrong().death {
                self.bury(doing).await?;
            }
        }
        Ok(())
    }

    /// At the end, all channels being well, nothing is on its way any more and nothing is lost.
    pub(super) async fn check_mail(&mut self) -> Held {
        self.count_dead().await?;
        let counts = self.stores.outbox.counts().await;
        let counts = counts.map_err(|error| Failure::new("the store answers", error.to_string()))?;
        if counts.unrouted + counts.pending > 0 {
            return Err(Failure::new("at the end nothing is on its way", format!("{counts:?}")));
        }
        let lost = self.mail.lost();
        match lost.first() {
            Some(first) => {
                let detail = format!("{first} and {} others", lost.len() - 1);
                Err(Failure::new("every alert arrives or is among the dead", detail))
            }
            None => Ok(()),
        }
    }
}
