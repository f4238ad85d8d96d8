//! A thread: one partition with its version, the line of its deliveries for each channel, and who was told. Whoever
//! changes any of it names the version that was read.

use std::collections::BTreeMap;

use app::Notice;
use app::ports::{Delivery, DeliveryState, Told};
use domain::id::{ChannelId, DeliveryId};
use domain::{Duration, Instant};

use super::deliveries;
use crate::Store;
use crate::fault::Faulty;
use crate::gateway::{Item, Key, Query, Write};
use crate::schema::{EXPIRES, Table};

/// How long a thread is remembered after it was over, or last written to.
const KEPT: Duration = Duration::DAY.times(120);

/// A thread as it was read, and how it shall be.
#[derive(Debug)]
pub(super) struct Thread {
    name: String,
    version: i64,
    /// Deliveries that are not finished, by channel and number.
    pub(super) line: BTreeMap<(ChannelId, String), DeliveryId>,
    /// Those that are.
    pub(super) finished: BTreeMap<(ChannelId, String), DeliveryId>,
    told: BTreeMap<ChannelId, TellingOf>,
    changed: Vec<Write>,
}

/// That a channel was told.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TellingOf {
    group: Option<String>,
    is_over: bool,
    is_new: bool,
}

fn partition(thread: &str) -> String {
    format!("T#{thread}")
}

fn line_sort(channel: &ChannelId, number: &str) -> String {
    format!("q#{number}#{channel}")
}

fn group_key(channel: &ChannelId, group: &str, thread: &str) -> Key {
    Key::new(format!("G#{channel}#{group}"), thread)
}

impl Thread {
    pub(super) async fn read(store: &Store, name: &str) -> Faulty<Self> {
        let mut thread = Self {
            name: name.to_owned(),
            version: 0,
            line: BTreeMap::new(),
            finished: BTreeMap::new(),
            told: BTreeMap::new(),
            changed: Vec::new(),
        };
        for item in store.gateway.gather(Query::of(Table::Outbox, partition(name))).await? {
            thread.take(&item)?;
        }
        Ok(thread)
    }

    fn take(&mut self, item: &Item) -> Faulty<()> {
        let sort = item.text("sk")?;
        if sort == "a" {
            self.version = item.number("n")?;
        } else if let Some((number, channel)) = sort.strip_prefix("q#").and_then(|rest| rest.split_once('#'))
        {
            let id = DeliveryId::trusted(item.text("did")?);
            let is_over = item.maybe_number::<i64>("done")?.is_some();
            let side = if is_over { &mut self.finished } else { &mut self.line };
            side.insert((ChannelId::trusted(channel), number.to_owned()), id);
        } else if let Some(channel) = sort.strip_prefix("told#") {
            let group = item.maybe_text("grp")?.map(str::to_owned);
            let is_over = item.maybe_number::<i64>("done")?.is_some();
            self.told.insert(ChannelId::trusted(channel), TellingOf { group, is_over, is_new: false });
        }
        Ok(())
    }

    /// Who was told, by channel.
    pub(super) fn told(&self) -> Vec<Told> {
        let told = |(channel, telling): (&ChannelId, &TellingOf)| Told {
            channel: channel.clone(),
            group: telling.group.clone(),
        };
        self.told.iter().map(told).collect()
    }

    /// Whether a delivery is known already.
    pub(super) fn knows(&self, id: &DeliveryId) -> bool {
        self.line.values().chain(self.finished.values()).any(|known| known == id)
    }

    /// The delivery that a channel stands at.
    pub(super) fn head(&self, channel: &ChannelId) -> Option<&DeliveryId> {
        self.line.iter().find(|((of, _), _)| of == channel).map(|(_, id)| id)
    }

    /// Puts a delivery into its line; it can be claimed at once where nothing is before it.
    pub(super) fn deliver(&mut self, store: &Store, delivery: &Delivery) -> Faulty<()> {
        if self.knows(&delivery.id) {
            return Ok(());
        }
        let number = store.sequence.next(delivery.created_at);
        let is_head = self.head(&delivery.channel).is_none() && delivery.state == DeliveryState::Pending;
        let item = deliveries::item(store, delivery, &number, is_head)?;
        self.changed.push(Write::put(Table::Outbox, item).when_absent());
        let entry = Item::of(&Key::new(partition(&self.name), line_sort(&delivery.channel, &number)));
        let entry = entry.with("did", delivery.id.as_str());
        self.changed.push(Write::put(Table::Outbox, entry));
        self.line.insert((delivery.channel.clone(), number), delivery.id.clone());
        self.tell(&delivery.channel, None);
        Ok(())
    }

