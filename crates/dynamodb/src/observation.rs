//! Our own attention: stamps, gaps, notes, slots that nobody could observe.

use std::collections::BTreeMap;

use app::ports::{IngestProblem, Observation, StoreResult};
use async_trait::async_trait;
use domain::{Duration, Gap, Instant, ProjectId, SchedulerKey};

use crate::Store;
use crate::fault::{Fault, Faulty, Told};
use crate::gateway::{Item, Key, Query, Write};
use crate::problems;
use crate::schema::{EXPIRES, Table};
use crate::sequence::{first_at, sortable};

/// Most gaps that are answered at once.
const GAPS_MAX: usize = 1000;
/// How long it is known that slots were not observed.
const UNOBSERVED_KEPT: Duration = Duration::DAY.times(40);

#[async_trait]
impl Observation for Store {
    async fn stamp(&self, at: Instant) -> StoreResult<()> {
        let item = Item::of(&stamp_key()).with("since", at);
        self.gateway.write(Write::put(Table::Registry, item)).await.told("writing a stamp")
    }

    async fn last_stamp(&self) -> StoreResult<Option<Instant>> {
        let found = self.gateway.get(Table::Registry, &stamp_key()).await.told("reading the last stamp")?;
        found.map(|item| item.instant("since")).transpose().told("reading the last stamp")
    }

    async fn record_gap(&self, gap: Gap) -> StoreResult<()> {
        record(self, gap).await.told("recording a gap")
    }

    async fn gaps(&self, since: Instant) -> StoreResult<Vec<Gap>> {
        gaps(self, since).await.told("reading gaps")
    }

    async fn unobserved_slots(&self, since: Instant) -> StoreResult<Vec<(ProjectId, u64)>> {
        unobserved_slots(self, since).await.told("counting slots that were not observed")
    }

    async fn note(&self, name: &str) -> StoreResult<Option<String>> {
        note(self, name).await.told("reading a note")
    }

    async fn set_note(&self, name: &str, value: &str) -> StoreResult<()> {
        let item = Item::of(&note_key(name)).with("text", value);
        self.gateway.write(Write::put(Table::Registry, item)).await.told("writing a note")
    }

    async fn count_problems(&self, problems: Vec<IngestProblem>) -> StoreResult<()> {
        problems::count(self, &problems).await.told("counting what came in vain")
    }

    async fn problems(&self, project: &ProjectId) -> StoreResult<Vec<IngestProblem>> {
        problems::list(self, project).await.told("listing what came in vain")
    }

    async fn forget_problems(&self, before: Instant) -> StoreResult<usize> {
        problems::forget(self, before).await.told("forgetting what came in vain")
    }
}

fn stamp_key() -> Key {
    Key::new("meta", "stamp")
}

fn note_key(name: &str) -> Key {
    Key::new("NOTE", name)
}

async fn note(store: &Store, name: &str) -> Faulty<Option<String>> {
    let found = store.gateway.get(Table::Registry, &note_key(name)).await?;
    found.map(|item| item.text("text").map(str::to_owned)).transpose()
}

async fn record(store: &Store, gap: Gap) -> Faulty<()> {
    let item = Item::of(&Key::new("GAP", sortable(gap.from))).with("since", gap.from).with("end", gap.until);
    let write = Write::put(Table::Registry, item).naming("end");
    let write = write.when("attribute_not_exists(pk) or #end < :end").binding("end", gap.until);
    match store.gateway.write(write).await {
        // The one that is known ends as late, or later.
        Ok(()) | Err(Fault::Conflict) => Ok(()),
        Err(fault) => Err(fault),
    }
}

async fn gaps(store: &Store, since: Instant) -> Faulty<Vec<Gap>> {
    let mut found = Vec::new();
    let mut query = Query::of(Table::Registry, "GAP").descending().limit(GAPS_MAX);
    loop {
        let page = store.gateway.query(&query).await?;
        for item in &page.items {
            found.push(Gap { from: item.instant("since")?, until: item.instant("end")? });
        }
        found.retain(|gap| gap.until > since);
        match page.next.filter(|_| found.len() < GAPS_MAX) {
            Some(next) => query = query.after(next),
            None => break,
        }
    }
    found.truncate(GAPS_MAX);
    found.reverse();
    Ok(found)
}

fn unobserved_partition(shard: u8) -> String {
    format!("U#{shard:02}")
}

/// That slots of a scheduler were not observed, to be written with the event that says so.
pub(crate) fn unobserved(store: &Store, key: &SchedulerKey, at: Instant, slots: u32) -> Write {
    let partition = unobserved_partition(store.shard(key.id.as_str()));
    let item = Item::of(&Key::new(partition, store.sequence.next(at)))
        .with("prj", key.project.as_str())
        .with("slots", slots)
        .with(EXPIRES, (at + UNOBSERVED_KEPT).as_millis().div_euclid(1000));
    Write::put(Table::Registry, item)
}

async fn unobserved_slots(store: &Store, since: Instant) -> Faulty<Vec<(ProjectId, u64)>> {
    let bound = first_at(since);
    let ask = |shard| {
        let query = Query::of(Table::Registry, unobserved_partition(shard));
        store.gateway.gather(query.from(bound.as_str()))
    };
    let found = futures_util::future::try_join_all((0..store.shards).map(ask)).await?;
    let mut counts: BTreeMap<ProjectId, u64> = BTreeMap::new();
    for item in found.iter().flatten() {
        *counts.entry(ProjectId::trusted(item.text("prj")?)).or_default() += item.number::<u64>("slots")?;
    }
    Ok(counts.into_iter().collect())
}
