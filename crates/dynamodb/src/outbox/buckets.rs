//! Buckets: notices that wait for one channel to be told together. There is an item for a bucket as long as it holds any;
//! it says up to which place it was emptied, so that emptying is one small write however much it held.

use std::collections::BTreeSet;

use app::Notice;
use app::ports::{Bucket, Delivery, Held, HeldNotice};
use domain::id::ChannelId;
use domain::{Duration, Instant, ProjectId};

use super::ROUNDS_MAX;
use super::threads::Thread;
use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::gateway::{Item, Key, Query, Write};
use crate::packing::{pack, unpack};
use crate::schema::{EXPIRES, Table};

/// Most buckets that are answered.
const DUE_MAX: usize = 1000;
/// The partition of all buckets that hold something: there are few, and looking at them must be cheap.
const BUCKETS: &str = "BK";
/// When a place is forgotten that nobody emptied.
const HELD_KEPT: Duration = Duration::DAY.times(60);

/// A bucket as it stands.
#[derive(Clone, Debug, Default)]
struct Standing {
    due_at: Option<Instant>,
    /// Up to which place it was emptied.
    emptied: u64,
    /// How often something was put into it.
    changes: i64,
}

fn partition(project: &ProjectId, channel: &ChannelId, name: &str) -> String {
    format!("H#{project}#{channel}#{name}")
}

fn bucket_key(project: &ProjectId, channel: &ChannelId, name: &str) -> Key {
    Key::new(BUCKETS, format!("{project}#{channel}#{name}"))
}

fn place_sort(place: u64) -> String {
    format!("h#{place:020}")
}

async fn standing(store: &Store, key: &Key) -> Faulty<Standing> {
    let Some(item) = store.gateway.get(Table::Outbox, key).await? else { return Ok(Standing::default()) };
    read_standing(&item)
}

fn read_standing(item: &Item) -> Faulty<Standing> {
    Ok(Standing {
        due_at: item.maybe_instant("due")?,
        emptied: item.maybe_number("emptied")?.unwrap_or(0),
        changes: item.number("n")?,
    })
}

fn stand(key: &Key, before: &Standing, after: &Standing) -> Write {
    let item = Item::of(key)
        .with_some("due", after.due_at)
        .with("emptied", after.emptied)
        .with("n", before.changes + 1);
    let write = Write::put(Table::Outbox, item);
    if before.changes == 0 { write.when_absent() } else { write.when("n = :n").binding("n", before.changes) }
}

/// Says that a notice is in a bucket, so that it is put in once.
fn guard(notice: &Notice, held: &Held) -> Key {
    let inside = partition(notice.project(), &held.channel, &held.bucket);
    Key::new(inside, format!("n#{}", notice.id()))
}

/// Whether a notice is in a bucket.
pub(super) async fn holds(store: &Store, notice: &Notice, held: &Held) -> Faulty<bool> {
    Ok(store.gateway.get(Table::Outbox, &guard(notice, held)).await?.is_some())
}

/// Puts a notice into a bucket that does not hold it.
pub(super) async fn hold(store: &Store, thread: &mut Thread, notice: &Notice, held: &Held) -> Faulty<()> {
    let (inside, guard) = (partition(notice.project(), &held.channel, &held.bucket), guard(notice, held));
    let expires = (held.due_at + HELD_KEPT).as_millis().div_euclid(1000);
    let number = store.sequence.next(notice.decided_at());
    let place = number.split('-').next().and_then(|digits| digits.parse().ok()).unwrap_or(0);
    let text = serde_json::to_string(notice).map_err(|error| Fault::corrupt("a notice", error))?;
    let item = Item::of(&Key::new(inside, place_sort(place)))
        .with("body", pack(&text))
        .with("nid", notice.id())
        .with_some("grp", held.group.as_deref())
        .with(EXPIRES, expires);
    thread.push(Write::put(Table::Outbox, item).when_absent());
    thread.push(Write::put(Table::Outbox, Item::of(&guard).with(EXPIRES, expires)).when_absent());
    let key = bucket_key(notice.project(), &held.channel, &held.bucket);
    let before = standing(store, &key).await?;
    let due_at = before.due_at.map_or(held.due_at, |due| due.min(held.due_at));
    let after = Standing { due_at: Some(due_at), ..before.clone() };
    thread.push(stand(&key, &before, &after));
    Ok(())
}

/// Buckets whose time has come.
pub(super) async fn due(store: &Store, now: Instant) -> Faulty<Vec<Bucket>> {
    let mut due = Vec::new();
    for item in store.gateway.gather(Query::of(Table::Outbox, BUCKETS)).await? {
        let Some(due_at) = read_standing(&item)?.due_at.filter(|at| *at <= now) else { continue };
        let mut parts = item.text("sk")?.splitn(3, '#');
        let named = parts.next().zip(parts.next()).zip(parts.next());
        let ((project, channel), name) = named.ok_or_else(|| item.unreadable("sk", "it names no bucket"))?;
        let (project, channel) = (ProjectId::trusted(project), ChannelId::trusted(channel));
        due.push(Bucket { project, channel, name: name.to_owned(), due_at });
    }
    due.sort_by_key(|bucket| bucket.due_at);
    due.truncate(DUE_MAX);
    Ok(due)
}

