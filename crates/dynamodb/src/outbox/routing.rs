//! What becomes of a notice: deliveries, places in buckets, a later look. One transaction, unless it has so many receivers
//! that it takes several: then the notice is done with in the last, and what was done before is known when it comes again.

use app::ports::{Delivery, Routing, Singly};
use domain::Instant;

use super::posting::{self, Waits};
use super::threads::{self, Thread};
use super::{ROUNDS_MAX, buckets, waiting};
use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::gateway::{Item, Key, Write};
use crate::schema::{EXPIRES, Table};

/// How many receivers one transaction serves: each takes three writes of a hundred.
const RECEIVERS_MAX: usize = 20;
/// How many notices one is put off instead of, at most, in one transaction.
const WRITES_MAX: usize = 95;

/// Does with a notice that waits what was decided. One that does not wait was routed before.
pub(super) async fn route(store: &Store, id: &str, routing: &Routing) -> Faulty<()> {
    for _ in 0..ROUNDS_MAX {
        let Some(waits) = posting::waits(store, id).await? else { return Ok(()) };
        match attempt(store, &waits, routing).await {
            Ok(Done::Whole) => return Ok(()),
            Ok(Done::InPart) | Err(Miss::Changed) => {}
            Err(Miss::Fault(fault)) => return Err(fault),
        }
    }
    Err(Fault::Away("a thread changes again and again".to_owned()))
}

enum Done {
    Whole,
    InPart,
}

enum Miss {
    /// Somebody else was at it: look again.
    Changed,
    Fault(Fault),
}

impl From<Fault> for Miss {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

async fn attempt(store: &Store, waits: &Waits, routing: &Routing) -> Result<Done, Miss> {
    let notice = &waits.notice;
    let mut thread = threads::of(store, notice).await?;
    let new: Vec<&Delivery> = routing.deliveries.iter().filter(|it| !thread.knows(&it.id)).collect();
    let is_last = new.len() + routing.held.len() <= RECEIVERS_MAX;
    let singly = match &routing.singly {
        Some(singly) if is_last => Some(counted(store, singly).await?),
        _ => None,
    };
    let held = routing.held.iter().take(RECEIVERS_MAX.saturating_sub(new.len().min(RECEIVERS_MAX)));
    if is_last {
        for held in held {
            buckets::hold(store, &mut thread, notice, held).await?;
        }
    }
    for delivery in new.into_iter().take(RECEIVERS_MAX) {
        thread.deliver(store, delivery)?;
    }
    if is_last {
        finish(store, &mut thread, waits, routing).await?;
    }
    let mut writes = thread.writes(notice.decided_at());
    writes.extend(singly);
    // What does not fit was put off instead of: it is looked at once more by itself, and says nothing new.
    writes.truncate(WRITES_MAX.max(1));
    match store.gateway.transact(writes).await {
        Ok(()) => Ok(if is_last { Done::Whole } else { Done::InPart }),
        Err(Fault::Conflict) => Err(Miss::Changed),
        Err(fault) => Err(fault.into()),
    }
}

async fn finish(store: &Store, thread: &mut Thread, waits: &Waits, routing: &Routing) -> Faulty<()> {
    if routing.ends {
        thread.end();
    }
    let writes = match &routing.put_off {
        None => waiting::routed(waits),
        Some(put_off) => waiting::put_off(store, waits, put_off).await?,
    };
    writes.into_iter().for_each(|write| thread.push(write));
    Ok(())
}

/// Counts one more of a kind in its minute; refused past the most.
async fn counted(store: &Store, singly: &Singly) -> Faulty<Write> {
    let key = Key::new("S", singly.of.as_str());
    let known = store.gateway.get(Table::Outbox, &key).await?;
    let seen = match &known {
        Some(item) => Some((item.instant("since")?, item.number::<u32>("n")?)),
        None => None,
    };
    let number = seen.filter(|(minute, _)| *minute == singly.minute).map_or(0, |(_, number)| number);
    if number >= singly.most {
        return Err(Fault::Conflict);
    }
    let expires = (singly.minute + domain::Duration::DAY).as_millis().div_euclid(1000);
    let item = Item::of(&key).with("since", singly.minute).with("n", number + 1).with(EXPIRES, expires);
    let write = Write::put(Table::Outbox, item);
    Ok(match seen {
        None => write.when_absent(),
        Some((minute, number)) => resting_on(write, minute, number),
    })
}

fn resting_on(write: Write, minute: Instant, number: u32) -> Write {
    write.when("since = :minute and n = :known").binding("minute", minute).binding("known", number)
}
