//! Notices on their way. What is done with a thread (an incident, mostly) is one transaction that names the version of the
//! thread it rests on: so who was told, what waits in line and what can be claimed always fit together.

mod buckets;
mod claims;
mod deliveries;
pub(crate) mod posting;
mod pruning;
mod routing;
mod threads;
mod waiting;

use app::Notice;
use app::ports::{
    Bucket, Delivery, DeliveryOutcome, DeliveryQuery, HeldNotice, Outbox, OutboxCounts, Page, Routing,
    StoreResult, Told, Unrouted,
};
use async_trait::async_trait;
use domain::id::{ChannelId, DeliveryId};
use domain::{Instant, ProjectId};

use crate::Store;
use crate::fault::Told as _;

/// Over how many partitions what can be done is spread: alerts are rare, until everything falls at once.
const SPREAD: u8 = 4;
/// How often something is done anew because somebody else was at the same thread.
const ROUNDS_MAX: usize = 30;

#[async_trait]
impl Outbox for Store {
    async fn post(&self, notice: Notice) -> StoreResult<()> {
        posting::post(self, &notice).await.told("putting in a notice")
    }

    async fn unrouted(&self, now: Instant, limit: usize) -> StoreResult<Vec<Unrouted>> {
        posting::unrouted(self, now, limit).await.told("reading notices")
    }

    async fn route(&self, notice_id: &str, routing: Routing) -> StoreResult<()> {
        routing::route(self, notice_id, &routing).await.told("routing a notice")
    }

    async fn told(&self, incident: &str) -> StoreResult<Vec<Told>> {
        threads::told(self, incident).await.told("reading who was told")
    }

    async fn release(&self, behind: &str, now: Instant) -> StoreResult<usize> {
        waiting::release(self, behind, now).await.told("releasing notices")
    }

    async fn due_buckets(&self, now: Instant) -> StoreResult<Vec<Bucket>> {
        buckets::due(self, now).await.told("looking for buckets")
    }

    async fn held(&self, bucket: &Bucket, after: u64, limit: usize) -> StoreResult<Vec<HeldNotice>> {
        buckets::held(self, bucket, after, limit).await.told("reading a bucket")
    }

    async fn empty(&self, bucket: &Bucket, upto: u64, deliveries: Vec<Delivery>) -> StoreResult<()> {
        buckets::empty(self, bucket, upto, &deliveries).await.told("emptying a bucket")
    }

    async fn open_in_group(&self, channel: &ChannelId, group: &str) -> StoreResult<u64> {
        threads::open_in_group(self, channel, group).await.told("counting a group")
    }

    async fn due_channels(&self, now: Instant) -> StoreResult<Vec<ChannelId>> {
        claims::due_channels(self, now).await.told("looking for due channels")
    }

    async fn next_due(&self) -> StoreResult<Option<Instant>> {
        claims::next_due(self).await.told("looking for the next delivery")
    }

    async fn claim(
        &self,
        channel: &ChannelId,
        now: Instant,
        lease_until: Instant,
        limit: usize,
    ) -> StoreResult<Vec<Delivery>> {
        claims::claim(self, channel, now, lease_until, limit).await.told("claiming deliveries")
    }

    async fn settle(&self, id: &DeliveryId, attempt: u32, outcome: DeliveryOutcome) -> StoreResult<()> {
        claims::settle(self, id, attempt, &outcome).await.told("ending an attempt")
    }

    async fn retry(&self, project: &ProjectId, id: &DeliveryId, now: Instant) -> StoreResult<bool> {
        claims::retry(self, project, id, now).await.told("sending a delivery again")
    }

    async fn deliveries(&self, project: &ProjectId, query: &DeliveryQuery) -> StoreResult<Page<Delivery>> {
        deliveries::page(self, project, query).await.told("listing deliveries")
    }

    async fn counts(&self) -> StoreResult<OutboxCounts> {
        deliveries::counts(self).await.told("counting the outbox")
    }

    async fn prune_outbox(&self, before: Instant, limit: usize) -> StoreResult<usize> {
        pruning::prune(self, before, limit).await.told("forgetting deliveries")
    }
}
