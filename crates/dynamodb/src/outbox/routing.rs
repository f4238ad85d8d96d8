//! What becomes of a notice: deliveries, places in buckets, a later look. One transaction, unless it has so many receivers
//! that it takes several: then the notice is done with in the last, and what was done before is known when it comes again.

use app::ports::{Routing, Singly};
use domain::Instant;

use super::posting::{self, Waits};
use super::threads::{self, Thread};
use super::{ROUNDS_MAX, buckets, waiting};
use crate::Store;
use crate::fault::{Fault, Faulty};
use crate::gateway::{Item, Key, Write};
use crate::schema::{EXPIRES, Table};

/// How many receivers one transaction serves: each takes up to five writes of a hundred.
const RECEIVERS_MAX: usize = 15;

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
    let mut room = RECEIVERS_MAX;
    let mut is_last = true;
    for delivery in routing.deliveries.iter().filter(|it| !thread.knows(&it.id)).collect::<Vec<_>>() {
        is_last &= room > 0;
        if room > 0 {
            room -= 1;
            thread.deliver(store, delivery)?;
        }
    }
    for held in &routing.held {
        let is_new = !buckets::holds(store, notice, held).await?;
        is_last &= room > 0 || !is_new;
        if room > 0 || !is_new {
            thread.tell(&held.channel, held.group.as_deref());
        }
        if room > 0 && is_new {
            room -= 1;
            buckets::hold(store, &mut thread, notice, held).await?;
        }
    }
    let singly = match &routing.singly {
        Some(singly) if is_last => Some(counted(store, singly).await?),
        _ => None,
    };
    if is_last {
        finish(store, &mut thread, waits, routing).await?;
    }
    let mut writes = thread.writes(notice.decided_at());
    writes.extend(singly);
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
    for write in writes {
        thread.push(write);
    }
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
