//! Notices on their way, in memory.

use std::collections::{BTreeMap, BTreeSet};

use app::Notice;
use app::ports::{
    Bucket, Delivery, DeliveryOutcome, DeliveryQuery, DeliveryState, Held, HeldNotice, Outbox, OutboxCounts,
    Page, PutOff, Routing, Singly, StoreError, StoreResult, Told, Unrouted,
};
use async_trait::async_trait;
use domain::id::{ChannelId, DeliveryId};
use domain::{Instant, ProjectId};

use super::MemoryStore;
use super::cursor::{page, read};

/// Everything that was ever put in and is not forgotten. Numbers are given in the order of arrival.
#[derive(Debug, Default)]
pub(super) struct Post {
    arrived: u64,
    unrouted: BTreeMap<u64, Waits>,
    known: BTreeSet<String>,
    /// Notices that wait in buckets, by their place.
    held: BTreeMap<u64, Waiting>,
    /// How many of a kind went out singly, and in which minute.
    singly: BTreeMap<String, (Instant, u32)>,
    sent: BTreeMap<u64, Sent>,
    /// Which of them wait or are being tried.
    open: BTreeSet<u64>,
    numbers: BTreeMap<DeliveryId, u64>,
    /// Who was told of which thread, and in which group. Outlives the deliveries: an incident may last longer than they
    /// are kept.
    told: BTreeMap<(String, ChannelId), Option<String>>,
    /// Threads that are over.
    over: BTreeSet<String>,
}

#[derive(Debug)]
pub(super) struct Waits {
    notice: Notice,
    due_at: Instant,
    behind: Option<String>,
}

#[derive(Debug)]
pub(super) struct Waiting {
    held: Held,
    notice: Notice,
}

#[derive(Debug)]
struct Sent {
    delivery: Delivery,
    leased_until: Option<Instant>,
}

impl Waiting {
    fn is_in(&self, bucket: &Bucket) -> bool {
        *self.notice.project() == bucket.project
            && self.held.channel == bucket.channel
            && self.held.bucket == bucket.name
    }
}

impl Sent {
    /// When it can be claimed, as far as it alone is concerned.
    fn ready_at(&self) -> Instant {
        self.delivery.due_at.max(self.leased_until.unwrap_or(Instant::MIN))
    }
}

impl Post {
    /// Puts a notice in, unless it is known.
    pub(super) fn put_in(&mut self, notice: Notice) {
        if self.known.insert(notice.id()) {
            self.arrived += 1;
            self.unrouted.insert(self.arrived, Waits { notice, due_at: Instant::MIN, behind: None });
        }
    }

    fn count(&mut self, singly: &Singly) -> StoreResult<()> {
        let (minute, number) = self.singly.get(&singly.of).copied().unwrap_or((singly.minute, 0));
        let number = if minute == singly.minute { number } else { 0 };
        if number >= singly.most {
            return Err(StoreError::Conflict);
        }
        self.singly.insert(singly.of.clone(), (singly.minute, number + 1));
        Ok(())
    }

    fn hold(&mut self, notice: &Notice, held: Held) {
        let is_same = |known: &Waiting| {
            known.held.channel == held.channel
                && known.held.bucket == held.bucket
                && known.notice.id() == notice.id()
        };
        self.tell(notice, &held.channel, held.group.clone());
        if self.held.values().any(is_same) {
            return;
        }
        self.arrived += 1;
        self.held.insert(self.arrived, Waiting { held, notice: notice.clone() });
    }

    fn deliver(&mut self, delivery: Delivery) {
        if self.numbers.contains_key(&delivery.id) {
            return;
        }
        self.tell(&delivery.notice, &delivery.channel, None);
        self.arrived += 1;
        self.open.insert(self.arrived);
        self.numbers.insert(delivery.id.clone(), self.arrived);
        self.sent.insert(self.arrived, Sent { delivery, leased_until: None });
    }

    /// Who was ever told singly is told singly.
    fn tell(&mut self, notice: &Notice, channel: &ChannelId, group: Option<String>) {
        let told = self.told.entry((notice.thread(), channel.clone())).or_insert_with(|| group.clone());
        *told = told.take().and(group);
    }

    fn put_off(&mut self, number: u64, put_off: PutOff) {
        let Some(waiting) = self.unrouted.get_mut(&number) else { return };
        let thread = waiting.notice.thread();
        let behind = Some(put_off.behind);
        (waiting.due_at, waiting.behind) = (put_off.until, behind.clone());
        if put_off.replaces {
            self.unrouted.retain(|place, known| {
                *place >= number || known.behind != behind || known.notice.thread() != thread
            });
        }
    }

    /// The first open delivery of each thread and channel, oldest first: the others wait for it.
    fn heads(&self) -> impl Iterator<Item = (u64, &Sent)> {
        let mut seen = BTreeSet::new();
        let open = self.open.iter().filter_map(|number| Some((*number, self.sent.get(number)?)));
        open.filter(move |(_, sent)| seen.insert((&sent.delivery.thread, &sent.delivery.channel)))
    }

