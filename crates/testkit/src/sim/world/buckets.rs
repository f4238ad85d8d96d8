//! What is told together: every alert that was held back is in exactly one message, which counts what it should; a
//! receiver that keeps alerts is given those that are open, each under its own key.

use std::collections::{BTreeMap, BTreeSet};

use app::ports::{Bucket, Delivery};
use app::{Group, GroupReason, Notice, Tally};
use domain::{AlertKind, Ended, Instant};

use super::records::Records;
use super::{Failure, Held, World};
use crate::sim::model::{Class, Today};
use crate::sim::receivers::place;

/// What waits to be told together.
#[derive(Clone, Debug, Default)]
pub(super) struct Bundle {
    pub(super) due_at: Instant,
    /// In the order in which they came.
    pub(super) entries: Vec<Entry>,
    /// How many that are no alerts.
    pub(super) others: usize,
}

/// One alert of it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) incident: String,
    pub(super) scheduler: String,
    pub(super) kind: AlertKind,
    pub(super) group: Option<String>,
}

/// What a bundle says of one incident.
struct Line {
    scheduler: String,
    over: bool,
    /// Whether it was paused or deleted, which is told to nobody.
    dropped: bool,
    group: Option<String>,
}

impl Bundle {
    fn lines(&self) -> BTreeMap<String, Line> {
        let mut lines = BTreeMap::<String, Line>::new();
        for entry in &self.entries {
            let line = lines.entry(entry.incident.clone()).or_insert_with(|| Line {
                scheduler: entry.scheduler.clone(),
                over: false,
                dropped: false,
                group: None,
            });
            line.over = Class::of(entry.kind) == Class::End;
            line.dropped = entry.kind == AlertKind::Dropped;
            line.group.clone_from(&entry.group);
        }
        lines
    }
}

fn wrong(detail: String) -> Held {
    Err(Failure::new("what is told together is what was held back", detail))
}

impl Records {
    /// What is over by now is told as over when quiet hours end.
    fn bring_up_to_date(&self, lines: &mut BTreeMap<String, Line>) {
        for (incident, line) in lines.iter_mut().filter(|(_, line)| !line.over) {
            if let Some(why) = self.ended(incident) {
                (line.over, line.dropped) = (true, why != Ended::Recovered);
            }
        }
    }
}

impl World {
    /// A bucket was emptied.
    pub(super) fn emptied(&mut self, bucket: &Bucket, deliveries: &[Delivery], today: &Today) -> Held {
        let name = (bucket.channel.to_string(), bucket.name.clone());
        let Some(bundle) = self.mail.post.bundles.remove(&name) else {
            // It was emptied before: done twice, it is done once.
            return Ok(());
        };
        for delivery in deliveries {
            self.mail.post.owe(delivery)?;
        }
        let groups: Vec<&Group> = deliveries.iter().filter_map(|it| group(&it.notice)).collect();
        for group in &groups {
            let reason = match &group.reason {
                GroupReason::Storm => "storm",
                GroupReason::Quiet => "quiet",
                GroupReason::Upstream { .. } => "upstream",
            };
            self.coverage.saw("together", reason);
        }
        let mut lines = bundle.lines();
        if name.1.starts_with("quiet-") {
            self.records.bring_up_to_date(&mut lines);
        }
        if place(&name.0).is_some_and(|place| place.keeps) {
            self.is_kept(&name.0, &lines, deliveries, today)
        } else {
            self.is_shown(&name.0, &bundle, &lines, deliveries)
        }
    }

    /// One message that says how many, and what is no alert as it is.
    fn is_shown(
        &self,
        channel: &str,
        bundle: &Bundle,
        lines: &BTreeMap<String, Line>,
        deliveries: &[Delivery],
    ) -> Held {
        let groups: Vec<&Group> = deliveries.iter().filter_map(|it| group(&it.notice)).collect();
        let told = || lines.values().filter(|line| !line.dropped);
        if deliveries.len() - groups.len() != bundle.others || groups.len() != told().count().min(1) {
            return wrong(format!("{channel}: {} messages of {bundle:?}", deliveries.len()));
        }
        let Some(group) = groups.first() else { return Ok(()) };
        let open = told().filter(|line| !line.over).count() as u64;
        let over = told().filter(|line| line.over).count() as u64;
        let said = (group.opened.count + group.updated.count, group.resolved.count);
        if said != (open, over) {
            return wrong(format!(
                "{channel}: said {said:?} of {open} that are open and {over} that are over"
            ));
        }
        for (tally, ends) in [(&group.opened, false), (&group.updated, false), (&group.resolved, true)] {
            is_named(tally, lines, ends)?;
        }
        let left = if group.reason == GroupReason::Quiet { open } else { self.open_of(channel, lines) };
        if group.still_open != left && !self.outages.muddled {
            return wrong(format!("{channel}: said {} are open still of {left}", group.still_open));
        }
        Ok(())
    }

    /// How many of the groups that lines are of are open, and of those that are in none.
    fn open_of(&self, channel: &str, lines: &BTreeMap<String, Line>) -> u64 {
        let groups: BTreeSet<&String> = lines.values().filter_map(|line| line.group.as_ref()).collect();
        let alone = lines.values().filter(|line| line.group.is_none() && !line.over).count();
        let post = &self.mail.post;
        let inside = post.told.iter().filter(|(incident, told)| {
            let of = told.get(channel).and_then(Option::as_ref);
            of.is_some_and(|of| groups.contains(of)) && !post.over.contains(*incident)
        });
        (inside.count() + alone) as u64
    }

    /// Those that are open and nobody looks after, each by itself, and one message a group.
    fn is_kept(
        &mut self,
        channel: &str,
        lines: &BTreeMap<String, Line>,
        deliveries: &[Delivery],
        today: &Today,
    ) -> Held {
        let mut wanted = BTreeSet::new();
        for (incident, line) in lines {
            let bad = today.bad.get(&line.scheduler).filter(|bad| bad.incident == *incident);
            if let Some(group) = &line.group {
                wanted.insert(group.clone());
            } else if bad.is_some() && self.records.is_acknowledged(incident) {
                self.mail.post.spared.insert((channel.to_owned(), incident.clone()));
            } else if bad.is_some() && !line.over {
                wanted.insert(incident.clone());
            }
        }
        let alerts = deliveries.iter().filter(|it| matches!(it.notice, Notice::Alert(_) | Notice::Group(_)));
        let made: BTreeSet<String> = alerts.map(|it| it.notice.thread()).collect();
        if made != wanted {
            return wrong(format!("a keeper got {made:?}, and should have got {wanted:?}"));
        }
        Ok(())
    }
}

fn group(notice: &Notice) -> Option<&Group> {
    match notice {
        Notice::Group(group) => Some(group),
        _ => None,
    }
}

/// Whoever is named is one of those.
fn is_named(tally: &Tally, lines: &BTreeMap<String, Line>, over: bool) -> Held {
    let many = (tally.count as usize).min(app::notice::GROUP_NAMED_MAX);
    let is_one = |incident: &str| lines.get(incident).is_some_and(|line| line.over == over && !line.dropped);
    if tally.named.len() != many || !tally.named.iter().all(|member| is_one(member.incident.as_str())) {
        return wrong(format!("named {:?}", tally.named));
    }
    Ok(())
}
