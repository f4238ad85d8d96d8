//! Deliveries as they are stored: read, listed, counted.

use std::collections::BTreeMap;

use app::ports::{Delivery, DeliveryQuery, DeliveryState, OutboxCounts, Page};
use domain::id::{ChannelId, DeliveryId};
use domain::{Instant, ProjectId};

use super::{SPREAD, posting, threads};
use crate::Store;
use crate::access::known_projects;
use crate::fault::{Fault, Faulty};
use crate::gateway::{Item, Key, Query, Value, to_json};
use crate::merge::Merged;
use crate::packing::{pack, unpack};
use crate::schema::{Index, Table};
use crate::sequence::sortable;

/// How many entries one page looks at.
const LOOKED_AT_MAX: usize = 5000;
const STATES: [DeliveryState; 3] = [DeliveryState::Pending, DeliveryState::Delivered, DeliveryState::Dead];

/// A delivery, and what it is stored with.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) delivery: Delivery,
    /// Its place among all.
    pub(super) number: String,
    /// When it can be claimed, where it is the first of its line.
    pub(super) ready: Option<String>,
}

pub(super) fn place(id: &DeliveryId) -> Key {
    Key::new(format!("D#{id}"), "-")
}

/// The partition of what can be claimed, for a channel.
pub(super) fn ready_partition(store: &Store, channel: &ChannelId) -> String {
    format!("C#{}", store.shard(channel.as_str()) % SPREAD)
}

/// When something can be claimed, by number and channel.
pub(super) fn ready_sort(at: Instant, number: &str, channel: &ChannelId) -> String {
    format!("{}#{number}#{channel}", sortable(at))
}

/// The partition in which a delivery is listed.
pub(super) fn listed_partition(project: &ProjectId, state: DeliveryState, part: u8) -> String {
    format!("{project}#{}#{part}", state.as_str())
}

/// In which part of the lists a delivery is.
pub(super) fn part(store: &Store, id: &DeliveryId) -> u8 {
    store.shard(id.as_str()) % SPREAD
}

/// A delivery as it is stored first.
pub(super) fn item(store: &Store, delivery: &Delivery, number: &str, is_head: bool) -> Faulty<Item> {
    let Delivery { id, project, channel, state, .. } = delivery;
    let item = Item::of(&place(id))
        .with("did", id.as_str())
        .with("prj", project.as_str())
        .with("chan", channel.as_str())
        .with("thread", delivery.thread.as_str())
        .with("body", pack(&to_json(&delivery.notice)?))
        .with("made", delivery.created_at)
        .with("due", delivery.due_at)
        .with("tries", delivery.attempts)
        .with("stands", state.as_str())
        .with_some("answer", delivery.last_answer.as_deref())
        .with_some("ended", delivery.finished_at)
        .with("num", number)
        .with("l_pk", listed_partition(project, *state, part(store, id)))
        .with("l_sk", number);
    if !is_head {
        return Ok(item);
    }
    let ready = ready_sort(delivery.due_at, number, channel);
    Ok(item.with("r_pk", ready_partition(store, channel)).with("r_sk", ready))
}

pub(super) fn read(item: &Item) -> Faulty<Stored> {
    let body = unpack(item.bytes("body")?, "body of a delivery")?;
    let state = DeliveryState::parse(item.text("stands")?);
    let delivery = Delivery {
        id: DeliveryId::trusted(item.text("did")?),
        project: ProjectId::trusted(item.text("prj")?),
        channel: ChannelId::trusted(item.text("chan")?),
        thread: item.text("thread")?.to_owned(),
        notice: serde_json::from_str(&body).map_err(|error| item.unreadable("body", &error.to_string()))?,
        created_at: item.instant("made")?,
        due_at: item.instant("due")?,
        attempts: item.number("tries")?,
        state: state.ok_or_else(|| item.unreadable("stands", "it is no word of ours"))?,
        last_answer: item.maybe_text("answer")?.map(str::to_owned),
        finished_at: item.maybe_instant("ended")?,
    };
    let ready = item.maybe_text("r_sk")?.map(str::to_owned);
    Ok(Stored { delivery, number: item.text("num")?.to_owned(), ready })
}

pub(super) async fn one(store: &Store, id: &DeliveryId) -> Faulty<Option<Stored>> {
    let found = store.gateway.get(Table::Outbox, &place(id)).await?;
    found.as_ref().map(read).transpose()
}

