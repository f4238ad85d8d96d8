//! The index of wake instants: sparse, in shards, and trailing. It may say too early and never too late: whoever is woken
//! looks at the scheduler itself.

use app::Shards;
use std::sync::{Mutex, PoisonError};

use app::ports::{Due, Reindex};
use domain::{Instant, SchedulerKey};
use futures_util::{StreamExt, TryStreamExt};

use super::commit::{overview, resting_on_wake, wake_partition};
use super::hot::{hot_key, read_wake, wake_sort};
use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::gateway::{Item, Query, Write};
use crate::schema::{Index, Table};
use crate::sequence::sortable;

/// How many shards are asked side by side.
const SIDE_BY_SIDE: usize = 16;
/// How many schedulers are looked at together.
const AT_ONCE: usize = 100;

/// Looks at the first of each shard, and only where that is due at the rest. What nothing is due of is remembered for who
/// asks next when that will be: idle shards are read once, not twice.
pub(super) async fn due(store: &Store, until: Instant, limit: usize, shards: &Shards) -> Faulty<Vec<Due>> {
    let next = first(store, shards, |along| along.limit(1)).await?.into_iter().map(|due| due.wake).min();
    if next.is_none_or(|next| next > until) {
        store.peeked.note(*shards, next);
        return Ok(Vec::new());
    }
    // Above every name that has that instant.
    let bound = format!("{}$", sortable(until));
    let mut due = first(store, shards, |along| along.up_to(bound.clone()).limit(limit)).await?;
    due.sort_by(|a, b| (a.wake, &a.key).cmp(&(b.wake, &b.key)));
    due.truncate(limit);
    Ok(due)
}

pub(super) async fn next(store: &Store, shards: &Shards) -> Faulty<Option<Instant>> {
    if let Some(peek) = store.peeked.take(*shards) {
        return Ok(peek.next);
    }
    Ok(first(store, shards, |along| along.limit(1)).await?.into_iter().map(|due| due.wake).min())
}

/// What was seen of the index while looking for what is due: good for one question, which follows at once.
#[derive(Debug, Default)]
pub(crate) struct Peeked(Mutex<Option<Peek>>);

/// The first instant of some shards, where they have any.
#[derive(Clone, Copy, Debug)]
struct Peek {
    of: Shards,
    next: Option<Instant>,
}

impl Peeked {
    fn note(&self, of: Shards, next: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Peek { of, next });
    }

    /// Forgets it: something was written.
    pub(super) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn take(&self, of: Shards) -> Option<Peek> {
        let peek = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        peek.filter(|peek| peek.of == of)
    }
}

/// What each shard answers, side by side. Whoever divides the schedulers otherwise than the tables are divided has all of
/// them asked, and takes its own.
async fn first(store: &Store, shards: &Shards, wanted: impl Fn(Query) -> Query) -> Faulty<Vec<Due>> {
    let is_divided_so = shards.count() == store.shards;
    let asked = if is_divided_so { *shards } else { Shards::all(store.shards) };
    let ask = |shard: u8| {
        let along = Query::along(Table::Schedulers, Index::Wake, format!("{shard:02}"));
        store.gateway.gather(wanted(along))
    };
    let asked = futures_util::stream::iter(asked.iter().map(ask)).buffer_unordered(SIDE_BY_SIDE);
    let found: Vec<Vec<Item>> = asked.try_collect().await?;
    let mut due = found.iter().flatten().map(read).collect::<Faulty<Vec<_>>>()?;
    due.retain(|due| is_divided_so || shards.hold(&due.key));
    Ok(due)
}

fn read(item: &Item) -> Faulty<Due> {
    let (wake, key) = read_wake(item.text("w_sk")?)?;
    Ok(Due { key, wake })
}

/// Does nothing where somebody else has written meanwhile: whoever it was has indexed it.
pub(super) async fn reindex(store: &Store, reindex: &Reindex) -> Faulty<()> {
    let (key, seen) = (&reindex.key, reindex.seen);
    let write = set(store, key, reindex.to).when("ver = :ver and inc = :inc");
    let write = write.binding("ver", seen.version).binding("inc", seen.incarnation);
    match store.gateway.write(resting_on_wake(write, reindex.from, key)).await {
        // Moving it twice is moving it once.
        Ok(()) | Err(Fault::Conflict | Fault::Lost) => Ok(()),
        Err(fault) => Err(fault),
    }
}

fn set(store: &Store, key: &SchedulerKey, to: Option<Instant>) -> Write {
    match to {
        Some(at) => Write::update(Table::Schedulers, hot_key(key), "set w_pk = :w_pk, w_sk = :w_sk")
            .binding("w_pk", wake_partition(store, key))
            .binding("w_sk", wake_sort(at, key)),
        None => Write::update(Table::Schedulers, hot_key(key), "remove w_pk, w_sk"),
    }
}

/// Indexes everything that runs, unless it is indexed earlier: walks the overview, which is rare and may take a while.
pub(super) async fn wake_running(store: &Store, at: Instant) -> Faulty<()> {
    for project in crate::tenants::all(store).await? {
        for shard in 0..store.shards {
            let key = SchedulerKey { project: project.clone(), id: domain::SchedulerId::trusted("") };
            let mut query =
                Query::along(Table::Schedulers, Index::Overview, overview(&key, shard)).limit(AT_ONCE);
            loop {
                let page = store.gateway.query(&query).await?;
                let running: Faulty<Vec<SchedulerKey>> = page
                    .items
                    .iter()
                    .filter(|item| item.text("status") == Ok("running"))
                    .map(named)
                    .collect();
                pull_in(store, &running?, at).await?;
                match page.next {
                    Some(next) => query = query.after(next),
                    None => break,
                }
            }
        }
    }
    Ok(())
}

fn named(item: &Item) -> Faulty<SchedulerKey> {
    super::hot::named(item.text("pk")?)
}

async fn pull_in(store: &Store, keys: &[SchedulerKey], at: Instant) -> Faulty<()> {
    for key in keys {
        let Some(hot) = store.standing(key).await?.alive() else { continue };
        if hot.wake.is_some_and(|wake| wake <= at) {
            continue;
        }
        let write = resting_on_wake(set(store, key, Some(at)), hot.wake, key);
        match store.gateway.write(write.when("attribute_not_exists(gone)")).await {
            // Whoever was faster has reckoned with the limits as they are now.
            Ok(()) | Err(Fault::Conflict) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}
