//! Receivers that keep an alert for each incident: what they have open at the end is exactly what is open of what they
//! were told.

use std::collections::{BTreeMap, BTreeSet};

use app::{Effect, Notice};

use super::{Failure, Held, World};
use crate::sim::receivers::{Arrived, PLACES};

/// What each keeps open, by the key it joins messages by.
#[derive(Clone, Debug, Default)]
pub(super) struct Keepers {
    open: BTreeMap<String, BTreeSet<String>>,
}

impl Keepers {
    /// A message was taken.
    pub(super) fn take(&mut self, arrived: &Arrived) {
        let open = self.open.entry(arrived.channel.clone()).or_default();
        let thread = arrived.notice.thread();
        match arrived.notice.effect() {
            Effect::Open if is_matter(&arrived.notice) => drop(open.insert(thread)),
            Effect::Close => drop(open.remove(&thread)),
            Effect::Open | Effect::Tell => {}
        }
    }
}

/// What is about ourselves is no incident.
const fn is_matter(notice: &Notice) -> bool {
    matches!(notice, Notice::Alert(_) | Notice::Group(_))
}

impl World {
    /// At the end, everything being delivered.
    pub(super) fn check_keepers(&self) -> Held {
        for place in PLACES.iter().filter(|place| place.keeps) {
            let open = self.mail.keepers.open.get(place.name).cloned().unwrap_or_default();
            let wanted = self.should_be_open(place.name);
            let unsure = |thread: &String| self.is_unsure(place.name, thread);
            let wrong: Vec<&String> = open.symmetric_difference(&wanted).filter(|it| !unsure(it)).collect();
            if let Some(first) = wrong.first() {
                let which = if open.contains(*first) { "open though it is over" } else { "not open" };
                let detail = format!("{}: {first} is {which}, and {} others", place.name, wrong.len() - 1);
                return Err(Failure::new("a keeper keeps what is open", detail));
            }
        }
        Ok(())
    }

    /// Every open incident that a keeper was told of by itself, and every group with one in it.
    fn should_be_open(&self, channel: &str) -> BTreeSet<String> {
        let told = self.mail.post.told.iter().filter(|(incident, _)| self.records.is_open(incident));
        told.filter_map(|(incident, told)| match told.get(channel)? {
            None => Some(incident.clone()),
            Some(group) => Some(group.clone()),
        })
        .collect()
    }

    /// Whether something of a thread never arrived, or is yet to be told.
    fn is_unsure(&self, channel: &str, thread: &str) -> bool {
        let post = &self.mail.post;
        let dead =
            self.mail.dead.iter().any(|id| {
                post.owed.get(id).is_some_and(|(whose, about)| whose == channel && about == thread)
            });
        let in_group = |bundle: &super::buckets::Bundle| {
            bundle
                .entries
                .iter()
                .any(|entry| entry.group.as_deref() == Some(thread) || entry.incident == thread)
        };
        let held = post.bundles.iter().any(|((whose, _), bundle)| whose == channel && in_group(bundle));
        let mut members = post.told.iter().filter(|(incident, told)| {
            *incident == thread || told.get(channel).is_some_and(|group| group.as_deref() == Some(thread))
        });
        let spared = post.spared.contains(&(channel.to_owned(), thread.to_owned()));
        dead || held || spared || members.any(|(incident, _)| post.is_under_way(incident))
    }
}
