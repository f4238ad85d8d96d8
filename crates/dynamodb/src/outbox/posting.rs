//! Notices put in, and handed out to be routed. A notice is one item; as long as it waits it is in the index of what can
//! be done.

use app::Notice;
use app::ports::Unrouted;
use domain::Instant;

use super::SPREAD;
use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::gateway::{Item, Key, Query, Write};
use crate::packing::{pack, unpack};
use crate::schema::{Index, Table};
use crate::sequence::sortable;

/// A notice that waits.
#[derive(Clone, Debug)]
pub(super) struct Waits {
    pub(super) notice: Notice,
    /// Its place among all, in order of putting in.
    pub(super) number: String,
    /// `None` where it was never put off.
    pub(super) due_at: Option<Instant>,
    pub(super) behind: Option<String>,
}

pub(super) fn place(id: &str) -> Key {
    Key::new(format!("N#{id}"), "-")
}

pub(super) fn partition(part: u8) -> String {
    format!("U#{part}")
}

/// In the order in which they are looked at: those that were never put off first.
pub(super) fn sort(due_at: Option<Instant>, number: &str) -> String {
    format!("{}#{number}", sortable(due_at.unwrap_or(Instant::MIN)))
}

/// A notice, to be written with what it tells of. Its id is the commit's own: nobody else puts it in.
pub(crate) fn put_in(store: &Store, notice: &Notice) -> Faulty<Write> {
    let id = notice.id();
    let number = store.sequence.next(notice.decided_at());
    let text = serde_json::to_string(notice).map_err(|error| Fault::corrupt("a notice", error))?;
    let item = Item::of(&place(&id))
        .with("body", pack(&text))
        .with("num", number.as_str())
        .with("r_pk", partition(store.shard(&id) % SPREAD))
        .with("r_sk", sort(None, &number));
    Ok(Write::put(Table::Outbox, item))
}

/// Puts in a notice, unless it is known.
pub(super) async fn post(store: &Store, notice: &Notice) -> Faulty<()> {
    match store.gateway.write(put_in(store, notice)?.when_absent()).await {
        // It is known; or it was ours whose answer was lost.
        Ok(()) | Err(Fault::Conflict) => Ok(()),
        Err(fault) => Err(fault),
    }
}

/// A notice that waits, by its id.
pub(super) async fn waits(store: &Store, id: &str) -> Faulty<Option<Waits>> {
    match store.gateway.get(Table::Outbox, &place(id)).await? {
        Some(item) => read(&item),
        None => Ok(None),
    }
}

/// What an item says of a notice that waits; `None` of one that was routed.
pub(super) fn read(item: &Item) -> Faulty<Option<Waits>> {
    if item.maybe_text("r_sk")?.is_none() {
        return Ok(None);
    }
    let text = unpack(item.bytes("body")?, "body of a notice")?;
    Ok(Some(Waits {
        notice: serde_json::from_str(&text).map_err(|error| item.unreadable("body", &error.to_string()))?,
        number: item.text("num")?.to_owned(),
        due_at: item.maybe_instant("due")?,
        behind: item.maybe_text("behind")?.map(str::to_owned),
    }))
}

/// Notices that wait and are not put off beyond `now`.
pub(super) async fn unrouted(store: &Store, now: Instant, limit: usize) -> Faulty<Vec<Unrouted>> {
    let bound = format!("{}$", sortable(now));
    let part = |part| {
        let along = Query::along(Table::Outbox, Index::Ready, partition(part));
        store.gateway.gather(along.up_to(bound.as_str()).limit(limit))
    };
    let listed = futures_util::future::try_join_all((0..SPREAD).map(part)).await?;
    let keys = listed.iter().flatten().map(Item::key).collect::<Faulty<Vec<_>>>()?;
    let items = store.gateway.get_many(Table::Outbox, &keys).await?;
    let mut waiting: Vec<Waits> =
        items.iter().map(read).collect::<Faulty<Vec<_>>>()?.into_iter().flatten().collect();
    waiting.retain(|waits| waits.due_at.is_none_or(|due| due <= now));
    waiting.sort_by_cached_key(|waits| sort(waits.due_at, &waits.number));
    waiting.truncate(limit);
    let shown = |waits: Waits| Unrouted { was_put_off: waits.due_at.is_some(), notice: waits.notice };
    Ok(waiting.into_iter().map(shown).collect())
}