/// What a bucket holds after a place in it.
pub(super) async fn held(
    store: &Store,
    bucket: &Bucket,
    after: u64,
    limit: usize,
) -> Faulty<Vec<HeldNotice>> {
    let key = bucket_key(&bucket.project, &bucket.channel, &bucket.name);
    let from = after.max(standing(store, &key).await?.emptied).saturating_add(1);
    let inside = Query::of(Table::Outbox, partition(&bucket.project, &bucket.channel, &bucket.name));
    let inside = inside.between(place_sort(from), place_sort(u64::MAX)).limit(limit);
    let read = |item: &Item| {
        let text = unpack(item.bytes("body")?, "body of a held notice")?;
        let notice =
            serde_json::from_str(&text).map_err(|error| item.unreadable("body", &error.to_string()))?;
        Ok(HeldNotice { place: place_of(item)?, group: item.maybe_text("grp")?.map(str::to_owned), notice })
    };
    store.gateway.gather(inside).await?.iter().map(read).collect()
}

fn place_of(item: &Item) -> Faulty<u64> {
    let place = item.text("sk")?.strip_prefix("h#").and_then(|digits| digits.parse().ok());
    place.ok_or_else(|| item.unreadable("sk", "it is no place in a bucket"))
}

/// Where nothing is left to empty, it was emptied before.
pub(super) async fn empty(store: &Store, bucket: &Bucket, upto: u64, deliveries: &[Delivery]) -> Faulty<()> {
    for _ in 0..ROUNDS_MAX {
        let inside = held(store, bucket, 0, usize::MAX).await?;
        if !inside.iter().any(|held| held.place <= upto) {
            return clear(store, bucket).await;
        }
        let rest = inside.iter().any(|held| held.place > upto);
        match attempt(store, bucket, upto, rest, deliveries).await {
            Ok(()) => return clear(store, bucket).await,
            Err(Fault::Conflict) => {}
            Err(fault) => return Err(fault),
        }
    }
    Err(Fault::Away("a bucket changes again and again".to_owned()))
}

async fn attempt(
    store: &Store,
    bucket: &Bucket,
    upto: u64,
    rest: bool,
    deliveries: &[Delivery],
) -> Faulty<()> {
    let key = bucket_key(&bucket.project, &bucket.channel, &bucket.name);
    let before = standing(store, &key).await?;
    let due_at = before.due_at.filter(|_| rest);
    let mut writes = vec![stand(&key, &before, &Standing { emptied: upto, due_at, ..before.clone() })];
    let names: BTreeSet<&String> = deliveries.iter().map(|delivery| &delivery.thread).collect();
    for name in names {
        let mut thread = Thread::read(store, name).await?;
        for delivery in deliveries.iter().filter(|delivery| delivery.thread == *name) {
            thread.deliver(store, delivery)?;
        }
        writes.extend(thread.writes(bucket.due_at));
    }
    store.gateway.transact(writes).await
}

/// Clears away what was emptied; a bucket that holds nothing goes.
async fn clear(store: &Store, bucket: &Bucket) -> Faulty<()> {
    let key = bucket_key(&bucket.project, &bucket.channel, &bucket.name);
    let now = standing(store, &key).await?;
    let inside = partition(&bucket.project, &bucket.channel, &bucket.name);
    let old = Query::of(Table::Outbox, inside.clone()).between(place_sort(0), place_sort(now.emptied));
    let mut writes = Vec::new();
    for item in store.gateway.gather(old).await? {
        writes
            .push(Write::delete(Table::Outbox, Key::new(inside.clone(), format!("n#{}", item.text("nid")?))));
        writes.push(Write::delete(Table::Outbox, item.key()?));
    }
    store.gateway.batch(writes).await?;
    if now.due_at.is_some() || now.changes == 0 {
        return Ok(());
    }
    let gone = Write::delete(Table::Outbox, key).when("n = :n").binding("n", now.changes);
    match store.gateway.write(gone).await {
        // Something was put in meanwhile, or somebody else cleared away.
        Ok(()) | Err(Fault::Conflict | Fault::Lost) => Ok(()),
        Err(fault) => Err(fault),
    }
}

/// How many notices are held in all.
pub(super) async fn count(store: &Store) -> Faulty<u64> {
    let mut count = 0;
    for item in store.gateway.gather(Query::of(Table::Outbox, BUCKETS)).await? {
        let emptied = read_standing(&item)?.emptied;
        let inside = Query::of(Table::Outbox, format!("H#{}", item.text("sk")?));
        let from = place_sort(emptied.saturating_add(1));
        count += store.gateway.count(inside.between(from, place_sort(u64::MAX))).await?;
    }
    Ok(count)
}
