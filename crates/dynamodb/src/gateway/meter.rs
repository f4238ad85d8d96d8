//! What everything cost, in the service's own units, as the service says it. For benchmarks, metrics and the sizing table.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::types::ConsumedCapacity;

/// Capacity used since the store was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Capacity {
    /// Read units.
    pub reads: f64,
    /// Write units.
    pub writes: f64,
    /// Calls that were answered.
    pub calls: u64,
}

/// Adds up capacity. In halves of a unit, the least there is.
#[derive(Debug, Default)]
pub(super) struct Meter {
    reads: AtomicU64,
    writes: AtomicU64,
    calls: AtomicU64,
}

/// Which kind of unit a call uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Read,
    Write,
}

impl Meter {
    pub(super) fn note(&self, unit: Unit, used: &[ConsumedCapacity]) {
        let units: f64 = used.iter().filter_map(ConsumedCapacity::capacity_units).sum();
        let counter = if unit == Unit::Read { &self.reads } else { &self.writes };
        counter.fetch_add((units * 2.0).round() as u64, Ordering::Relaxed);
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn used(&self) -> Capacity {
        let units = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as f64 / 2.0;
        Capacity {
            reads: units(&self.reads),
            writes: units(&self.writes),
            calls: self.calls.load(Ordering::Relaxed),
        }
    }
}