    fn find(&mut self, id: &DeliveryId, wanted: impl Fn(&Delivery) -> bool) -> Option<(u64, &mut Sent)> {
        let number = *self.numbers.get(id)?;
        self.sent.get_mut(&number).filter(|sent| wanted(&sent.delivery)).map(|sent| (number, sent))
    }
}

#[async_trait]
impl Outbox for MemoryStore {
    async fn post(&self, notice: Notice) -> StoreResult<()> {
        self.data().post.put_in(notice);
        Ok(())
    }

    async fn unrouted(&self, now: Instant, limit: usize) -> StoreResult<Vec<Unrouted>> {
        let data = self.data();
        let due = data.post.unrouted.iter().filter(|(_, waiting)| waiting.due_at <= now);
        let mut due: Vec<_> = due.map(|(number, waiting)| (waiting.due_at, *number, waiting)).collect();
        due.sort_by_key(|(due_at, number, _)| (*due_at, *number));
        let shown = |waiting: &Waits| Unrouted {
            notice: waiting.notice.clone(),
            was_put_off: waiting.due_at != Instant::MIN,
        };
        Ok(due.into_iter().take(limit).map(|(_, _, waiting)| shown(waiting)).collect())
    }

    async fn route(&self, notice_id: &str, routing: Routing) -> StoreResult<()> {
        let post = &mut self.data().post;
        let waiting = post.unrouted.iter().find(|(_, waiting)| waiting.notice.id() == notice_id);
        let Some((number, notice)) = waiting.map(|(number, waiting)| (*number, waiting.notice.clone()))
        else {
            return Ok(());
        };
        if let Some(singly) = &routing.singly {
            post.count(singly)?;
        }
        for held in routing.held {
            post.hold(&notice, held);
        }
        for delivery in routing.deliveries {
            post.deliver(delivery);
        }
        if routing.ends {
            post.over.insert(notice.thread());
        }
        match routing.put_off {
            None => drop(post.unrouted.remove(&number)),
            Some(put_off) => post.put_off(number, put_off),
        }
        Ok(())
    }

    async fn told(&self, incident: &str) -> StoreResult<Vec<Told>> {
        let data = self.data();
        let told = data.post.told.iter().filter(|((thread, _), _)| thread == incident);
        Ok(told
            .map(|((_, channel), group)| Told { channel: channel.clone(), group: group.clone() })
            .collect())
    }

    async fn release(&self, behind: &str, now: Instant) -> StoreResult<usize> {
        let post = &mut self.data().post;
        let mut released = 0;
        for waiting in post.unrouted.values_mut().filter(|known| known.behind.as_deref() == Some(behind)) {
            (waiting.due_at, waiting.behind) = (waiting.due_at.min(now), None);
            released += 1;
        }
        Ok(released)
    }

    async fn due_buckets(&self, now: Instant) -> StoreResult<Vec<Bucket>> {
        let data = self.data();
        let mut buckets = BTreeMap::new();
        for Waiting { held, notice } in data.post.held.values().filter(|waiting| waiting.held.due_at <= now) {
            let name = (notice.project().clone(), held.channel.clone(), held.bucket.clone());
            let due_at = buckets.entry(name).or_insert(held.due_at);
            *due_at = held.due_at.min(*due_at);
        }
        let bucket = |((project, channel, name), due_at)| Bucket { project, channel, name, due_at };
        let mut buckets: Vec<Bucket> = buckets.into_iter().map(bucket).collect();
        buckets.sort_by_key(|bucket| bucket.due_at);
        buckets.truncate(1000);
        Ok(buckets)
    }

    async fn held(&self, bucket: &Bucket, after: u64, limit: usize) -> StoreResult<Vec<HeldNotice>> {
        let data = self.data();
        let inside =
            data.post.held.range(after + 1..).filter(|(_, waiting)| waiting.is_in(bucket)).take(limit);
        let shown = |(place, waiting): (&u64, &Waiting)| HeldNotice {
            place: *place,
            group: waiting.held.group.clone(),
            notice: waiting.notice.clone(),
        };
        Ok(inside.map(shown).collect())
    }

    async fn empty(&self, bucket: &Bucket, upto: u64, deliveries: Vec<Delivery>) -> StoreResult<()> {
        let post = &mut self.data().post;
        let before = post.held.len();
        post.held.retain(|place, waiting| *place > upto || !waiting.is_in(bucket));
        if post.held.len() < before {
            for delivery in deliveries {
                post.deliver(delivery);
            }
        }
        Ok(())
    }

    async fn open_in_group(&self, channel: &ChannelId, group: &str) -> StoreResult<u64> {
        let data = self.data();
        let inside = data.post.told.iter().filter(|((thread, told), of)| {
            told == channel && of.as_deref() == Some(group) && !data.post.over.contains(thread)
        });
        Ok(inside.count() as u64)
    }

