//! What is counted, for whoever shows it. Names no metrics library.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use domain::Duration;

/// What is counted since the process began.
#[derive(Debug, Default)]
pub struct Telemetry {
    /// Reports taken.
    pub reports: AtomicU64,
    /// Heartbeats taken.
    pub heartbeats: AtomicU64,
    /// Report fields that were cut to size.
    pub cut_fields: AtomicU64,
    /// What jobs sent in vain.
    pub ingest_problems: AtomicU64,
    /// Mails that were taken as pings, once for each recipient.
    pub mails_taken: AtomicU64,
    /// Mails, or recipients of them, that were refused for good.
    pub mails_refused: AtomicU64,
    /// Mails, or recipients of them, that their senders were told to bring again.
    pub mails_put_off: AtomicU64,
    /// Reports whose clock was ahead of ours.
    pub future_reports: AtomicU64,
    /// Sum of run times reported, in milliseconds.
    pub run_millis: AtomicU64,
    /// Runs of which the time is known.
    pub runs_timed: AtomicU64,
    /// Decisions that had to be made again because another writer was faster.
    pub conflicts: AtomicU64,
    /// How far the evaluator was behind when it last looked, in milliseconds.
    pub evaluator_lag_millis: AtomicI64,
    /// Schedulers evaluated.
    pub evaluations: AtomicU64,
    /// Time that could not be observed, in milliseconds.
    pub unobserved_millis: AtomicU64,
    /// Times that a minute had no room for single messages left, and the rest of it is told together.
    pub storms: AtomicU64,
    /// From the decision that someone must hear until the receiver has it.
    pub delivery_latency: Latency,
    /// Failures of roles, by role.
    pub role_failures: Mutex<BTreeMap<&'static str, u64>>,
    /// Deliveries by channel and outcome.
    deliveries: Mutex<BTreeMap<(String, &'static str), u64>>,
    /// Pings of the watchdog, by outcome.
    watchdog: Mutex<BTreeMap<&'static str, u64>>,
}

/// Upper bounds of [`Latency`]'s buckets, in milliseconds.
pub const LATENCY_BOUNDS: [u64; 14] =
    [50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 1_800_000, 7_200_000, 86_400_000];

/// How long something took, counted in buckets.
#[derive(Debug, Default)]
pub struct Latency {
    buckets: [AtomicU64; LATENCY_BOUNDS.len()],
    count: AtomicU64,
    sum_millis: AtomicU64,
}

impl Latency {
    fn record(&self, length: Duration) {
        let millis = u64::try_from(length.as_millis()).unwrap_or(0);
        if let Some(place) = LATENCY_BOUNDS.iter().position(|bound| millis <= *bound) {
            Telemetry::add(&self.buckets[place], 1);
        }
        Telemetry::add(&self.sum_millis, millis);
        Telemetry::add(&self.count, 1);
    }

    /// How many took at most as long as each of [`LATENCY_BOUNDS`].
    pub fn below(&self) -> [u64; LATENCY_BOUNDS.len()] {
        let mut below = 0;
        self.buckets.each_ref().map(|bucket| {
            below += bucket.load(Ordering::Relaxed);
            below
        })
    }

    /// How many there were, and how long all of them took, in milliseconds.
    pub fn whole(&self) -> (u64, u64) {
        (self.count.load(Ordering::Relaxed), self.sum_millis.load(Ordering::Relaxed))
    }
}

impl Telemetry {
    /// Counts a storm.
    pub(crate) fn storm(&self) {
        Self::add(&self.storms, 1);
    }

    /// Adds to a count.
    pub fn add(counter: &AtomicU64, amount: u64) {
        counter.fetch_add(amount, Ordering::Relaxed);
    }

    /// Counts an attempt's outcome.
    pub fn delivered(&self, channel: &str, outcome: &'static str) {
        let mut deliveries = self.deliveries.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *deliveries.entry((channel.to_owned(), outcome)).or_default() += 1;
    }

    /// Deliveries by channel and outcome.
    pub fn deliveries(&self) -> Vec<(String, &'static str, u64)> {
        let deliveries = self.deliveries.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        deliveries.iter().map(|((channel, outcome), count)| (channel.clone(), *outcome, *count)).collect()
    }

    /// Counts a delivery that took so long.
    pub fn delivery_took(&self, length: Duration) {
        self.delivery_latency.record(length);
    }

    /// Counts what came of one turn of the watchdog: `sent`, `failed` or `withheld`.
    pub(crate) fn watchdog(&self, outcome: &'static str) {
        let mut pings = self.watchdog.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *pings.entry(outcome).or_default() += 1;
    }

    /// What came of the watchdog's turns.
    pub fn watchdog_pings(&self) -> Vec<(&'static str, u64)> {
        let pings = self.watchdog.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        pings.iter().map(|(outcome, count)| (*outcome, *count)).collect()
    }

    /// Counts a role's failure.
    pub fn role_failed(&self, role: &'static str) {
        let mut failures = self.role_failures.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *failures.entry(role).or_default() += 1;
    }

    /// Counts a run whose time is known.
    pub fn run_took(&self, length: Duration) {
        Self::add(&self.run_millis, length.as_millis().unsigned_abs());
        Self::add(&self.runs_timed, 1);
    }
}
