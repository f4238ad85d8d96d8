//! What becomes of each alert: held against the second opinion the moment it is decided, and never lost sight of until
//! it was told, waits rightly, or need not be told.

use std::collections::{BTreeMap, BTreeSet};

use app::ports::{DefinitionKind, Delivery, Routing};
use domain::{AlertKind, Duration, Instant, ProjectId, Rule, Scheduler};

use super::buckets::Entry;
use super::post::{Stands, is_let_go, minute, upstream};
use super::{Failure, Held, World};
use crate::sim::model::{Bad, Class, Fate, How, Letter, Today, quiet_until, takes_room};
use crate::sim::receivers::place;
use crate::sim::witness::Seen;

/// How long a letter waits behind an incident upstream at most.
const PATIENCE: Duration = Duration::HOUR;

impl World {
    /// How everything stands now.
    pub(super) async fn today(&self) -> Result<Today, Failure> {
        let store = &self.stores.definitions;
        let project = ProjectId::default_project();
        let fails = |error: app::ports::StoreError| Failure::new("the store answers", error.to_string());
        let off = store.definitions(&project, DefinitionKind::ChannelState).await.map_err(fails)?;
        let rules = store.definitions(&project, DefinitionKind::Rule).await.map_err(fails)?;
        let rules: BTreeMap<String, Rule> = rules
            .into_iter()
            .filter_map(|it| Some((it.name.clone(), serde_json::from_value(it.body).ok()?)))
            .collect();
        let bad = self.subjects.iter().filter_map(|(id, subject)| Some((id.clone(), bad(&subject.known)?)));
        Ok(Today {
            now: self.now(),
            windows: self.windows.values().cloned().collect(),
            rules: rules.into_values().collect(),
            off: off.into_iter().map(|it| it.id).collect(),
            bad: bad.collect(),
            last_said: self.mail.post.last_said.clone(),
            ..Today::default()
        })
    }

    /// Looks at everything that was done with notices since it was last looked at. Answers whether there is more to do
    /// at once, for something need wait no longer.
    pub(super) fn look_at_post(&mut self, today: &mut Today) -> Result<bool, Failure> {
        let mut more = false;
        for seen in self.witness.take() {
            match seen {
                Seen::Posted(notice) => {
                    self.mail.post.others.insert(notice.id());
                }
                Seen::Routed { id, routing, at } => {
                    self.mail.post.at_minute(today, at);
                    self.routed(&id, &routing, today)?;
                }
                Seen::Released { behind, at } => more |= self.mail.post.release(&behind, at),
                Seen::Emptied { bucket, deliveries } => self.emptied(&bucket, &deliveries, today)?,
            }
        }
        Ok(more)
    }

    fn routed(&mut self, id: &str, routing: &Routing, today: &Today) -> Held {
        let Some(posted) = self.mail.post.letters.get(id).cloned() else {
            return self.routed_other(id, routing);
        };
        if posted.stands == Stands::Done {
            return Ok(());
        }
        let told = self.mail.post.told_of(&posted.letter.incident);
        let waited = posted.stands != Stands::New;
        let fate = today.fate(&posted.letter, waited, &told);
        if !self.outages.muddled {
            self.is_fated(id, &posted.letter, &fate, routing, today)?;
        }
        fate.words().into_iter().for_each(|word| self.coverage.saw("told", word));
        self.count_room(&fate, posted.letter.kind, today.now);
        self.carry_out(id, &posted.letter, routing)
    }

