//! A queue between taking what jobs say and applying it: for when the store is slow or away, and for bursts.

use async_trait::async_trait;
use domain::Duration;

use super::StoreResult;

/// Messages on their way in. A queue keeps no order and may hand out a message twice; what was answered `Ok` is durable.
/// Errors are those of a store, with the same meanings.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Puts in messages, at most 1000 at once and each of at most 200 KiB; `Ok` once all of them are in. After an error
    /// some may be in: sending them again is harmless, for applying one twice is applying it once.
    async fn send(&self, messages: Vec<String>) -> StoreResult<()>;

    /// Takes up to `limit` (1..=10) messages, waiting for the first for `wait` (at most 20 s). Nobody else is handed them
    /// for `hidden`, which [`Queue::extend`] prolongs.
    async fn receive(&self, limit: usize, wait: Duration, hidden: Duration) -> StoreResult<Vec<Received>>;

    /// Hides messages for longer, counted from now: what takes them is still at work.
    async fn extend(&self, receipts: &[String], hidden: Duration) -> StoreResult<()>;

    /// Forgets messages that are done with.
    async fn done(&self, receipts: &[String]) -> StoreResult<()>;

    /// Puts a message that can never be applied among the dead ones, with the reason (at most 500 characters), and takes
    /// it out of the queue.
    async fn bury(&self, message: &Received, reason: &str) -> StoreResult<()>;

    /// How full it is, about: counts trail by up to a minute and prove nothing.
    async fn depth(&self) -> StoreResult<Depth>;

    /// Looks at up to `limit` (1..=100) dead messages and leaves them where they are.
    async fn dead(&self, limit: usize) -> StoreResult<Vec<DeadMessage>>;

    /// Puts up to `limit` (1..=10000) dead messages back into the queue; answers how many.
    async fn redrive(&self, limit: usize) -> StoreResult<usize>;
}

/// A message that was handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// By which it is forgotten, hidden for longer or buried.
    pub receipt: String,
    /// What was put in.
    pub body: String,
    /// How long ago it was put in, by the queue's own clock, as far as the queue tells: never by ours alone.
    pub age: Duration,
    /// How often it was handed out, this time included.
    pub receives: u32,
}

/// How full a queue is, about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Messages that wait.
    pub waiting: u64,
    /// Messages that are handed out and not done with.
    pub in_flight: u64,
    /// Messages that could not be applied.
    pub dead: u64,
}

/// A message that could not be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadMessage {
    /// What was put in.
    pub body: String,
    /// Why it could not be applied; `None` where the queue itself gave it up.
    pub reason: Option<String>,
}
