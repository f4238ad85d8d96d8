//! Claiming deliveries and settling them. Only the first of a line can be claimed: it alone is in the index of what is
//! ready. The index may trail: what is claimed is what the delivery itself says, under a condition.

use std::collections::BTreeSet;

use app::ports::{Delivery, DeliveryOutcome, DeliveryState};
use domain::id::{ChannelId, DeliveryId};
use domain::{Duration, Instant, ProjectId};

use super::deliveries::{
    Stored, change, listed_partition, missing, one, part, place, read, ready_partition, ready_sort,
};
use super::threads::Thread;
use super::{ROUNDS_MAX, SPREAD};
use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::gateway::{Item, Query, Write};
use crate::schema::{EXPIRES, Index, Table};
use crate::sequence::sortable;

/// How many entries of the index are read at once, and how often one look goes on.
const AT_ONCE: usize = 500;
const PAGES_MAX: usize = 10;
/// Most channels that are named at once.
const CHANNELS_MAX: usize = 1000;
/// How long what is finished is kept, if nobody forgets it before.
const FINISHED_KEPT: Duration = Duration::DAY.times(90);

/// What the index says is ready: when, number, channel.
fn entry(item: &Item) -> Faulty<(Instant, String, String)> {
    let mut parts = item.text("r_sk")?.splitn(3, '#').map(str::to_owned);
    let found = parts.next().and_then(|at| at.parse().ok()).zip(parts.next()).zip(parts.next());
    let ((at, number), channel) = found.ok_or_else(|| item.unreadable("r_sk", "it is of no delivery"))?;
    Ok((Instant::from_millis(at), number, channel))
}

/// Entries of one partition that are ready by then.
async fn ready(store: &Store, partition: String, now: Instant) -> Faulty<Vec<Item>> {
    let along = Query::along(Table::Outbox, Index::Ready, partition);
    let mut query = along.up_to(format!("{}$", sortable(now))).limit(AT_ONCE);
    let mut items = Vec::new();
    for _ in 0..PAGES_MAX {
        let page = store.gateway.query(&query).await?;
        items.extend(page.items);
        match page.next {
            Some(next) => query = query.after(next),
            None => break,
        }
    }
    Ok(items)
}

pub(super) async fn due_channels(store: &Store, now: Instant) -> Faulty<Vec<ChannelId>> {
    let parts = (0..SPREAD).map(|part| ready(store, format!("C#{part}"), now));
    let mut channels = BTreeSet::new();
    for item in futures_util::future::try_join_all(parts).await?.iter().flatten() {
        channels.insert(entry(item)?.2);
    }
    Ok(channels.into_iter().take(CHANNELS_MAX).map(ChannelId::trusted).collect())
}

pub(super) async fn next_due(store: &Store) -> Faulty<Option<Instant>> {
    let first = |part| {
        let along = Query::along(Table::Outbox, Index::Ready, format!("C#{part}"));
        store.gateway.gather(along.limit(1))
    };
    let found = futures_util::future::try_join_all((0..SPREAD).map(first)).await?;
    let instants = found.iter().flatten().map(|item| Ok(entry(item)?.0)).collect::<Faulty<Vec<_>>>()?;
    Ok(instants.into_iter().min())
}

