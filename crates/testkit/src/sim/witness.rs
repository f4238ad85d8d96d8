//! What a process did with notices, as the store behind everything that goes wrong saw it: each step that took effect,
//! in order. What is owed to whom follows from it; whether it should have been done is looked at elsewhere.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::Notice;
use app::ports::{
    Bucket, Clock, Delivery, DeliveryOutcome, DeliveryQuery, HeldNotice, Outbox, OutboxCounts, Page, Routing,
    StoreResult, Told, Unrouted,
};
use async_trait::async_trait;
use domain::id::{ChannelId, DeliveryId};
use domain::{Instant, ProjectId};

use crate::FixedClock;

/// One step that took effect.
#[derive(Clone, Debug)]
pub(crate) enum Seen {
    /// A notice that belongs to no scheduler was put in.
    Posted(Box<Notice>),
    /// It was decided what becomes of a notice.
    Routed {
        /// Which.
        id: String,
        /// What.
        routing: Box<Routing>,
        /// When, by the server's clock.
        at: Instant,
    },
    /// What waited behind something need wait no longer.
    Released {
        /// Behind what.
        behind: String,
        /// Since when, by the server's clock.
        at: Instant,
    },
    /// A bucket was emptied.
    Emptied {
        /// Which.
        bucket: Bucket,
        /// What came of it.
        deliveries: Vec<Delivery>,
    },
}

/// What was seen and not yet looked at.
#[derive(Debug, Default)]
pub(crate) struct Witness(Mutex<Vec<Seen>>);

impl Witness {
    fn seen(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was seen since this was last asked.
    pub(crate) fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen())
    }
}

/// An outbox that tells what was done with it.
pub(crate) struct Watched {
    pub(crate) inner: Arc<dyn Outbox>,
    pub(crate) witness: Arc<Witness>,
    pub(crate) clock: Arc<FixedClock>,
}

macro_rules! watched {
    ($($name:ident($($arg:ident: $type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl Outbox for Watched {
            async fn post(&self, notice: Notice) -> StoreResult<()> {
                self.inner.post(notice.clone()).await?;
                self.witness.seen().push(Seen::Posted(Box::new(notice)));
                Ok(())
            }

            async fn route(&self, notice_id: &str, routing: Routing) -> StoreResult<()> {
                self.inner.route(notice_id, routing.clone()).await?;
                let (id, at) = (notice_id.to_owned(), self.clock.now());
                self.witness.seen().push(Seen::Routed { id, routing: Box::new(routing), at });
                Ok(())
            }

            async fn empty(&self, bucket: &Bucket, upto: u64, deliveries: Vec<Delivery>) -> StoreResult<()> {
                self.inner.empty(bucket, upto, deliveries.clone()).await?;
                self.witness.seen().push(Seen::Emptied { bucket: bucket.clone(), deliveries });
                Ok(())
            }

            async fn release(&self, behind: &str, now: Instant) -> StoreResult<usize> {
                let released = self.inner.release(behind, now).await?;
                self.witness.seen().push(Seen::Released { behind: behind.to_owned(), at: now });
                Ok(released)
            }

            $(async fn $name(&self $(, $arg: $type)*) -> StoreResult<$answer> {
                self.inner.$name($($arg),*).await
            })*
        }
    };
}

watched! {
    unrouted(now: Instant, limit: usize) -> Vec<Unrouted>;
    told(incident: &str) -> Vec<Told>;
    due_buckets(now: Instant) -> Vec<Bucket>;
    held(bucket: &Bucket, after: u64, limit: usize) -> Vec<HeldNotice>;
    open_in_group(channel: &ChannelId, group: &str) -> u64;
    due_channels(now: Instant) -> Vec<ChannelId>;
    next_due() -> Option<Instant>;
    claim(channel: &ChannelId, now: Instant, lease_until: Instant, limit: usize) -> Vec<Delivery>;
    settle(id: &DeliveryId, attempt: u32, outcome: DeliveryOutcome) -> ();
    retry(project: &ProjectId, id: &DeliveryId, now: Instant) -> bool;
    deliveries(project: &ProjectId, query: &DeliveryQuery) -> Page<Delivery>;
    counts() -> OutboxCounts;
    prune_outbox(before: Instant, limit: usize) -> usize;
}