    async fn due_channels(&self, now: Instant) -> StoreResult<Vec<ChannelId>> {
        let data = self.data();
        let ready = data.post.heads().filter(|(_, sent)| sent.ready_at() <= now);
        let channels: BTreeSet<ChannelId> = ready.map(|(_, sent)| sent.delivery.channel.clone()).collect();
        Ok(channels.into_iter().take(1000).collect())
    }

    async fn next_due(&self) -> StoreResult<Option<Instant>> {
        Ok(self.data().post.heads().map(|(_, sent)| sent.ready_at()).min())
    }

    async fn claim(
        &self,
        channel: &ChannelId,
        now: Instant,
        lease_until: Instant,
        limit: usize,
    ) -> StoreResult<Vec<Delivery>> {
        let post = &mut self.data().post;
        let heads = post.heads().filter(|(_, sent)| sent.delivery.channel == *channel);
        let ready = heads.filter(|(_, sent)| sent.ready_at() <= now).take(limit);
        let numbers: Vec<u64> = ready.map(|(number, _)| number).collect();
        let claimed = numbers.iter().filter_map(|number| {
            let sent = post.sent.get_mut(number)?;
            sent.leased_until = Some(lease_until);
            sent.delivery.attempts += 1;
            Some(sent.delivery.clone())
        });
        Ok(claimed.collect())
    }

    async fn settle(&self, id: &DeliveryId, attempt: u32, outcome: DeliveryOutcome) -> StoreResult<()> {
        let post = &mut self.data().post;
        let claimed = post.find(id, |known| known.attempts == attempt);
        let (number, sent) = claimed.ok_or(StoreError::Conflict)?;
        sent.leased_until = None;
        settle(&mut sent.delivery, outcome);
        if sent.delivery.state != DeliveryState::Pending {
            post.open.remove(&number);
        }
        Ok(())
    }

    async fn retry(&self, project: &ProjectId, id: &DeliveryId, now: Instant) -> StoreResult<bool> {
        let post = &mut self.data().post;
        let dead = |known: &Delivery| known.project == *project && known.state == DeliveryState::Dead;
        let Some((number, sent)) = post.find(id, dead) else { return Ok(false) };
        let delivery = &mut sent.delivery;
        (delivery.created_at, delivery.due_at, delivery.attempts) = (now, now, 0);
        (delivery.state, delivery.finished_at) = (DeliveryState::Pending, None);
        post.open.insert(number);
        Ok(true)
    }

    async fn deliveries(&self, project: &ProjectId, query: &DeliveryQuery) -> StoreResult<Page<Delivery>> {
        let data = self.data();
        let before = read::<u64>(query.cursor.as_deref())?.unwrap_or(u64::MAX);
        let found = data.post.sent.range(..before).rev().filter(|(_, sent)| {
            let delivery = &sent.delivery;
            delivery.project == *project
                && query.state.is_none_or(|state| delivery.state == state)
                && query.channel.as_ref().is_none_or(|channel| delivery.channel == *channel)
                && query.thread.as_ref().is_none_or(|thread| delivery.thread == *thread)
        });
        let found = page(found, query.limit, |(number, _)| number.to_string());
        Ok(found.map(|(_, sent)| sent.delivery.clone()))
    }

    async fn counts(&self) -> StoreResult<OutboxCounts> {
        let post = &self.data().post;
        let of = |state| post.sent.values().filter(|sent| sent.delivery.state == state).count() as u64;
        let mut dead = BTreeMap::new();
        for sent in post.sent.values().filter(|sent| sent.delivery.state == DeliveryState::Dead) {
            *dead.entry(sent.delivery.channel.clone()).or_default() += 1;
        }
        Ok(OutboxCounts {
            unrouted: post.unrouted.len() as u64,
            held: post.held.len() as u64,
            pending: of(DeliveryState::Pending),
            dead: of(DeliveryState::Dead),
            dead_by_channel: dead.into_iter().collect(),
        })
    }

    async fn prune_outbox(&self, before: Instant, limit: usize) -> StoreResult<usize> {
        let post = &mut self.data().post;
        let finished = |sent: &Sent| sent.delivery.finished_at.is_some_and(|at| at < before);
        let old = post.sent.iter().filter(|(_, sent)| finished(sent)).take(limit);
        let numbers: Vec<u64> = old.map(|(number, _)| *number).collect();
        for number in &numbers {
            if let Some(sent) = post.sent.remove(number) {
                post.numbers.remove(&sent.delivery.id);
            }
        }
        Ok(numbers.len())
    }
}

fn settle(delivery: &mut Delivery, outcome: DeliveryOutcome) {
    let (state, at, answer) = match outcome {
        DeliveryOutcome::Delivered { at, answer } => (DeliveryState::Delivered, at, answer),
        DeliveryOutcome::Retry { at, answer } => (DeliveryState::Pending, at, answer),
        DeliveryOutcome::Dead { at, answer } => (DeliveryState::Dead, at, answer),
    };
    delivery.state = state;
    delivery.last_answer = Some(answer);
    if state == DeliveryState::Pending {
        delivery.due_at = at;
    } else {
        delivery.finished_at = Some(at);
    }
}