pub(super) async fn claim(
    store: &Store,
    channel: &ChannelId,
    now: Instant,
    lease_until: Instant,
    limit: usize,
) -> Faulty<Vec<Delivery>> {
    let mut found = Vec::new();
    for item in ready(store, ready_partition(store, channel), now).await? {
        let (_, number, of) = entry(&item)?;
        if of == channel.as_str() {
            found.push((number, item.key()?));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let mut claimed = Vec::new();
    for (_, key) in found {
        if claimed.len() >= limit {
            break;
        }
        let Some(item) = store.gateway.get(Table::Outbox, &key).await? else { continue };
        claimed.extend(take(store, read(&item)?, now, lease_until).await?);
    }
    Ok(claimed)
}

/// Claims one that is still ready; `None` where somebody else was faster.
async fn take(store: &Store, stored: Stored, now: Instant, lease_until: Instant) -> Faulty<Option<Delivery>> {
    let Stored { mut delivery, number, ready } = stored;
    let bound = format!("{}$", sortable(now));
    let Some(was) = ready.filter(|ready| *ready <= bound) else { return Ok(None) };
    let attempts = delivery.attempts + 1;
    let leased = ready_sort(lease_until, &number, &delivery.channel);
    let write = change(&delivery.id, vec![("tries", attempts.into()), ("r_sk", leased.into())], &[]);
    let write = write.when("r_sk = :was and tries = :before");
    match store.gateway.write(write.binding("was", was).binding("before", delivery.attempts)).await {
        Ok(()) => {
            delivery.attempts = attempts;
            Ok(Some(delivery))
        }
        // Somebody else's; or perhaps ours, and then free again when the claim ends.
        Err(Fault::Conflict | Fault::Lost) => Ok(None),
        Err(fault) => Err(fault),
    }
}

pub(super) async fn settle(
    store: &Store,
    id: &DeliveryId,
    attempt: u32,
    outcome: &DeliveryOutcome,
) -> Faulty<()> {
    for _ in 0..ROUNDS_MAX {
        let stored = one(store, id).await?.filter(|it| is_under(it, attempt)).ok_or(Fault::Conflict)?;
        let done = match outcome {
            DeliveryOutcome::Retry { at, answer } => again(store, &stored, *at, answer).await,
            DeliveryOutcome::Delivered { at, answer } => {
                finish(store, &stored, DeliveryState::Delivered, *at, answer).await
            }
            DeliveryOutcome::Dead { at, answer } => {
                finish(store, &stored, DeliveryState::Dead, *at, answer).await
            }
        };
        match done {
            Err(Fault::Conflict) => {}
            other => return other,
        }
    }
    Err(Fault::Away("a thread changes again and again".to_owned()))
}

fn is_under(stored: &Stored, attempt: u32) -> bool {
    stored.delivery.attempts == attempt && stored.delivery.state == DeliveryState::Pending
}

fn resting_on(write: Write, stored: &Stored) -> Write {
    let write = write.when("tries = :under and stands = :pending").binding("under", stored.delivery.attempts);
    write.binding("pending", DeliveryState::Pending.as_str())
}

async fn again(store: &Store, stored: &Stored, at: Instant, answer: &str) -> Faulty<()> {
    let delivery = &stored.delivery;
    let mut set = vec![("due", at.into()), ("answer", answer.into())];
    if stored.ready.is_some() {
        set.push(("r_sk", ready_sort(at, &stored.number, &delivery.channel).into()));
    }
    store.gateway.write(resting_on(change(&delivery.id, set, &[]), stored)).await
}

async fn finish(
    store: &Store,
    stored: &Stored,
    state: DeliveryState,
    at: Instant,
    answer: &str,
) -> Faulty<()> {
    let delivery = &stored.delivery;
    let mut thread = Thread::read(store, &delivery.thread).await?;
    let listed = listed_partition(&delivery.project, state, part(store, &delivery.id));
    let set = vec![
        ("stands", state.as_str().into()),
        ("ended", at.into()),
        ("answer", answer.into()),
        ("l_pk", listed.into()),
        (EXPIRES, (at + FINISHED_KEPT).as_millis().div_euclid(1000).into()),
    ];
    thread.push(resting_on(change(&delivery.id, set, &["r_pk", "r_sk"]), stored));
    if let Some(next) = thread.finish(delivery, &stored.number, at) {
        let next = one(store, &next).await?.ok_or_else(|| missing(&next))?;
        thread.push(seat(store, &next, next.delivery.due_at));
    }
    store.gateway.transact(thread.writes(at)).await
}

/// Makes a delivery the first of its line: it can be claimed from then on.
fn seat(store: &Store, stored: &Stored, at: Instant) -> Write {
    let Delivery { id, channel, .. } = &stored.delivery;
    let ready = ready_sort(at, &stored.number, channel);
    let set = vec![("r_pk", ready_partition(store, channel).into()), ("r_sk", ready.into())];
    change(id, set, &[])
}

pub(super) async fn retry(store: &Store, project: &ProjectId, id: &DeliveryId, now: Instant) -> Faulty<bool> {
    for _ in 0..ROUNDS_MAX {
        let is_dead =
            |it: &Stored| it.delivery.state == DeliveryState::Dead && it.delivery.project == *project;
        let Some(stored) = one(store, id).await?.filter(is_dead) else { return Ok(false) };
        match revive(store, &stored, now).await {
            Ok(()) => return Ok(true),
            Err(Fault::Conflict) => {}
            Err(fault) => return Err(fault),
        }
    }
    Err(Fault::Away("a thread changes again and again".to_owned()))
}

async fn revive(store: &Store, stored: &Stored, now: Instant) -> Faulty<()> {
    let delivery = &stored.delivery;
    let mut thread = Thread::read(store, &delivery.thread).await?;
    let stood = thread.head(&delivery.channel).cloned();
    thread.reopen(delivery, &stored.number);
    let stands = thread.head(&delivery.channel) == Some(&delivery.id);
    let state = DeliveryState::Pending;
    let mut set = vec![
        ("stands", state.as_str().into()),
        ("made", now.into()),
        ("due", now.into()),
        ("tries", 0_i64.into()),
        ("l_pk", listed_partition(&delivery.project, state, part(store, &delivery.id)).into()),
    ];
    if stands {
        set.push(("r_pk", ready_partition(store, &delivery.channel).into()));
        set.push(("r_sk", ready_sort(now, &stored.number, &delivery.channel).into()));
    }
    let write = change(&delivery.id, set, &["ended", EXPIRES]).when("stands = :dead");
    thread.push(write.binding("dead", DeliveryState::Dead.as_str()));
    if let Some(stood) = stood.filter(|_| stands) {
        let step_back = Write::update(Table::Outbox, place(&stood), "remove r_pk, r_sk");
        thread.push(step_back.when("attribute_exists(pk)"));
    }
    store.gateway.transact(thread.writes(now)).await
}
