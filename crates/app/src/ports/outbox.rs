//! Notices on their way: unrouted, then one delivery for each channel, each with its attempts.

use async_trait::async_trait;
use domain::id::{ChannelId, DeliveryId};
use domain::{Instant, ProjectId};
use serde::{Deserialize, Serialize};

use super::{Page, StoreResult};
use crate::notice::Notice;

/// Notices on their way. Nothing that was put in is lost: it ends delivered or dead, and dead ones are listed.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Puts in a notice that belongs to no scheduler's commit. A notice whose id is known is not put in again.
    async fn post(&self, notice: Notice) -> StoreResult<()>;

    /// Notices that are not routed yet, oldest first, at most `limit` (1..=1000).
    async fn unrouted(&self, limit: usize) -> StoreResult<Vec<Notice>>;

    /// Turns a notice into deliveries, all or nothing; none at all is an answer too. Done twice, it is done once: one
    /// notice and one channel make one delivery.
    async fn route(&self, notice_id: &str, deliveries: Vec<Delivery>) -> StoreResult<()>;

    /// Channels to which notices of an incident were ever routed: those who were told, and must hear the end.
    async fn told(&self, incident: &str) -> StoreResult<Vec<ChannelId>>;

    /// Channels with a delivery that could be claimed at `now`, at most 1000.
    async fn due_channels(&self, now: Instant) -> StoreResult<Vec<ChannelId>>;

    /// The earliest instant at which a delivery can be claimed.
    async fn next_due(&self) -> StoreResult<Option<Instant>>;

    /// Claims up to `limit` deliveries of a channel until `lease_until`, oldest first, and counts the attempt. A delivery
    /// is passed over while an earlier one of the same incident and channel is not finished. A claim that runs out can
    /// be claimed again.
    async fn claim(
        &self,
        channel: &ChannelId,
        now: Instant,
        lease_until: Instant,
        limit: usize,
    ) -> StoreResult<Vec<Delivery>>;

    /// Ends an attempt. `Conflict` when the delivery is claimed under another attempt by now.
    async fn settle(&self, id: &DeliveryId, attempt: u32, outcome: DeliveryOutcome) -> StoreResult<()>;

    /// Makes a dead delivery pending again, as if it were routed at `now` (its attempts and its day of trying begin
    /// anew). Answers whether there was such a one.
    async fn retry(&self, project: &ProjectId, id: &DeliveryId, now: Instant) -> StoreResult<bool>;

    /// Deliveries of a project, newest first.
    async fn deliveries(&self, project: &ProjectId, query: &DeliveryQuery) -> StoreResult<Page<Delivery>>;

    /// How many wait, and how many are dead.
    async fn counts(&self) -> StoreResult<OutboxCounts>;

    /// Forgets what was finished before an instant, at most `limit` rows; answers how many.
    async fn prune_outbox(&self, before: Instant, limit: usize) -> StoreResult<usize>;
}

/// One notice on its way to one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Made of notice and channel: the receiver's message id.
    pub id: DeliveryId,
    /// The project.
    pub project: ProjectId,
    /// The channel.
    pub channel: ChannelId,
    /// What order is kept by, together with the channel: the incident, where there is one.
    pub thread: String,
    /// What to say.
    pub notice: Notice,
    /// When it was routed, or last sent again by hand.
    pub created_at: Instant,
    /// When it may be tried (again).
    pub due_at: Instant,
    /// How often it was tried.
    pub attempts: u32,
    /// How it stands.
    pub state: DeliveryState,
    /// What the last attempt came to, shortened to 500 characters, without secrets.
    pub last_answer: Option<String>,
    /// When it was finished.
    pub finished_at: Option<Instant>,
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It waits for its (next) attempt, or is being tried.
    Pending,
    /// The receiver has it.
    Delivered,
    /// Given up; listed, counted, and can be sent again.
    Dead,
}

impl DeliveryState {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    /// The state of that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Pending, Self::Delivered, Self::Dead].into_iter().find(|state| state.as_str() == word)
    }
}

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The receiver has it.
    Delivered {
        /// When.
        at: Instant,
        /// What the receiver said.
        answer: String,
    },
    /// Try again.
    Retry {
        /// When.
        at: Instant,
        /// Why.
        answer: String,
    },
    /// Give up.
    Dead {
        /// When.
        at: Instant,
        /// Why.
        answer: String,
    },
}

/// A page of deliveries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryQuery {
    /// Only of this state.
    pub state: Option<DeliveryState>,
    /// Only of this channel.
    pub channel: Option<ChannelId>,
    /// How many, 1..=1000.
    pub limit: usize,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// How full the outbox is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxCounts {
    /// Notices that are not routed.
    pub unrouted: u64,
    /// Deliveries that wait.
    pub pending: u64,
    /// Deliveries that were given up.
    pub dead: u64,
}
