//! Notices that are put off behind something: beside each stands a small item under what it waits for.

use app::ports::PutOff;
use domain::Instant;

use super::posting::{Waits, place, sort, waits};
use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::gateway::{Item, Key, Query, Write};
use crate::schema::{EXPIRES, Table};

/// How long a notice that was routed is kept: as long as it may be held in a bucket.
const ROUTED_KEPT: domain::Duration = domain::Duration::DAY.times(60);

/// How many writes it may take to be done with earlier notices; what is left is replaced by the next one, or told.
const REPLACED_WRITES_MAX: usize = 16;

fn behind_key(behind: &str, number: &str) -> Key {
    Key::new(format!("W#{behind}"), number)
}

/// That a notice is done with.
pub(super) fn routed(waits: &Waits) -> Vec<Write> {
    let expires = (waits.notice.decided_at() + ROUTED_KEPT).as_millis().div_euclid(1000);
    let done = Write::update(
        Table::Outbox,
        place(&waits.notice.id()),
        format!("set {EXPIRES} = :expires remove r_pk, r_sk, behind"),
    );
    let done = resting_on(done.binding("expires", expires), waits);
    std::iter::once(done).chain(forgotten(waits)).collect()
}

/// The item under what it waited for goes.
fn forgotten(waits: &Waits) -> Option<Write> {
    let behind = waits.behind.as_deref()?;
    Some(Write::delete(Table::Outbox, behind_key(behind, &waits.number)))
}

fn resting_on(write: Write, waits: &Waits) -> Write {
    write.when("r_sk = :r_was").binding("r_was", sort(waits.due_at, &waits.number))
}

/// That a notice is looked at again later, and which others it stands for.
pub(super) async fn put_off(store: &Store, waits: &Waits, put_off: &PutOff) -> Faulty<Vec<Write>> {
    let set = "set due = :due, behind = :behind, r_sk = :r_sk";
    let later = Write::update(Table::Outbox, place(&waits.notice.id()), set)
        .binding("due", put_off.until)
        .binding("behind", put_off.behind.as_str())
        .binding("r_sk", sort(Some(put_off.until), &waits.number));
    let mut writes = vec![resting_on(later, waits)];
    if waits.behind.as_deref().is_some_and(|behind| behind != put_off.behind) {
        writes.extend(forgotten(waits));
    }
    let beside = Item::of(&behind_key(&put_off.behind, &waits.number))
        .with("nid", waits.notice.id())
        .with("thread", waits.notice.thread());
    writes.push(Write::put(Table::Outbox, beside));
    if put_off.replaces {
        writes.extend(replaced(store, waits, put_off).await?);
    }
    Ok(writes)
}

/// Earlier notices of the thread that wait for the same are done with.
async fn replaced(store: &Store, waits: &Waits, put_off: &PutOff) -> Faulty<Vec<Write>> {
    let thread = waits.notice.thread();
    let mut writes = Vec::new();
    for item in listed(store, &put_off.behind).await? {
        if item.text("thread")? != thread || item.text("sk")? >= waits.number.as_str() {
            continue;
        }
        if writes.len() >= REPLACED_WRITES_MAX {
            break;
        }
        if let Some(earlier) = waits_by(store, &item).await? {
            writes.extend(routed(&earlier));
        }
    }
    Ok(writes)
}

async fn listed(store: &Store, behind: &str) -> Faulty<Vec<Item>> {
    store.gateway.gather(Query::of(Table::Outbox, format!("W#{behind}"))).await
}

async fn waits_by(store: &Store, beside: &Item) -> Faulty<Option<Waits>> {
    waits(store, beside.text("nid")?).await
}

/// Makes due what was put off behind something.
pub(super) async fn release(store: &Store, behind: &str, now: Instant) -> Faulty<usize> {
    let mut released = 0;
    for beside in listed(store, behind).await? {
        let Some(waits) = waits_by(store, &beside).await?.filter(|it| it.behind.as_deref() == Some(behind))
        else {
            store.gateway.write(Write::delete(Table::Outbox, beside.key()?)).await?;
            continue;
        };
        let due = waits.due_at.map_or(now, |due| due.min(now));
        let set = "set due = :due, r_sk = :r_sk remove behind";
        let now_due = Write::update(Table::Outbox, place(&waits.notice.id()), set)
            .binding("due", due)
            .binding("r_sk", sort(Some(due), &waits.number));
        let writes = vec![resting_on(now_due, &waits), Write::delete(Table::Outbox, beside.key()?)];
        match store.gateway.transact(writes).await {
            Ok(()) => released += 1,
            // Somebody else was at it: it is not put off any more, or again.
            Err(Fault::Conflict) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(released)
}
