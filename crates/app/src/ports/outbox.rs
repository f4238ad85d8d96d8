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

    /// Notices that are not routed yet and not put off beyond `now`, oldest first, at most `limit` (1..=1000).
    async fn unrouted(&self, now: Instant, limit: usize) -> StoreResult<Vec<Unrouted>>;

    /// Does with a notice what was decided, all or nothing. Done twice, it is done once: one notice and one channel make
    /// one delivery, and one place in a bucket. `Conflict`, with nothing done, where [`Routing::singly`] has no room left.
    async fn route(&self, notice_id: &str, routing: Routing) -> StoreResult<()>;

    /// Who was ever told of an incident (or is about to be, held in a bucket), and must hear the end; by channel.
    async fn told(&self, incident: &str) -> StoreResult<Vec<Told>>;

    /// Makes due what was put off behind something; answers how many.
    async fn release(&self, behind: &str, now: Instant) -> StoreResult<usize>;

    /// Buckets whose time has come, at most 1000.
    async fn due_buckets(&self, now: Instant) -> StoreResult<Vec<Bucket>>;

    /// What a bucket holds after a place in it, in order, at most `limit` (1..=1000).
    async fn held(&self, bucket: &Bucket, after: u64, limit: usize) -> StoreResult<Vec<HeldNotice>>;

    /// Empties a bucket up to a place in it, and puts deliveries in its stead, all or nothing. Done twice, it is done
    /// once.
    async fn empty(&self, bucket: &Bucket, upto: u64, deliveries: Vec<Delivery>) -> StoreResult<()>;

    /// How many incidents a channel was told of in a group, and that are open still.
    async fn open_in_group(&self, channel: &ChannelId, group: &str) -> StoreResult<u64>;

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

    /// How many wait, how many are held, and how many are dead.
    async fn counts(&self) -> StoreResult<OutboxCounts>;

    /// Forgets what was finished before an instant, at most `limit` rows; answers how many.
    async fn prune_outbox(&self, before: Instant, limit: usize) -> StoreResult<usize>;
}

/// A notice that is to be routed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrouted {
    /// The notice.
    pub notice: Notice,
    /// Whether it was put off before.
    pub was_put_off: bool,
}

/// What becomes of a notice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routing {
    /// To whom it goes now. All that are told here are told singly from then on.
    pub deliveries: Vec<Delivery>,
    /// Who hears of it later, together with others.
    pub held: Vec<Held>,
    /// Whether its thread is over: nobody is told of it any more.
    pub ends: bool,
    /// Where it is among the few that may go out singly: counted, and refused past the most.
    pub singly: Option<Singly>,
    /// Given where it is not done with, but to be looked at again later.
    pub put_off: Option<PutOff>,
}

impl From<Vec<Delivery>> for Routing {
    fn from(deliveries: Vec<Delivery>) -> Self {
        Self { deliveries, ..Self::default() }
    }
}

/// A notice that waits in a bucket for a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The channel.
    pub channel: ChannelId,
    /// The bucket's name, unique for project and channel.
    pub bucket: String,
    /// When the bucket is emptied.
    pub due_at: Instant,
    /// Given where the incident is told as part of a group, up to its end.
    pub group: Option<String>,
}

/// Room for a few in each minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Singly {
    /// Of what.
    pub of: String,
    /// The minute.
    pub minute: Instant,
    /// How many there may be.
    pub most: u32,
}

/// A notice that is looked at again later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutOff {
    /// When, at the latest.
    pub until: Instant,
    /// What it waits for: [`Outbox::release`] ends the wait.
    pub behind: String,
    /// Whether earlier notices of the thread that wait for the same are done with, for this one says all they say.
    pub replaces: bool,
}

/// Who was told of an incident.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// The channel.
    pub channel: ChannelId,
    /// Given where it was told of it only as part of a group.
    pub group: Option<String>,
}

/// Notices for one channel that are told together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bucket {
    /// The project.
    pub project: ProjectId,
    /// The channel.
    pub channel: ChannelId,
    /// Its name.
    pub name: String,
    /// When it is emptied.
    pub due_at: Instant,
}

/// One of the notices of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldNotice {
    /// Its place: later ones have greater places.
    pub place: u64,
    /// The group it is told as part of.
    pub group: Option<String>,
    /// The notice.
    pub notice: Notice,
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
    /// Only of this thread, an incident's id; the other filters hold no more then.
    pub thread: Option<String>,
    /// How many, 1..=1000.
    pub limit: usize,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// How full the outbox is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutboxCounts {
    /// Notices that are not routed, those that are put off among them.
    pub unrouted: u64,
    /// Places in buckets: notices that will be told together with others.
    pub held: u64,
    /// Deliveries that wait.
    pub pending: u64,
    /// Deliveries that were given up.
    pub dead: u64,
    /// The same by channel, of whichever project, in order of their ids; channels without any are left out.
    pub dead_by_channel: Vec<(ChannelId, u64)>,
}
