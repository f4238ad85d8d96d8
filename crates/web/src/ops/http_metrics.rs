//! Requests as `/metrics` tells them: how many and how long, by method, route and status.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::http::{Method, StatusCode};

/// Upper bounds of the latency buckets, in seconds.
pub(crate) const BUCKETS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Requests by method, route and status. Bounded by the routes there are.
#[derive(Debug, Default)]
pub(crate) struct HttpMetrics(RwLock<BTreeMap<Labels, Arc<Series>>>);

/// What a series is told apart by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Labels {
    pub(crate) method: &'static str,
    pub(crate) route: String,
    pub(crate) status: u16,
}

/// One histogram.
#[derive(Debug, Default)]
struct Series {
    buckets: [AtomicU64; BUCKETS.len()],
    count: AtomicU64,
    sum_micros: AtomicU64,
}

/// A histogram as it stood at one moment; buckets are cumulative.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Histogram {
    pub(crate) buckets: [u64; BUCKETS.len()],
    pub(crate) count: u64,
    pub(crate) sum_secs: f64,
}

impl Histogram {
    /// This and another together.
    pub(crate) fn add(&mut self, other: &Self) {
        for (bucket, more) in self.buckets.iter_mut().zip(other.buckets) {
            *bucket += more;
        }
        self.count += other.count;
        self.sum_secs += other.sum_secs;
    }
}

impl HttpMetrics {
    pub(crate) fn record(&self, method: &Method, route: &str, status: StatusCode, latency: Duration) {
        let labels = Labels { method: known(method), route: route.to_owned(), status: status.as_u16() };
        let found = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&labels).cloned();
        let series = found.unwrap_or_else(|| {
            self.0.write().unwrap_or_else(PoisonError::into_inner).entry(labels).or_default().clone()
        });
        series.record(latency);
    }

    /// All of them, in order of their labels.
    pub(crate) fn read(&self) -> Vec<(Labels, Histogram)> {
        let series = self.0.read().unwrap_or_else(PoisonError::into_inner);
        series.iter().map(|(labels, series)| (labels.clone(), series.read())).collect()
    }
}

impl Series {
    fn record(&self, latency: Duration) {
        let secs = latency.as_secs_f64();
        if let Some(bucket) = BUCKETS.iter().position(|bound| secs <= *bound) {
            self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        }
        self.sum_micros.fetch_add(latency.as_micros() as u64, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    fn read(&self) -> Histogram {
        let mut below = 0;
        let buckets = self.buckets.each_ref().map(|bucket| {
            below += bucket.load(Ordering::Relaxed);
            below
        });
        let sum_secs = self.sum_micros.load(Ordering::Relaxed) as f64 / 1e6;
        Histogram { buckets, count: self.count.load(Ordering::Relaxed), sum_secs }
    }
}

/// Methods that nobody knows share one name: a client must not invent series.
fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|name| *name == method.as_str()).unwrap_or("OTHER")
}
