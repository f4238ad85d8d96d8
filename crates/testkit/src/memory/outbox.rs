//! Notices on their way, in memory.

use std::collections::{BTreeMap, BTreeSet};

use app::Notice;
use app::ports::{
    Delivery, DeliveryOutcome, DeliveryQuery, DeliveryState, Outbox, OutboxCounts, Page, StoreError,
    StoreResult,
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
    unrouted: BTreeMap<u64, Notice>,
    known: BTreeSet<String>,
    sent: BTreeMap<u64, Sent>,
    /// Which of them wait or are being tried.
    open: BTreeSet<u64>,
    numbers: BTreeMap<DeliveryId, u64>,
    /// Who was told of which thread. Outlives the deliveries: an incident may last longer than they are kept.
    told: BTreeSet<(String, ChannelId)>,
}

#[derive(Debug)]
struct Sent {
    delivery: Delivery,
    leased_until: Option<Instant>,
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
            self.unrouted.insert(self.arrived, notice);
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

    async fn unrouted(&self, limit: usize) -> StoreResult<Vec<Notice>> {
        Ok(self.data().post.unrouted.values().take(limit).cloned().collect())
    }

    async fn route(&self, notice_id: &str, deliveries: Vec<Delivery>) -> StoreResult<()> {
        let post = &mut self.data().post;
        let waiting = post.unrouted.iter().find(|(_, notice)| notice.id() == notice_id);
        let Some(number) = waiting.map(|(number, _)| *number) else { return Ok(()) };
        post.unrouted.remove(&number);
        for delivery in deliveries {
            if !post.numbers.contains_key(&delivery.id) {
                post.arrived += 1;
                post.open.insert(post.arrived);
                post.numbers.insert(delivery.id.clone(), post.arrived);
                post.told.insert((delivery.thread.clone(), delivery.channel.clone()));
                post.sent.insert(post.arrived, Sent { delivery, leased_until: None });
            }
        }
        Ok(())
    }

    async fn told(&self, incident: &str) -> StoreResult<Vec<ChannelId>> {
        let data = self.data();
        let told = data.post.told.iter().filter(|(thread, _)| thread == incident);
        Ok(told.map(|(_, channel)| channel.clone()).collect())
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
        });
        let found = page(found, query.limit, |(number, _)| number.to_string());
        Ok(found.map(|(_, sent)| sent.delivery.clone()))
    }

    async fn counts(&self) -> StoreResult<OutboxCounts> {
        let post = &self.data().post;
        let of = |state| post.sent.values().filter(|sent| sent.delivery.state == state).count() as u64;
        Ok(OutboxCounts {
            unrouted: post.unrouted.len() as u64,
            pending: of(DeliveryState::Pending),
            dead: of(DeliveryState::Dead),
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
