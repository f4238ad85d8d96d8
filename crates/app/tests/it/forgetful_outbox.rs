//! An outbox whose store is away for a moment just when an outcome is to be written down, or a notice to be put in.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use app::Notice;
use app::ports::{
    Bucket, Delivery, DeliveryOutcome, DeliveryQuery, HeldNotice, Outbox, OutboxCounts, Page, Routing,
    StoreError, StoreResult, Told, Unrouted,
};
use async_trait::async_trait;
use domain::id::{ChannelId, DeliveryId};
use domain::{Instant, ProjectId};

/// An outbox that cannot write down so many outcomes, or put in so many notices.
pub(crate) struct Forgetful {
    pub(crate) inner: Arc<dyn Outbox>,
    pub(crate) times: AtomicUsize,
    pub(crate) posts: AtomicUsize,
}

fn away(times: &AtomicUsize, doing: &'static str) -> StoreResult<()> {
    match times.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
        Ok(_) => Err(StoreError::Unavailable { doing, cause: "gone fishing".to_owned() }),
        Err(_) => Ok(()),
    }
}

#[async_trait]
impl Outbox for Forgetful {
    async fn settle(&self, id: &DeliveryId, attempt: u32, outcome: DeliveryOutcome) -> StoreResult<()> {
        away(&self.times, "settling")?;
        self.inner.settle(id, attempt, outcome).await
    }

    async fn post(&self, notice: Notice) -> StoreResult<()> {
        away(&self.posts, "posting")?;
        self.inner.post(notice).await
    }

    async fn unrouted(&self, now: Instant, limit: usize) -> StoreResult<Vec<Unrouted>> {
        self.inner.unrouted(now, limit).await
    }

    async fn route(&self, notice_id: &str, routing: Routing) -> StoreResult<()> {
        self.inner.route(notice_id, routing).await
    }

    async fn told(&self, incident: &str) -> StoreResult<Vec<Told>> {
        self.inner.told(incident).await
    }

    async fn release(&self, behind: &str, now: Instant) -> StoreResult<usize> {
        self.inner.release(behind, now).await
    }

    async fn due_buckets(&self, now: Instant) -> StoreResult<Vec<Bucket>> {
        self.inner.due_buckets(now).await
    }

    async fn held(&self, bucket: &Bucket, after: u64, limit: usize) -> StoreResult<Vec<HeldNotice>> {
        self.inner.held(bucket, after, limit).await
    }

    async fn empty(&self, bucket: &Bucket, upto: u64, deliveries: Vec<Delivery>) -> StoreResult<()> {
        self.inner.empty(bucket, upto, deliveries).await
    }

    async fn open_in_group(&self, channel: &ChannelId, group: &str) -> StoreResult<u64> {
        self.inner.open_in_group(channel, group).await
    }

    async fn due_channels(&self, now: Instant) -> StoreResult<Vec<ChannelId>> {
        self.inner.due_channels(now).await
    }

    async fn next_due(&self) -> StoreResult<Option<Instant>> {
        self.inner.next_due().await
    }

    async fn claim(
        &self,
        channel: &ChannelId,
        now: Instant,
        lease_until: Instant,
        limit: usize,
    ) -> StoreResult<Vec<Delivery>> {
        self.inner.claim(channel, now, lease_until, limit).await
    }

    async fn retry(&self, project: &ProjectId, id: &DeliveryId, now: Instant) -> StoreResult<bool> {
        self.inner.retry(project, id, now).await
    }

    async fn deliveries(&self, project: &ProjectId, query: &DeliveryQuery) -> StoreResult<Page<Delivery>> {
        self.inner.deliveries(project, query).await
    }

    async fn counts(&self) -> StoreResult<OutboxCounts> {
        self.inner.counts().await
    }

    async fn prune_outbox(&self, before: Instant, limit: usize) -> StoreResult<usize> {
        self.inner.prune_outbox(before, limit).await
    }
}
