//! Incidents: written with the commits that change them, each an item of its own; an index lists them newest first, those
//! that are open apart from those that are over.

use app::ports::{IncidentQuery, IncidentState, Incidents, Page, StoreResult};
use async_trait::async_trait;
use domain::id::IncidentId;
use domain::{IncidentRecord, Instant, ProjectId};

use crate::Store;
use crate::access::known_projects;
use crate::fault::{Faulty, Told};
use crate::gateway::{Item, Key, Query, Write, to_json};
use crate::merge::Merged;
use crate::packing::{pack, unpack};
use crate::schema::{EXPIRES, Index, Table};
use crate::sequence::sortable;

/// Over how many partitions the incidents of a project are spread.
const SPREAD: u8 = 4;
/// How many entries one page looks at.
const LOOKED_AT_MAX: usize = 5000;
const OPEN: &str = "open";
const OVER: &str = "over";

#[async_trait]
impl Incidents for Store {
    async fn incident(&self, id: &IncidentId) -> StoreResult<Option<IncidentRecord>> {
        one(self, id).await.told("looking for an incident")
    }

    async fn incidents(
        &self,
        project: &ProjectId,
        query: &IncidentQuery,
    ) -> StoreResult<Page<IncidentRecord>> {
        list(self, project, query).await.told("listing incidents")
    }

    async fn open_incidents(&self) -> StoreResult<u64> {
        count_open(self).await.told("counting incidents")
    }

    async fn prune_incidents(&self, before: Instant, limit: usize) -> StoreResult<usize> {
        prune(self, before, limit).await.told("forgetting incidents")
    }
}

fn place(id: &IncidentId) -> Key {
    Key::new(format!("I#{id}"), "-")
}

fn partition(project: &ProjectId, standing: &str, part: u8) -> String {
    format!("I#{project}#{standing}#{part}")
}

fn partitions<'a>(project: &'a ProjectId, standing: &'a str) -> impl Iterator<Item = String> + 'a {
    (0..SPREAD).map(move |part| partition(project, standing, part))
}

/// An incident as it is now, to be written with what changed it.
pub(crate) fn put(store: &Store, record: &IncidentRecord) -> Faulty<Write> {
    let standing = if record.over.is_none() { OPEN } else { OVER };
    let part = store.shard(record.id.as_str()) % SPREAD;
    let expires = record.over.map(|over| (over.at + store.history_kept).as_millis().div_euclid(1000));
    let item = Item::of(&place(&record.id))
        .with("f_pk", partition(&record.key.project, standing, part))
        .with("f_sk", format!("{}#{}", sortable(record.opened_at), record.id))
        .with("sid", record.key.id.as_str())
        .with("service", record.service_name.as_str())
        .with("body", pack(&to_json(record)?))
        .with_some(EXPIRES, expires);
    Ok(Write::put(Table::Registry, item))
}

async fn one(store: &Store, id: &IncidentId) -> Faulty<Option<IncidentRecord>> {
    let found = store.gateway.get(Table::Registry, &place(id)).await?;
    found.as_ref().map(read).transpose()
}

fn read(item: &Item) -> Faulty<IncidentRecord> {
    let text = unpack(item.bytes("body")?, "body of an incident")?;
    serde_json::from_str(&text).map_err(|error| item.unreadable("body", &error.to_string()))
}

/// Newest first. The cursor is the sort key of the last entry that was looked at.
async fn list(store: &Store, project: &ProjectId, query: &IncidentQuery) -> Faulty<Page<IncidentRecord>> {
    let standings: &[&str] = match query.state {
        None => &[OPEN, OVER],
        Some(IncidentState::Resolved) => &[OVER],
        Some(_) => &[OPEN],
    };
    let partitions = standings.iter().flat_map(|standing| partitions(project, standing));
    let index = (Table::Registry, Index::Filed);
    let mut entries = Merged::new(store, index, partitions, query.cursor.as_deref());
    let (limit, mut items, mut last) = (query.limit.max(1), Vec::new(), None);
    let mut looked_at = 0;
    while let Some((sort, entry)) = entries.next().await? {
        looked_at += 1;
        if may_be_wanted(&entry, query)? {
            let found = store.gateway.get(Table::Registry, &entry.key()?).await?;
            let found = found.as_ref().map(read).transpose()?;
            if let Some(record) = found.filter(|record| query.wants(record)) {
                if items.len() == limit {
                    return Ok(Page { items, next: last });
                }
                items.push(record);
            }
        }
        last = Some(sort);
        if looked_at >= LOOKED_AT_MAX {
            return Ok(Page { items, next: last });
        }
    }
    Ok(Page { items, next: None })
}

/// What the index alone can tell.
fn may_be_wanted(entry: &Item, query: &IncidentQuery) -> Faulty<bool> {
    let (id, service) = (entry.text("sid")?, entry.text("service")?);
    Ok(query.scheduler.as_ref().is_none_or(|wanted| wanted.as_str() == id)
        && query.service.as_ref().is_none_or(|wanted| wanted == service)
        && query.services.as_ref().is_none_or(|seen| seen.iter().any(|wanted| wanted == service)))
}

async fn count_open(store: &Store) -> Faulty<u64> {
    let mut open = 0;
    for project in known_projects(store).await? {
        for partition in partitions(&project, OPEN) {
            open += store.gateway.count(Query::along(Table::Registry, Index::Filed, partition)).await?;
        }
    }
    Ok(open)
}

/// Those that opened first are looked at first; what ended late among them is passed over.
async fn prune(store: &Store, before: Instant, limit: usize) -> Faulty<usize> {
    let mut gone = 0;
    for project in known_projects(store).await? {
        for partition in partitions(&project, OVER) {
            let oldest = Query::along(Table::Registry, Index::Filed, partition).limit(LOOKED_AT_MAX);
            let keys = store.gateway.gather(oldest).await?;
            let keys = keys.iter().map(Item::key).collect::<Faulty<Vec<_>>>()?;
            let mut writes = Vec::new();
            for item in store.gateway.get_many(Table::Registry, &keys).await? {
                let record = read(&item)?;
                if record.over.is_some_and(|over| over.at < before) && gone + writes.len() < limit {
                    writes.push(Write::delete(Table::Registry, item.key()?));
                }
            }
            gone += writes.len();
            store.gateway.batch(writes).await?;
        }
    }
    Ok(gone)
}
