//! What is on its way to whom: every alert that was ever decided and how far it has come, who was told of what, what waits
//! to be told together, and what was made for each channel.

use std::collections::{BTreeMap, BTreeSet};

use app::ports::{Delivery, PutOff};
use domain::{Duration, Instant};

use super::buckets::Bundle;
use super::{Failure, Held};
use crate::sim::model::{Class, Letter, SINGLY_MAX, Today, Told};

/// How long after something went wrong the router is given to catch up.
const CATCHES_UP: Duration = Duration::from_minutes(3);

/// A letter, and how far it has come.
#[derive(Clone, Debug)]
pub(super) struct Posted {
    pub(super) letter: Letter,
    pub(super) stands: Stands,
}

/// How far a letter has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    New,
    /// It is looked at again then, or when what it waits behind is over.
    Waits {
        until: Instant,
        behind: Option<String>,
    },
    Done,
}

/// What is on its way to whom.
#[derive(Clone, Debug, Default)]
pub(super) struct PostOffice {
    /// Every alert that was ever decided, by its id.
    pub(super) letters: BTreeMap<String, Posted>,
    /// Those that are not done with.
    open: BTreeSet<String>,
    /// When people were last to be told of each incident, steps apart.
    pub(super) last_said: BTreeMap<String, Instant>,
    /// What is no alert.
    pub(super) others: BTreeSet<String>,
    pub(super) told: BTreeMap<String, Told>,
    /// Incidents whose end was told.
    pub(super) over: BTreeSet<String>,
    /// What waits to be told together, by channel and bucket.
    pub(super) bundles: BTreeMap<(String, String), Bundle>,
    /// Deliveries that were made: to whom, and in which thread.
    pub(super) owed: BTreeMap<String, (String, String)>,
    /// Channels that were spared what was held for them, for somebody looked after it by then, and the incident.
    pub(super) spared: BTreeSet<(String, String)>,
    /// The minute that was counted last, by class, and how many went out singly in it.
    pub(super) singly: BTreeMap<Class, (Instant, u32)>,
    /// Incidents that are over and were waited behind, and since when by the time that really passes.
    pub(super) let_go: BTreeMap<String, Instant>,
    /// When something last went wrong for the router.
    pub(super) upset: Option<Instant>,
}

impl PostOffice {
    pub(super) fn decided(&mut self, id: String, letter: Letter) {
        self.open.insert(id.clone());
        if Class::of(letter.kind) != Class::End && letter.step.is_none() {
            self.last_said.insert(letter.incident.clone(), letter.at);
        }
        self.letters.insert(id, Posted { letter, stands: Stands::New });
    }

    pub(super) fn waiting(&self) -> impl Iterator<Item = (&String, &Posted)> {
        self.open.iter().filter_map(|id| self.letters.get_key_value(id))
    }

    pub(super) fn done(&mut self, id: &str) {
        self.open.remove(id);
        if let Some(posted) = self.letters.get_mut(id) {
            posted.stands = Stands::Done;
        }
    }

    /// What is known of this minute.
    pub(super) fn at_minute(&self, today: &mut Today, at: Instant) {
        let counted = self.singly.iter().filter(|(_, (known, _))| *known == minute(at));
        today.singly = counted.map(|(class, (_, count))| (*class, (*count).min(SINGLY_MAX))).collect();
        today.now = at;
    }

    /// When the router has something to do by the server's clock, besides what is new.
    pub(super) fn due(&self) -> Option<Instant> {
        let letters = self.waiting().filter_map(|(_, it)| match &it.stands {
            Stands::Waits { until, .. } => Some(*until),
            Stands::New | Stands::Done => None,
        });
        letters.chain(self.bundles.values().map(|bundle| bundle.due_at)).min()
    }

    /// Whether something went wrong so short a time ago that the router need not have caught up.
    pub(super) fn is_upset(&self, really: Instant) -> bool {
        self.upset.is_some_and(|upset| really <= upset + CATCHES_UP)
    }

