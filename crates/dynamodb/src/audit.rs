//! The audit log: for each project a few partitions in order of writing, which are read together; and by subject through
//! an index, which may trail by a moment.

use app::ports::{AuditEntry, AuditQuery, Page};
use domain::{Instant, ProjectId};

use crate::Store;
use crate::fault::Faulty;
use crate::gateway::{Item, Key, Query, Write};
use crate::schema::{EXPIRES, Index, Table};

/// Over how many partitions the entries of a project are spread: many registrations at once each write one.
const SPREAD: u8 = 8;

fn partition(project: &ProjectId, part: u8) -> String {
    format!("A#{project}#{part}")
}

fn subject_partition(project: &ProjectId, subject: &str) -> String {
    format!("A#{project}#of#{subject}")
}

/// An entry, to be written with what it is about.
pub(crate) fn entry(store: &Store, entry: &AuditEntry) -> Faulty<Write> {
    let number = store.sequence.next(entry.at);
    let part = store.shard(&number) % SPREAD;
    let item = Item::of(&Key::new(partition(&entry.project, part), number.as_str()))
        .with_json("body", entry)?
        .with("f_pk", subject_partition(&entry.project, &entry.subject))
        .with("f_sk", number)
        .with(EXPIRES, (entry.at + store.history_kept).as_millis().div_euclid(1000));
    Ok(Write::put(Table::Registry, item))
}

/// Newest first. The cursor is the number of the last entry.
pub(crate) async fn list(store: &Store, project: &ProjectId, query: &AuditQuery) -> Faulty<Page<AuditEntry>> {
    let limit = query.limit.max(1);
    let bounded = |wanted: Query| match &query.cursor {
        Some(cursor) => wanted.below(cursor.as_str()),
        None => wanted,
    };
    let mut items = if let Some(subject) = &query.subject {
        let along = Query::along(Table::Registry, Index::Filed, subject_partition(project, subject));
        let found = store.gateway.gather(bounded(along).descending().limit(limit + 1)).await?;
        let keys = found.iter().map(Item::key).collect::<Faulty<Vec<_>>>()?;
        store.gateway.get_many(Table::Registry, &keys).await?
    } else {
        let part = |part| {
            let wanted = bounded(Query::of(Table::Registry, partition(project, part)));
            store.gateway.gather(wanted.descending().limit(limit + 1))
        };
        futures_util::future::try_join_all((0..SPREAD).map(part)).await?.concat()
    };
    let number = |item: &Item| item.text("sk").map(str::to_owned);
    items.sort_by_cached_key(|item| std::cmp::Reverse(number(item).unwrap_or_default()));
    let is_more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| is_more).map(number).transpose()?;
    Ok(Page { items: items.iter().map(|item| item.json("body")).collect::<Faulty<_>>()?, next })
}

/// Forgets entries made before an instant; they expire by themselves much later.
pub(crate) async fn forget(store: &Store, before: Instant, limit: usize) -> Faulty<usize> {
    let bound = crate::sequence::first_at(before);
    let mut gone = 0;
    for project in crate::access::known_projects(store).await? {
        for part in 0..SPREAD {
            if gone >= limit {
                return Ok(gone);
            }
            let old = Query::of(Table::Registry, partition(&project, part)).below(bound.as_str());
            let old = store.gateway.gather(old.limit(limit - gone)).await?;
            let writes = old.iter().map(|item| Ok(Write::delete(Table::Registry, item.key()?)));
            store.gateway.batch(writes.collect::<Faulty<_>>()?).await?;
            gone += old.len();
        }
    }
    Ok(gone)
}