    /// Whether what was done is what should be.
    fn is_fated(&mut self, id: &str, letter: &Letter, fate: &Fate, routing: &Routing, today: &Today) -> Held {
        let channels = |hows: fn(&How) -> bool, of: &BTreeMap<String, How>| -> BTreeSet<String> {
            of.iter().filter(|(_, how)| hows(how)).map(|(id, _)| id.clone()).collect()
        };
        let now: BTreeSet<String> = routing.deliveries.iter().map(|it| it.channel.to_string()).collect();
        let held: BTreeSet<(String, Instant)> =
            routing.held.iter().map(|it| (it.channel.to_string(), it.due_at)).collect();
        let next_minute = minute(today.now) + Duration::MINUTE;
        let when = |how: &How| match how {
            How::Singly => None,
            How::Together => Some(next_minute),
            How::After(over) => Some(*over),
        };
        let is_so = match fate {
            Fate::NobodyKnew | Fate::NoLongerSo | Fate::LookedAfter | Fate::SaidSince => {
                routing.put_off.is_none() && now.is_empty() && held.is_empty()
            }
            Fate::Maintained(over) => {
                now.is_empty()
                    && held.is_empty()
                    && routing
                        .put_off
                        .as_ref()
                        .is_some_and(|it| it.until == (*over).min(today.now + Duration::HOUR))
            }
            Fate::Upstream(channels) => {
                let shown = channels.iter().filter(|(id, _)| !self.keeps_what_is_upstream(id, routing));
                let shown = shown.filter_map(|(id, how)| Some((id.clone(), when(how)?)));
                let shown: BTreeSet<_> = shown.collect();
                now.is_empty() && held == shown && Self::waits_upstream(letter, routing, today)
            }
            Fate::Heard(class, hows) => {
                let together = hows.iter().filter_map(|(id, how)| Some((id.clone(), when(how)?)));
                let together: BTreeSet<_> = together.collect();
                routing.put_off.is_none()
                    && now == channels(|how| *how == How::Singly, hows)
                    && self.leaves_no_group(letter, &held, &together)
                    && routing.ends == (*class == Class::End)
            }
        };
        if is_so {
            return Ok(());
        }
        let detail = format!(
            "{id} of {} ({:?}) at {}: should be {fate:?}\n  told now {now:?}, later {held:?}, put off {:?}",
            letter.scheduler, letter.kind, today.now, routing.put_off
        );
        Err(Failure::new("who hears of it is whom the model names", detail))
    }

    /// What is held besides what should be is only news for a keeper that its group has one fewer.
    fn leaves_no_group(
        &self,
        letter: &Letter,
        held: &BTreeSet<(String, Instant)>,
        wanted: &BTreeSet<(String, Instant)>,
    ) -> bool {
        let told = self.mail.post.told_of(&letter.incident);
        let leaves = |channel: &String| {
            let keeps = place(channel).is_some_and(|place| place.keeps);
            keeps && matches!(told.get(channel), Some(Some(_)))
        };
        wanted.is_subset(held) && held.difference(wanted).all(|(channel, _)| leaves(channel))
    }

    /// Whether it waits behind an incident that is open and that it rests upon.
    fn waits_upstream(letter: &Letter, routing: &Routing, today: &Today) -> bool {
        let above = today.upstream_of(&letter.config);
        let names = above.iter().filter(|id| **id != letter.scheduler).filter_map(|id| today.bad.get(id));
        let mut names = names.map(|bad| format!("upstream-{}", bad.incident));
        routing.put_off.as_ref().is_some_and(|it| {
            it.until > today.now
                && it.until <= today.now + PATIENCE
                && names.any(|name| name == it.behind.trim_end_matches(" steps"))
        })
    }

    /// Whether a keeper was told of the incident that it waits behind.
    fn keeps_what_is_upstream(&self, channel: &str, routing: &Routing) -> bool {
        let behind = routing.put_off.as_ref().and_then(|it| upstream(&it.behind));
        let told = behind.map(|incident| self.mail.post.told_of(incident)).unwrap_or_default();
        told.contains_key(channel) && place(channel).is_some_and(|place| place.keeps)
    }

    fn count_room(&mut self, fate: &Fate, kind: AlertKind, now: Instant) {
        let Fate::Heard(class, channels) = fate else { return };
        let takes = |id: &String| place(id).is_some_and(|place| takes_room(place, kind));
        if channels.iter().any(|(id, how)| *how == How::Singly && takes(id)) {
            let (known, count) = self.mail.post.singly.entry(*class).or_insert((minute(now), 0));
            if *known != minute(now) {
                (*known, *count) = (minute(now), 0);
            }
            *count += 1;
        }
    }

