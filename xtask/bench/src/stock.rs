//! Stores that are full already: every scheduler registered and reported once, as the product would have written it,
//! through the product's own rules and its own store. Written beside a stopped server, many commits to a sync.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use domain::{ConfigChange, Duration, Instant, Status};
use sqlite::{Options, Store};
use testkit::fixtures::{configure, every, key, report, reported};
use testkit::{Scribe, Stores};
use tokio::task::JoinSet;

use crate::clock::{clock, wall_clock};
use crate::progress;
use crate::workload::name;

/// The product's file in its data directory.
pub(crate) const FILE: &str = "punctual.db";
/// How many schedulers are written side by side.
const SIDE_BY_SIDE: usize = 1000;
/// How many services there are; each has as many schedulers.
const SERVICES: usize = 1000;
/// How often a job runs that has a day's time for it.
const PERIOD: Duration = Duration::from_minutes(23 * 60);
/// Over which time they are spread that are missed at some time.
const SPREAD: Duration = Duration::from_minutes(22 * 60);
const GRACE: Duration = Duration::from_minutes(60);

/// A store to be filled.
#[derive(Debug)]
pub(crate) struct Stock {
    scribe: Scribe,
    store: Store,
}

impl Stock {
    /// Opens the store of a data directory, making it where there is none. No server may be on it.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let options =
            Options { writes_waiting: 2 * SIDE_BY_SIDE, batch_max: SIDE_BY_SIDE, ..Options::default() };
        let store = Store::open(folder.join(FILE), &options).context("cannot open the store to fill it")?;
        // Each opening mints ids of its own.
        let scribe = Scribe::new(Stores::of(Arc::new(store.clone())), wall_clock().as_millis() as u64);
        Ok(Self { scribe, store })
    }

    /// Fills it with schedulers of these numbers, whose next run is missed at some time of the next day, but not in its
    /// first hour.
    pub(crate) fn fill(&self, numbers: std::ops::Range<usize>) -> Result<()> {
        let now = wall_clock();
        let spread = SPREAD.as_millis() / numbers.len().max(1) as i64;
        let begin = numbers.start;
        self.fill_due(numbers, move |number| {
            now + GRACE + Duration::from_millis(spread * (number - begin) as i64)
        })
    }

    /// Fills it with schedulers whose next run is missed at an instant, each at its own.
    pub(crate) fn fill_due(
        &self,
        numbers: std::ops::Range<usize>,
        due: impl Fn(usize) -> Instant,
    ) -> Result<()> {
        let (begun, many) = (clock(), numbers.len());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            for first in numbers.clone().step_by(SIDE_BY_SIDE) {
                let mut joined = JoinSet::new();
                for number in first..numbers.end.min(first + SIDE_BY_SIDE) {
                    joined.spawn(born(self.scribe.clone(), number, due(number)));
                }
                joined.join_all().await;
            }
        });
        progress(&format!("{many} schedulers written in {:.0?}", begun.elapsed()));
        Ok(())
    }

    /// Closes the store, so that a server may have it.
    pub(crate) fn close(self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.store.close());
        Ok(())
    }
}

/// Registered and completed once, a period and a grace before it is missed.
async fn born(scribe: Scribe, number: usize, due: Instant) {
    let at = due - PERIOD - GRACE;
    let commands = vec![configure(registration(number)), reported(report(Status::Completed, at))];
    let commit = scribe.decide_all(&key(&name(number)), commands, at).await;
    scribe.commit(commit).await.expect("the store takes a new scheduler");
}

fn registration(number: usize) -> ConfigChange {
    ConfigChange {
        service_name: Some(format!("service-{:04}", number % SERVICES)),
        job_name: Some(format!("nightly-{number:07}")),
        schedule: every(PERIOD, GRACE),
        ..ConfigChange::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain;

    #[test]
    fn who_falls_due_is_indexed_at_that_instant_and_has_reported_once() {
        let folder = tempfile::tempdir().expect("a directory");
        let due = wall_clock() + GRACE;
        let stock = Stock::open(folder.path()).expect("a store");
        stock.fill_due(0..3, |_| due).expect("filled");
        stock.close().expect("closed");
        let conn = plain::reader(&folder.path().join(FILE)).expect("a reader");
        let wakes =
            |sql: &str| conn.query_row(sql, [due.as_millis()], |row| row.get::<_, i64>(0)).expect("a number");
        assert_eq!(wakes("select max(at) - ?1 from wakes"), 0);
        assert_eq!(wakes("select count(*) from wakes where at = ?1"), 3);
        assert_eq!(wakes("select count(*) from schedulers where status = 'completed' and ?1 > 0"), 3);
    }
}
