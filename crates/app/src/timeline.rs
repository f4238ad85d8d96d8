//! What happened in an incident, out of its scheduler's log: its own story, and the bad marks that caused it and came on
//! top. Bounded: the newest entries of a long one, and what is left where the log is pruned.

use domain::event::Standing;
use domain::{Event, Fact, IncidentRecord, Outcome, SchedulerKey, is_about_one};

use crate::app::App;
use crate::error::AppResult;
use crate::ports::EventsPage;

/// Most entries of one timeline.
pub const TIMELINE_MAX: usize = 500;
/// How many events before the opening are looked through for what led to it.
const LEAD: u64 = 200;
/// How many events are read at once, and how often at most.
const PAGE: u64 = 1000;
const PAGES_MAX: usize = 20;

/// What happened in an incident.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Oldest first, at most [`TIMELINE_MAX`].
    pub entries: Vec<Event>,
    /// Whether that is all: entries may be too many, or pruned.
    pub is_whole: bool,
}

impl App {
    pub(crate) async fn timeline(&self, incident: &IncidentRecord) -> AppResult<Timeline> {
        let row = self.ports.queries.get(&incident.key).await?;
        // A name that was deleted may live again: its log is another one then.
        let same = row.filter(|row| row.scheduler.incarnation == incident.incarnation);
        let Some(row) = same else { return Ok(Timeline::default()) };
        let end = incident.over.map_or(row.scheduler.version, |over| over.version);
        let begin = incident.opened_version.saturating_sub(LEAD);
        let (events, first) = self.newest_events(&incident.key, begin, end).await?;
        Ok(told(events, incident.opened_version, first <= incident.opened_version))
    }

    /// Events that matter to a timeline, of versions after `begin` up to `end`, oldest first; newest are read first, and
    /// reading stops when there are enough. And the first version that was looked at.
    async fn newest_events(&self, key: &SchedulerKey, begin: u64, end: u64) -> AppResult<(Vec<Event>, u64)> {
        let (mut found, mut upto) = (Vec::new(), end);
        for _ in 0..PAGES_MAX {
            let after = upto.saturating_sub(PAGE).max(begin);
            let (mut page, first) = self.kept_events(key, after, upto).await?;
            page.append(&mut found);
            (found, upto) = (page, after);
            if first > after + 1 || after <= begin || found.len() > TIMELINE_MAX {
                return Ok((found, first));
            }
        }
        Ok((found, upto + 1))
    }

    /// Events after a version up to another, as far as they are kept, and the first that is.
    async fn kept_events(&self, key: &SchedulerKey, after: u64, upto: u64) -> AppResult<(Vec<Event>, u64)> {
        let limit = |after: u64| upto.saturating_sub(after).clamp(1, PAGE) as usize;
        let queries = &self.ports.queries;
        let (page, first) = match queries.events(key, after, limit(after)).await? {
            EventsPage::Events(events) => (events, after + 1),
            EventsPage::Pruned { first } if first > upto => return Ok((Vec::new(), first)),
            EventsPage::Pruned { first } => {
                match queries.events(key, first - 1, limit(first - 1)).await? {
                    EventsPage::Events(events) => (events, first),
                    // More was pruned meanwhile: nothing of it is kept, as far as this answer goes.
                    EventsPage::Pruned { first } => (Vec::new(), first),
                }
            }
        };
        let within = page.into_iter().filter(|event| event.version <= upto && matters(&event.fact));
        Ok((within.collect(), first))
    }
}

/// The timeline of an incident that an event of that version opened.
fn told(events: Vec<Event>, opened_version: u64, is_whole: bool) -> Timeline {
    let (lead, own): (Vec<Event>, Vec<Event>) =
        events.into_iter().partition(|event| event.version < opened_version);
    let since_all_was_well = lead.into_iter().rev().take_while(|event| is_bad_mark(&event.fact));
    let mut entries: Vec<Event> = since_all_was_well.collect();
    entries.reverse();
    entries.extend(own.into_iter().filter(|event| !is_turn(&event.fact)));
    let surplus = entries.len().saturating_sub(TIMELINE_MAX);
    entries.drain(..surplus);
    Timeline { entries, is_whole: is_whole && surplus == 0 }
}

fn matters(fact: &Fact) -> bool {
    is_about_one(fact) || is_bad_mark(fact) || is_turn(fact)
}

fn is_bad_mark(fact: &Fact) -> bool {
    match fact {
        Fact::RunFinished { outcome, standing, .. } => {
            *outcome == Outcome::Failed && *standing == Standing::Current
        }
        Fact::SlotsMissed(_) | Fact::RunWentStale { .. } | Fact::RunOverran { .. } => true,
        _ => false,
    }
}

/// Whether all was well from here on, as far as what led to a later incident goes.
fn is_turn(fact: &Fact) -> bool {
    match fact {
        Fact::RunFinished { outcome, standing, .. } => {
            *outcome == Outcome::Completed && *standing == Standing::Current
        }
        Fact::Registered { .. } | Fact::Resumed { .. } | Fact::Paused { .. } => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use domain::event::Slots;
    use domain::id::IncidentId;
    use domain::{Cause, CauseSet, Instant};

    use super::*;

    fn missed(version: u64) -> Event {
        let at = Instant::from_seconds(version as i64);
        Event { version, at, fact: Fact::SlotsMissed(Slots { first: at, last: at, count: 1, next: None }) }
    }

    fn opened(version: u64) -> Event {
        let causes = CauseSet::from_iter([Cause::Missed]);
        let fact = Fact::IncidentOpened { incident: IncidentId::mint(1), causes };
        Event { fact, ..missed(version) }
    }

    fn resumed(version: u64) -> Event {
        Event { fact: Fact::Resumed { expected: None }, ..missed(version) }
    }

    fn versions(timeline: &Timeline) -> Vec<u64> {
        timeline.entries.iter().map(|event| event.version).collect()
    }

    #[test]
    fn what_led_to_it_goes_back_to_when_all_was_well() {
        let events = vec![missed(1), resumed(2), missed(3), missed(4), opened(5), resumed(6), missed(7)];
        let timeline = told(events, 5, true);
        assert_eq!((versions(&timeline), timeline.is_whole), (vec![3, 4, 5, 7], true));
    }

    #[test]
    fn of_a_long_one_the_newest_entries_are_told() {
        let events = std::iter::once(opened(1)).chain((2..=600).map(missed)).collect();
        let timeline = told(events, 1, true);
        assert_eq!((timeline.entries.len(), timeline.is_whole), (TIMELINE_MAX, false));
        assert_eq!(versions(&timeline)[0], 101);
    }
}
