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
    /// Failures of roles, by role.
    pub role_failures: Mutex<BTreeMap<&'static str, u64>>,
    /// Deliveries by channel and outcome.
    deliveries: Mutex<BTreeMap<(String, &'static str), u64>>,
}

impl Telemetry {
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
