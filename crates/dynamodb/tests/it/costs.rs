//! What operations cost in the service's units, as the stand-in reckons them, held to the limits that the sizing table is
//! made of. A unit of writing is a kibibyte; a unit of reading four, read as they are now.

use std::sync::Arc;

use app::ports::{Beat, Commit, Lookup, Reindex, Seen, Wake};
use domain::{Duration, Status};
use dynamodb::{Capacity, Store};
use testkit::fixtures::{after, configure, every, key, registration, report, report_of, reported, start};
use testkit::{Scribe, Stores};

use crate::standin::StandIn;

/// A store, and what was used of it since the last look.
struct Metered {
    _standin: StandIn,
    store: Store,
    scribe: Scribe,
    seen: Capacity,
}

impl Metered {
    async fn new() -> Self {
        let standin = StandIn::new().await;
        let store = standin.store().await;
        let scribe = Scribe::new(Stores::of(Arc::new(store.clone())), 1);
        let seen = store.used();
        Self { _standin: standin, store, scribe, seen }
    }

    /// Units read and written since the last look.
    fn used(&mut self) -> (f64, f64) {
        let now = self.store.used();
        let used = (now.reads - self.seen.reads, now.writes - self.seen.writes);
        self.seen = now;
        used
    }

    /// A report as the use case writes it: the index of wake instants is left alone where it says too early.
    async fn report(&mut self, key: &domain::SchedulerKey, status: Status, second: i64) {
        let commit = self.scribe.decide(key, reported(report(status, after(second))), after(second)).await;
        self.scribe.commit(Commit { wake: Wake::Leave, ..commit }).await.expect("the report is written");
    }

    async fn register(&mut self, name: &str) -> domain::SchedulerKey {
        let key = key(name);
        let mut change = registration();
        change.schedule = every(Duration::MINUTE.times(5), Duration::MINUTE);
        self.scribe.write(&key, configure(change), start()).await;
        self.used();
        key
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_costs_at_most_four_units_of_writing_in_the_long_run() {
    let mut metered = Metered::new().await;
    let key = metered.register("nightly-settlement").await;
    for number in 1..=100 {
        let status = if number % 2 == 1 { Status::Running } else { Status::Completed };
        metered.report(&key, status, number * 150).await;
    }
    let (reads, writes) = metered.used();
    assert!(writes / 100.0 <= 4.0, "{writes} units for 100 reports");
    assert!(reads / 100.0 <= 3.0, "{reads} units for 100 reports");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_report_without_an_alert_costs_more_than_moving_what_came_before_it() {
    let mut metered = Metered::new().await;
    let key = metered.register("nightly-settlement").await;
    for number in 1..=60 {
        let name = format!("run-{}", number / 2);
        let status = if number % 2 == 0 { Status::Running } else { Status::Completed };
        metered.scribe.report(&key, report_of(&name, status, after(number * 150))).await;
        let (_, writes) = metered.used();
        assert!(writes <= 14.0, "report {number}: {writes} units");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heartbeat_costs_one_unit_of_writing() {
    let mut metered = Metered::new().await;
    let key = metered.register("nightly-settlement").await;
    for number in 1..=20 {
        metered.scribe.report(&key, report(Status::Running, after(number * 10))).await;
        let scheduler = metered.scribe.load(&key).await.scheduler;
        metered.used();
        let open: Vec<_> = scheduler.state.runs.iter().map(|run| run.no).collect();
        let (seen, beating) = (Seen::of(&scheduler), open.clone());
        let beat = Beat { key: key.clone(), seen, at: after(number * 10 + 5), beating, open, era: None };
        metered.scribe.stores.schedulers.beat(beat).await.expect("the heartbeat is written");
        assert_eq!(metered.used(), (1.0, 1.0), "heartbeat {number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evaluation_that_concludes_nothing_costs_one_read_and_moving_the_index() {
    let mut metered = Metered::new().await;
    let key = metered.register("nightly-settlement").await;
    let loaded = metered.scribe.look(&key, &Lookup::default()).await;
    let to = Some(after(9000));
    let reindex = Reindex { key, seen: Seen::of(&loaded.scheduler), from: loaded.wake, to };
    metered.scribe.stores.schedulers.reindex(reindex).await.expect("it is moved");
    let (reads, writes) = metered.used();
    // One for the item itself, one to leave the index and one to enter it again.
    assert!(reads <= 1.0 && writes <= 3.0, "{reads} read, {writes} written");
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_for_what_is_due_costs_half_a_unit_a_shard() {
    let mut metered = Metered::new().await;
    let (schedulers, shards) = (metered.scribe.stores.schedulers.clone(), app::Shards::default());
    schedulers.due(after(0), 500, &shards).await.expect("what is due");
    schedulers.next_wake(&shards).await.expect("the next instant");
    assert_eq!(metered.used(), (8.0, 0.0), "16 shards");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_opens_an_incident_costs_about_eleven_units_of_writing() {
    let mut metered = Metered::new().await;
    let key = metered.register("nightly-settlement").await;
    metered.scribe.report(&key, report(Status::Failed, after(100))).await;
    let (_, writes) = metered.used();
    assert!(writes <= 11.0, "{writes} units");
}