/// Newest first. The cursor is the number of the last one that was looked at.
pub(super) async fn page(
    store: &Store,
    project: &ProjectId,
    query: &DeliveryQuery,
) -> Faulty<Page<Delivery>> {
    let limit = query.limit.max(1);
    if let Some(thread) = &query.thread {
        return of_thread(store, project, thread, query.cursor.as_deref(), limit).await;
    }
    let states = STATES.into_iter().filter(|state| query.state.is_none_or(|wanted| wanted == *state));
    let partitions =
        states.flat_map(|state| (0..SPREAD).map(move |part| listed_partition(project, state, part)));
    let index = (Table::Outbox, Index::Listed);
    let mut entries = Merged::new(store, index, partitions, query.cursor.as_deref());
    let (mut items, mut last) = (Vec::new(), None);
    let mut looked_at = 0;
    while let Some((number, entry)) = entries.next().await? {
        looked_at += 1;
        let is_of_channel = match &query.channel {
            Some(channel) => entry.text("chan")? == channel.as_str(),
            None => true,
        };
        if is_of_channel && let Some(found) = still(store, &entry, query).await? {
            if items.len() == limit {
                return Ok(Page { items, next: last });
            }
            items.push(found);
        }
        last = Some(number);
        if looked_at >= LOOKED_AT_MAX {
            return Ok(Page { items, next: last });
        }
    }
    Ok(Page { items, next: None })
}

/// A delivery as it is now, where it is still what was asked for.
async fn still(store: &Store, entry: &Item, query: &DeliveryQuery) -> Faulty<Option<Delivery>> {
    let Some(found) = store.gateway.get(Table::Outbox, &entry.key()?).await? else { return Ok(None) };
    let delivery = read(&found)?.delivery;
    Ok(Some(delivery).filter(|it| query.state.is_none_or(|wanted| wanted == it.state)))
}

async fn of_thread(
    store: &Store,
    project: &ProjectId,
    name: &str,
    before: Option<&str>,
    limit: usize,
) -> Faulty<Page<Delivery>> {
    let thread = threads::Thread::read(store, name).await?;
    let all = thread.line.iter().chain(&thread.finished);
    let mut all: Vec<(&String, &DeliveryId)> = all.map(|((_, number), id)| (number, id)).collect();
    all.retain(|(number, _)| before.is_none_or(|before| number.as_str() < before));
    all.sort_by(|a, b| b.cmp(a));
    let is_more = all.len() > limit;
    all.truncate(limit);
    let next = all.last().filter(|_| is_more).map(|(number, _)| (*number).clone());
    let mut items = Vec::new();
    for (_, id) in all {
        items.extend(one(store, id).await?.map(|stored| stored.delivery));
    }
    items.retain(|delivery| delivery.project == *project);
    Ok(Page { items, next })
}

/// How many wait, how many are held, and how many are dead: counted along indexes, so they may trail by a moment.
pub(super) async fn counts(store: &Store) -> Faulty<OutboxCounts> {
    let mut counts = OutboxCounts::default();
    for part in 0..SPREAD {
        let waiting = Query::along(Table::Outbox, Index::Ready, posting::partition(part));
        counts.unrouted += store.gateway.count(waiting).await?;
    }
    let mut dead: BTreeMap<String, u64> = BTreeMap::new();
    for project in known_projects(store).await? {
        for part in 0..SPREAD {
            let listed = |state| {
                let partition = listed_partition(&project, state, part);
                Query::along(Table::Outbox, Index::Listed, partition)
            };
            counts.pending += store.gateway.count(listed(DeliveryState::Pending)).await?;
            for entry in store.gateway.gather(listed(DeliveryState::Dead)).await? {
                *dead.entry(entry.text("chan")?.to_owned()).or_default() += 1;
            }
        }
    }
    counts.held = super::buckets::count(store).await?;
    counts.dead = dead.values().sum();
    counts.dead_by_channel =
        dead.into_iter().map(|(channel, count)| (ChannelId::trusted(channel), count)).collect();
    Ok(counts)
}

/// What an attribute of a delivery is set to, for updates.
pub(super) type Changes<'a> = Vec<(&'a str, Value)>;

/// An update that sets and removes.
pub(super) fn change(id: &DeliveryId, set: Changes<'_>, remove: &[&str]) -> crate::gateway::Write {
    let names: Vec<String> = set.iter().map(|(name, _)| format!("{name} = :{name}")).collect();
    let removed = if remove.is_empty() { String::new() } else { format!(" remove {}", remove.join(", ")) };
    let expression = format!("set {}{removed}", names.join(", "));
    let write = crate::gateway::Write::update(Table::Outbox, place(id), expression);
    set.into_iter().fold(write, |write, (name, value)| write.binding(name, value))
}

/// A fault of somebody's own making: a delivery that must be there is not.
pub(super) fn missing(id: &DeliveryId) -> Fault {
    Fault::corrupt(format_args!("the delivery {id}"), "its thread names it, and it is not there")
}