    fn carry_out(&mut self, id: &str, letter: &Letter, routing: &Routing) -> Held {
        let (really, now) = (self.truly(), self.now());
        let post = &mut self.mail.post;
        for held in &routing.held {
            let channel = held.channel.to_string();
            post.tell(&letter.incident, &channel, held.group.as_ref());
            let bundle = post.bundles.entry((channel, held.bucket.clone())).or_default();
            bundle.due_at = held.due_at;
            bundle.entries.push(Entry {
                incident: letter.incident.clone(),
                scheduler: letter.scheduler.clone(),
                kind: letter.kind,
                group: held.group.clone(),
            });
        }
        for delivery in &routing.deliveries {
            post.tell(&letter.incident, delivery.channel.as_str(), None);
            post.owe(delivery)?;
        }
        if routing.ends {
            post.over.insert(letter.incident.clone());
            post.let_go.insert(letter.incident.clone(), really);
        }
        match &routing.put_off {
            None => post.done(id),
            Some(put_off) => {
                if post.put_off(id, put_off)? {
                    self.coverage.saw("told", Fate::WORDS[9]);
                }
            }
        }
        let critical = letter.config.severity == Some(domain::Severity::Critical);
        let quiet = |delivery: &Delivery| {
            let place = place(delivery.channel.as_str());
            place.is_some_and(|place| quiet_until(place, now).is_some())
        };
        if critical && routing.deliveries.iter().any(quiet) {
            self.coverage.saw("told", Fate::WORDS[8]);
        }
        Ok(())
    }

    /// What is about ourselves goes to someone.
    fn routed_other(&mut self, id: &str, routing: &Routing) -> Held {
        let post = &mut self.mail.post;
        if !post.others.remove(id) {
            return Err(Failure::new("nobody hears of what was not decided", id));
        }
        if routing.deliveries.is_empty() && routing.held.is_empty() {
            return Err(Failure::new("what is about ourselves is told to someone", id));
        }
        for held in &routing.held {
            let bundle = post.bundles.entry((held.channel.to_string(), held.bucket.clone())).or_default();
            bundle.due_at = held.due_at;
            bundle.others += 1;
        }
        routing.deliveries.iter().try_for_each(|delivery| post.owe(delivery))
    }

    /// The router has run, well or not: where it could do everything, nothing that is due is left.
    pub(super) fn is_caught_up(&mut self, well: bool) -> Held {
        let (really, now) = (self.truly(), self.now());
        let post = &mut self.mail.post;
        if !well {
            post.upset = Some(really);
            return Ok(());
        }
        if self.outages.muddled || post.is_upset(really) {
            return Ok(());
        }
        let left = post.waiting().find(|(_, it)| match &it.stands {
            Stands::New => true,
            Stands::Waits { until, behind } => *until <= now || is_let_go(post, behind.as_deref(), really),
            Stands::Done => false,
        });
        if let Some((id, posted)) = left {
            let detail = format!("{id} {:?} at {now}", posted.stands);
            return Err(Failure::new("what must be told is told when its time has come", detail));
        }
        match post.bundles.iter().find(|(_, bundle)| bundle.due_at <= now) {
            Some((name, bundle)) => {
                let detail = format!("{name:?} was due at {}, it is {now}", bundle.due_at);
                Err(Failure::new("what is told together is told when its time has come", detail))
            }
            None => Ok(()),
        }
    }

    /// How many letters may wait still at the end: for a maintenance, or behind what is open.
    pub(super) fn waiting(&self) -> u64 {
        self.mail.post.waiting().filter(|(_, it)| it.stands != Stands::New).count() as u64
    }
}

fn bad(scheduler: &Scheduler) -> Option<Bad> {
    let incident = scheduler.state.incident.as_ref()?;
    let causes = scheduler.causes();
    let covered = incident.acknowledged.as_ref();
    Some(Bad {
        incident: incident.id.to_string(),
        opened: incident.opened_at,
        causes,
        heeded: covered.is_some_and(|it| causes.iter().all(|cause| it.causes.has(cause))),
        config: (*scheduler.config).clone(),
    })
}
