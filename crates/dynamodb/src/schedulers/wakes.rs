//! The index of wake instants: sparse, in shards, and trailing. It may say too early and never too late: whoever is woken
//! looks at the scheduler itself.

use app::Shards;
use app::ports::{Due, Reindex};
use app::shards::shard_of;
use domain::{Instant, SchedulerKey};
use futures_util::{StreamExt, TryStreamExt};

use super::commit::{overview, resting_on_wake};
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

pub(super) async fn due(store: &Store, until: Instant, limit: usize, shards: &Shards) -> Faulty<Vec<Due>> {
    // Above every name that has that instant.
    let bound = format!("{}$", sortable(until));
    let ask = |shard: u8| {
        let along = Query::along(Table::Schedulers, Index::Wake, format!("{shard:02}"));
        store.gateway.gather(along.up_to(bound.clone()).limit(limit))
    };
    let asked = futures_util::stream::iter(asked_of(store, shards)?.map(ask)).buffer_unordered(SIDE_BY_SIDE);
    let found: Vec<Vec<Item>> = asked.try_collect().await?;
    let mut due = found.iter().flatten().map(read).collect::<Faulty<Vec<_>>>()?;
    due.sort_by(|a, b| (a.wake, &a.key).cmp(&(b.wake, &b.key)));
    due.truncate(limit);
    Ok(due)
}

pub(super) async fn next(store: &Store, shards: &Shards) -> Faulty<Option<Instant>> {
    let ask = |shard: u8| {
        let along = Query::along(Table::Schedulers, Index::Wake, format!("{shard:02}"));
        store.gateway.gather(along.limit(1))
    };
    let asked = futures_util::stream::iter(asked_of(store, shards)?.map(ask)).buffer_unordered(SIDE_BY_SIDE);
    let found: Vec<Vec<Item>> = asked.try_collect().await?;
    let due = found.iter().flatten().map(read).collect::<Faulty<Vec<_>>>()?;
    Ok(due.into_iter().map(|due| due.wake).min())
}

/// The index is divided into so many shards as this store was opened with, and can be asked for no others: an instance
/// that counts otherwise would leave schedulers out.
fn asked_of(store: &Store, shards: &Shards) -> Faulty<impl Iterator<Item = u8> + use<>> {
    if shards.count() == store.shards {
        return Ok(shards.iter());
    }
    let (asked, there) = (shards.count(), store.shards);
    Err(Fault::Away(format!(
        "its index has {there} shards, and {asked} were asked for: set `shards` to {there}"
    )))
}

/// In which partition of the index a scheduler is.
pub(super) fn partition(store: &Store, key: &SchedulerKey) -> String {
    format!("{:02}", shard_of(key, store.shards))
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
            .binding("w_pk", partition(store, key))
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