    /// Who was ever told singly is told singly.
    pub(super) fn tell(&mut self, channel: &ChannelId, group: Option<&str>) {
        let group = group.map(str::to_owned);
        let new = TellingOf { group: group.clone(), is_over: false, is_new: true };
        let known = self.told.entry(channel.clone()).or_insert(new);
        let after = known.group.clone().and(group);
        if after != known.group {
            if let Some(before) = known.group.take() {
                let key = group_key(channel, &before, &self.name);
                self.changed.push(Write::delete(Table::Outbox, key));
            }
            *known = TellingOf { group: after, is_over: known.is_over, is_new: true };
        }
    }

    /// Nobody is told of it any more.
    pub(super) fn end(&mut self) {
        for (channel, telling) in &mut self.told {
            if telling.is_over {
                continue;
            }
            (telling.is_over, telling.is_new) = (true, true);
            if let Some(group) = &telling.group {
                let key = group_key(channel, group, &self.name);
                self.changed.push(Write::delete(Table::Outbox, key));
            }
        }
    }

    /// A delivery of the line is finished; answers which one is next.
    pub(super) fn finish(&mut self, delivery: &Delivery, number: &str, at: Instant) -> Option<DeliveryId> {
        let place = (delivery.channel.clone(), number.to_owned());
        self.line.remove(&place);
        let sort = line_sort(&delivery.channel, number);
        let entry = Item::of(&Key::new(partition(&self.name), sort)).with("did", delivery.id.as_str());
        let entry = entry.with("done", 1_i64).with(EXPIRES, expires(at));
        self.changed.push(Write::put(Table::Outbox, entry));
        self.head(&delivery.channel).cloned()
    }

    /// A finished delivery waits again, at its old place.
    pub(super) fn reopen(&mut self, delivery: &Delivery, number: &str) {
        let sort = line_sort(&delivery.channel, number);
        let entry = Item::of(&Key::new(partition(&self.name), sort)).with("did", delivery.id.as_str());
        self.changed.push(Write::put(Table::Outbox, entry));
        self.line.insert((delivery.channel.clone(), number.to_owned()), delivery.id.clone());
    }

    pub(super) fn push(&mut self, write: Write) {
        self.changed.push(write);
    }

    /// Everything that changed, resting on the version that was read.
    pub(super) fn writes(self, now: Instant) -> Vec<Write> {
        let Self { name, version, told, mut changed, .. } = self;
        for (channel, telling) in told.iter().filter(|(_, telling)| telling.is_new) {
            let item = Item::of(&Key::new(partition(&name), format!("told#{channel}")));
            let item = item.with_some("grp", telling.group.as_deref());
            let over = telling.is_over.then_some(1_i64);
            let item = item.with_some("done", over).with_some(EXPIRES, over.map(|_| expires(now)));
            changed.push(Write::put(Table::Outbox, item));
            if let Some(group) = telling.group.as_deref().filter(|_| !telling.is_over) {
                let item = Item::of(&group_key(channel, group, &name));
                changed.push(Write::put(Table::Outbox, item));
            }
        }
        // Two writes of one item cannot be in one transaction: a group that is left and entered again.
        let own = Item::of(&Key::new(partition(&name), "a")).with("n", version + 1);
        let own = Write::put(Table::Outbox, own.with(EXPIRES, expires(now)));
        let own = if version == 0 { own.when_absent() } else { own.when("n = :n").binding("n", version) };
        changed.push(own);
        changed
    }
}

fn expires(at: Instant) -> i64 {
    (at + KEPT).as_millis().div_euclid(1000)
}

/// Who was ever told of an incident.
pub(super) async fn told(store: &Store, incident: &str) -> Faulty<Vec<Told>> {
    Ok(Thread::read(store, incident).await?.told())
}

/// How many incidents a channel was told of in a group, and that are open still.
pub(super) async fn open_in_group(store: &Store, channel: &ChannelId, group: &str) -> Faulty<u64> {
    store.gateway.count(Query::of(Table::Outbox, format!("G#{channel}#{group}"))).await
}

/// The thread that a notice belongs to.
pub(super) async fn of(store: &Store, notice: &Notice) -> Faulty<Thread> {
    Thread::read(store, &notice.thread()).await
}