    pub(super) fn told_of(&self, incident: &str) -> Told {
        self.told.get(incident).cloned().unwrap_or_default()
    }

    /// Something was made for a channel.
    pub(super) fn owe(&mut self, delivery: &Delivery) -> Held {
        let place = (delivery.channel.to_string(), delivery.notice.thread());
        self.spared.remove(&place);
        match self.owed.insert(delivery.id.to_string(), place) {
            None => Ok(()),
            Some(_) => {
                Err(Failure::new("one notice and one channel make one delivery", delivery.id.as_str()))
            }
        }
    }

    pub(super) fn tell(&mut self, incident: &str, channel: &str, group: Option<&String>) {
        let told = self.told.entry(incident.to_owned()).or_default();
        let known = told.entry(channel.to_owned()).or_insert_with(|| group.cloned());
        // Who was ever told singly is told singly.
        if group.is_none() {
            *known = None;
        }
    }

    /// Whether a letter is still to be told to someone, or waits.
    pub(super) fn is_under_way(&self, incident: &str) -> bool {
        let waits = self.waiting().any(|(_, it)| it.letter.incident == incident);
        waits || self.bundles.values().any(|bundle| bundle.entries.iter().any(|it| it.incident == incident))
    }

    /// It waits, and what waited before it need not any more: it says all that those say.
    pub(super) fn put_off(&mut self, id: &str, put_off: &PutOff) -> Result<bool, Failure> {
        let Some(this) = self.letters.get(id).map(|it| it.letter.clone()) else { return Ok(false) };
        let earlier = |other: &String, posted: &Posted| {
            let same =
                matches!(&posted.stands, Stands::Waits { behind: Some(it), .. } if *it == put_off.behind);
            same && posted.letter.incident == this.incident && version(other) < version(id)
        };
        let replaced = self.waiting().filter(|(other, posted)| put_off.replaces && earlier(other, posted));
        let replaced: Vec<(String, Letter)> =
            replaced.map(|(other, posted)| (other.clone(), posted.letter.clone())).collect();
        for (other, letter) in &replaced {
            if Class::of(this.kind) != Class::End && letter.step != this.step {
                let detail = format!("{id} in the stead of {other}, which others hear of");
                return Err(Failure::new("what waits is not forgotten for what others hear of", detail));
            }
            self.done(other);
        }
        if let Some(posted) = self.letters.get_mut(id) {
            posted.stands = Stands::Waits { until: put_off.until, behind: Some(put_off.behind.clone()) };
        }
        Ok(!replaced.is_empty())
    }

    /// Answers whether anything waited behind it.
    pub(super) fn release(&mut self, behind: &str, at: Instant) -> bool {
        let mut any = false;
        for id in &self.open {
            let Some(posted) = self.letters.get_mut(id) else { continue };
            if let Stands::Waits { until, behind: waits } = &mut posted.stands
                && waits.as_deref() == Some(behind)
            {
                (*until, *waits) = ((*until).min(at), None);
                any = true;
            }
        }
        any
    }
}

/// Which event of its scheduler an alert is of; the last where it is of none.
pub(super) fn version(id: &str) -> u64 {
    id.rsplit('-').next().and_then(|version| version.parse().ok()).unwrap_or(u64::MAX)
}

pub(super) fn minute(at: Instant) -> Instant {
    let minute = Duration::MINUTE.as_millis();
    Instant::from_millis(at.as_millis().div_euclid(minute) * minute)
}

/// Whether what is waited behind has been over for some time.
pub(super) fn is_let_go(post: &PostOffice, behind: Option<&str>, really: Instant) -> bool {
    let incident = behind.and_then(upstream);
    let since = incident.and_then(|incident| post.let_go.get(incident));
    since.is_some_and(|since| {
        let upset = post.upset.is_some_and(|upset| *since <= upset + CATCHES_UP);
        !upset && *since + CATCHES_UP < really
    })
}

/// The incident that a name of what is waited behind names.
pub(super) fn upstream(behind: &str) -> Option<&str> {
    behind.trim_end_matches(" steps").strip_prefix("upstream-")
}
