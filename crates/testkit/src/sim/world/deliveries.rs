//! Who must hear of what, and what reached them: every alert that was decided reaches its channels or the list of dead
//! ones, in order, and not twice without an excuse.

use std::collections::{BTreeMap, BTreeSet};

use app::ports::{DeliveryQuery, DeliveryState, OutboxCounts};
use app::{Group, GroupReason, Notice, Tally};
use domain::event::Resolution;
use domain::id::DeliveryId;
use domain::{AlertKind, CauseSet, Event, Fact, Instant, ProjectId, Scheduler};

use super::keepers::Keepers;
use super::post::{PostOffice, version};
use super::process::{Process, somebody};
use super::{Failure, Held, World};
use crate::sim::act::Mood;
use crate::sim::model::Letter;
use crate::sim::receivers::Arrived;

/// What must reach whom, and what has.
#[derive(Clone, Debug, Default)]
pub(super) struct Mail {
    pub(super) post: PostOffice,
    pub(super) keepers: Keepers,
    /// The incident that is open, by scheduler, and everything that was wrong in it.
    open: BTreeMap<String, (String, Instant, CauseSet)>,
    read: usize,
    taken: BTreeMap<String, u32>,
    pub(super) dead: BTreeSet<String>,
    /// Deliveries that may come twice: something went wrong while they were on their way.
    excused: BTreeSet<String>,
    /// The last version that each channel heard of each incident.
    heard: BTreeMap<(String, String), u64>,
    /// Whether dead ones were sent again by hand, which takes them out of their order.
    sent_again: bool,
}

impl Mail {
    /// Someone must hear of an event; afterwards the scheduler is as it says.
    pub(super) fn expect(&mut self, scheduler: &Scheduler, event: &Event) {
        let id = scheduler.key.id.to_string();
        let (kind, causes, step) = match &event.fact {
            Fact::IncidentOpened { incident, causes } => {
                self.open.insert(id.clone(), (incident.to_string(), event.at, *causes));
                (AlertKind::Opened, *causes, None)
            }
            Fact::IncidentWidened { causes, .. } => (AlertKind::Widened, *causes, None),
            Fact::IncidentRepeated { causes } => (AlertKind::Repeated, *causes, None),
            Fact::IncidentReminded { causes } => (AlertKind::Reminded, *causes, None),
            Fact::IncidentEscalated { causes, channels, .. } => {
                (AlertKind::Escalated, *causes, Some(channels.clone()))
            }
            Fact::IncidentResolved { resolution: Resolution::Recovered, .. } => {
                (AlertKind::Resolved, CauseSet::default(), None)
            }
            Fact::IncidentResolved { resolution: Resolution::Paused, .. } => {
                (AlertKind::Dropped, CauseSet::default(), None)
            }
            _ => return,
        };
        let Some((incident, opened, all)) = self.open.get_mut(&id) else { return };
        *all = all.or(causes);
        let (incident, opened, all) = (incident.clone(), *opened, *all);
        let ends = matches!(kind, AlertKind::Resolved | AlertKind::Dropped);
        if ends {
            self.open.remove(&id);
        }
        let causes = if ends { all } else { causes };
        let config = (*scheduler.config).clone();
        let (alert, at) = (format!("{incident}-{}", event.version), event.at);
        self.post.decided(alert, Letter { scheduler: id, incident, opened, at, kind, causes, config, step });
    }

    /// A scheduler is deleted: who was told of its open incident must hear that nobody watches any more.
    pub(super) fn expect_drop(&mut self, scheduler: &Scheduler, at: Instant) {
        let id = scheduler.key.id.to_string();
        if let Some((incident, opened, causes)) = self.open.remove(&id) {
            let (alert, kind) = (format!("{incident}-deleted"), AlertKind::Dropped);
            let config = (*scheduler.config).clone();
            self.post.decided(
                alert,
                Letter { scheduler: id, incident, opened, at, kind, causes, config, step: None },
            );
        }
    }

    /// Something reached a receiver.
    fn arrived(&mut self, arrived: &Arrived, excused: bool) -> Held {
        let id = arrived.delivery.to_string();
        if !self.post.owed.contains_key(&id) && !matches!(arrived.notice, Notice::Test(_)) {
            let detail = format!("{} heard {id}", arrived.channel);
            return Err(Failure::new("nobody hears of what was not decided", detail));
        }
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
        self.keepers.take(arrived);
        match &arrived.notice {
            Notice::Alert(alert) => self.heard_alert(arrived, alert),
            _ => Ok(()),
        }
    }

    fn heard_alert(&mut self, arrived: &Arrived, alert: &domain::Alert) -> Held {
        let id = alert.id.to_string();
        if !self.post.letters.contains_key(&id) {
            let detail = format!("{} heard {id}", arrived.channel);
            return Err(Failure::new("nobody hears of what was not decided", detail));
        }
        if alert.kind == AlertKind::Escalated {
            // Others hear of it, and it may have waited by itself.
            return Ok(());
        }
        let version = version(&id);
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
    fn lost(&self) -> Vec<&String> {
        let owed = self.post.owed.keys();
        owed.filter(|id| !self.taken.contains_key(*id) && !self.dead.contains(*id)).collect()
    }
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
        if arrived.iter().any(|one| one.mood == Mood::Broken) {
            self.times.route = self.truly();
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
            Notice::Group(group) => (told_together(group), "group"),
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
    pub(super) async fn count_dead(&mut self) -> Result<Vec<DeliveryId>, Failure> {
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

    async fn counts(&self) -> Result<OutboxCounts, Failure> {
        let counts = self.stores.outbox.counts().await;
        counts.map_err(|error| Failure::new("the store answers", error.to_string()))
    }

    /// Whether nothing is on its way but what waits for something.
    pub(super) async fn is_delivered(&self) -> Result<bool, Failure> {
        let counts = self.counts().await?;
        Ok(counts.unrouted == self.waiting() && counts.pending == 0)
    }

    /// At the end, all channels being well, nothing is on its way any more and nothing is lost.
    pub(super) async fn check_mail(&mut self) -> Held {
        self.count_dead().await?;
        if !self.is_delivered().await? {
            return Err(Failure::new(
                "at the end nothing is on its way",
                format!("{:?}", self.counts().await?),
            ));
        }
        self.check_keepers()?;
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

/// `together, storm: 12 opened (a, b, c …), 0 updated, 1 resolved (d); 12 are open`.
fn told_together(group: &Group) -> String {
    let reason = match &group.reason {
        GroupReason::Storm => "storm".to_owned(),
        GroupReason::Quiet => "quiet hours".to_owned(),
        GroupReason::Upstream { scheduler } => format!("as part of {scheduler}"),
    };
    let tally = |what: &str, tally: &Tally| {
        let mut names: Vec<String> = tally.named.iter().take(3).map(|it| it.scheduler.to_string()).collect();
        if tally.count > 3 {
            names.push("…".to_owned());
        }
        format!("; {} {what}: {}", tally.count, names.join(", "))
    };
    let tallies = [("opened", &group.opened), ("updated", &group.updated), ("resolved", &group.resolved)];
    let said = tallies.into_iter().filter(|(_, it)| it.count > 0).map(|(what, it)| tally(what, it));
    format!("together, {reason}{}; {} open", said.collect::<String>(), group.still_open)
}
