//! Reading the log: chunks of the history, then what is still in the hot item. The hot item is read first: what moves
//! meanwhile is then seen twice, and never missed.

use app::ports::{EventsPage, HistoryEntry, HistoryQuery, Page};
use domain::history::{Entry as Line, entry as line};
use domain::id::CommitId;
use domain::{Event, Payload, SchedulerKey};

use super::entry::{Carried, Entry};
use super::items::{self, Life, log_sort};
use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::gateway::{Key, Query};
use crate::schedulers::hot::Hot;
use crate::schema::Table;

/// Chunks that are read at once, and how many reads one page may take.
const CHUNKS_AT_ONCE: usize = 200;
const READS_MAX: usize = 20;

/// Whether a commit was written, looking at events after `after` only.
pub(crate) async fn was_committed(
    store: &Store,
    key: &SchedulerKey,
    commit: &CommitId,
    after: u64,
) -> Faulty<bool> {
    let Some(hot) = store.standing(key).await?.alive() else { return Ok(false) };
    let is_it = |entry: &Entry| entry.commit == commit.as_str() && entry.last() > after;
    if hot.tail.iter().any(is_it) {
        return Ok(true);
    }
    let query = from(&hot.life(store), after + 1);
    let chunks = store.gateway.gather(query).await?;
    for chunk in chunks {
        if items::entries(&chunk)?.iter().any(is_it) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The chunks with events from a version on, oldest first.
pub(super) fn from(life: &Life, version: u64) -> Query {
    Query::of(Table::History, life.partition.clone()).between(log_sort(version), log_sort(u64::MAX))
}

/// Raw events after a version.
pub(crate) async fn events(
    store: &Store,
    key: &SchedulerKey,
    after: u64,
    limit: usize,
) -> Faulty<EventsPage> {
    let Some(hot) = store.standing(key).await?.alive() else { return Ok(EventsPage::Events(Vec::new())) };
    if after + 1 < hot.first {
        return Ok(EventsPage::Pruned { first: hot.first });
    }
    let mut found: Vec<Event> = Vec::new();
    let mut take = |entries: Vec<Entry>| {
        for event in entries.into_iter().flat_map(|entry| entry.events) {
            let is_new = found.last().is_none_or(|last| event.version > last.version);
            if event.version > after && is_new {
                found.push(event);
            }
        }
        found.len()
    };
    let mut query = from(&hot.life(store), after + 1).limit(CHUNKS_AT_ONCE.min(limit.max(1)));
    let mut count = 0;
    loop {
        let page = store.gateway.query(&query).await?;
        for chunk in &page.items {
            count = take(items::entries(chunk)?);
        }
        match page.next.filter(|_| count < limit) {
            Some(next) => query = query.after(next),
            None => break,
        }
    }
    if count < limit {
        take(hot.tail);
    }
    found.truncate(limit);
    Ok(EventsPage::Events(found))
}

/// The history, newest first.
pub(crate) async fn history(
    store: &Store,
    key: &SchedulerKey,
    query: &HistoryQuery,
) -> Faulty<Page<HistoryEntry>> {
    let before = version_of(query.cursor.as_deref())?.unwrap_or(u64::MAX);
    let Some(hot) = store.standing(key).await?.alive() else {
        return Ok(Page { items: Vec::new(), next: None });
    };
    let limit = query.limit.max(1);
    let mut reader = Backwards { before, query, found: Vec::new() };
    reader.take(hot.tail.clone());
    let mut reads = ChunksBackwards::new(hot.life(store), before);
    let mut is_end = false;
    for _ in 0..READS_MAX {
        if reader.found.len() > limit {
            break;
        }
        let Some(entries) = reads.next(store).await? else {
            is_end = true;
            break;
        };
        reader.take(entries);
    }
    let is_more = reader.found.len() > limit || !is_end;
    let seen = reader.before;
    reader.found.truncate(limit);
    let told = reader.found.last().map(|(event, _)| event.version).filter(|_| reader.found.len() == limit);
    let next = is_more.then(|| told.unwrap_or(seen).to_string());
    Ok(Page { items: carried(store, &hot, reader.found).await?, next })
}

/// A cursor of a log is a version.
pub(super) fn version_of(cursor: Option<&str>) -> Faulty<Option<u64>> {
    cursor.map(|text| text.parse().map_err(|_| Fault::cursor(text))).transpose()
}

/// Where a payload is, of an event that is shown.
type Told = (Event, Option<(Carried, String)>);

/// Entries taken from the newest on.
struct Backwards<'a> {
    /// Below which version the next one must be.
    before: u64,
    query: &'a HistoryQuery,
    found: Vec<Told>,
}

impl Backwards<'_> {
    fn take(&mut self, entries: Vec<Entry>) {
        for entry in entries.into_iter().rev() {
            let Entry { events, payload, commit, .. } = entry;
            for event in events.into_iter().rev() {
                if event.version >= self.before {
                    continue;
                }
                self.before = event.version;
                if belongs(&event, self.query) {
                    let own = payload.as_ref().filter(|(version, _)| *version == event.version);
                    let own = own.map(|(_, carried)| (carried.clone(), commit.clone()));
                    self.found.push((event, own));
                }
            }
        }
    }
}

/// Chunks from the newest on, some at a time: first the one that holds the version before the cursor, which is named by
/// a later one, then those before it.
struct ChunksBackwards {
    life: Life,
    start: u64,
    below: Option<Query>,
    is_begun: bool,
}

impl ChunksBackwards {
    fn new(life: Life, before: u64) -> Self {
        Self { life, start: before.saturating_sub(1), below: None, is_begun: false }
    }

    /// In order of the log.
    async fn next(&mut self, store: &Store) -> Faulty<Option<Vec<Entry>>> {
        if !self.is_begun {
            self.is_begun = true;
            let below = Query::of(Table::History, self.life.partition.clone());
            self.below =
                Some(below.between(log_sort(0), log_sort(self.start)).descending().limit(CHUNKS_AT_ONCE));
            let holding =
                store.gateway.gather(from(&self.life, self.start.saturating_add(1)).limit(1)).await?;
            if let Some(chunk) = holding.first() {
                return items::entries(chunk).map(Some);
            }
        }
        let Some(query) = self.below.take() else { return Ok(None) };
        let page = store.gateway.query(&query).await?;
        let mut entries = Vec::new();
        for chunk in page.items.iter().rev() {
            entries.extend(items::entries(chunk)?);
        }
        self.below = page.next.map(|next| query.after(next));
        Ok((!entries.is_empty() || self.below.is_some()).then_some(entries))
    }
}

fn belongs(event: &Event, query: &HistoryQuery) -> bool {
    let received_at = event.fact.report().map_or(event.at, |report| report.received_at);
    let wanted = match line(&event.fact) {
        Some(Line::Report(status)) => query.status.is_none_or(|wanted| wanted == status),
        Some(Line::System(_)) => query.system,
        None => false,
    };
    wanted && query.from.is_none_or(|from| received_at >= from) && query.to.is_none_or(|to| received_at < to)
}

/// With their payloads, the bulky ones read together.
async fn carried(store: &Store, hot: &Hot, told: Vec<Told>) -> Faulty<Vec<HistoryEntry>> {
    let life = hot.life(store);
    let beside = |(event, own): &Told| match own {
        Some((Carried::Beside, commit)) => Some(life.payload_key(event.version, commit)),
        _ => None,
    };
    let wanted: Vec<Key> = told.iter().filter_map(beside).collect();
    let mut bulky = std::collections::HashMap::new();
    for item in store.gateway.get_many(Table::History, &wanted).await? {
        bulky.insert(item.key()?, items::payload(&item)?);
    }
    let read = |told: Told| {
        let payload = match (beside(&told), told.1) {
            (Some(key), _) => bulky.remove(&key).unwrap_or_default(),
            (None, Some((Carried::Here(payload), _))) => *payload,
            _ => Payload::default(),
        };
        HistoryEntry { event: told.0, payload }
    };
    Ok(told.into_iter().map(read).collect())
}
