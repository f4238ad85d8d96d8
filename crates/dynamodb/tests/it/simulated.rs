//! The simulator on tables: the same server, the same troubles and the same naive model as on the memory store and on a
//! file; and whole servers with wrong clocks that share the tables. Simulated time stands still while the stand-in is
//! waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use dynamodb::{Options, Store};
use testkit::Stores;
use testkit::sim::{Found, Ground, Shape, simulate};

use crate::standin::StandIn;

/// Tables that outlive the servers on them.
struct Soil {
    standin: StandIn,
    opened: AtomicU64,
}

/// New tables. Made elsewhere: there is no runtime yet, or one whose time is not real.
fn soil() -> Arc<dyn Ground> {
    let making = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(StandIn::new())
    });
    Arc::new(Soil { standin: making.join().expect("the tables are made"), opened: AtomicU64::new(0) })
}

#[async_trait]
impl Ground for Soil {
    async fn open(&self) -> Stores {
        let seed = self.opened.fetch_add(1, Ordering::Relaxed) + 1;
        let store = Store::unchecked(&Options { seed, ..self.standin.options().clone() }).await;
        Stores::of(Arc::new(store))
    }

    /// What was answered is in the tables; there is nothing else.
    async fn die(&self) {}

    /// Tables on demand have no end.
    async fn fill(&self, _: bool) -> bool {
        false
    }

    fn is_threaded(&self) -> bool {
        true
    }
}

fn hold(shape: &Shape) {
    let told = |found: Box<Found>| panic!("on tables: {}", found.brief());
    let seen = simulate(shape, &soil).unwrap_or_else(told);
    assert!(seen.events() > 0, "something happened");
}

#[test]
fn everything_holds_on_tables_as_it_does_in_memory() {
    hold(&Shape { seed: 2, days: 1, schedulers: 2 });
}

#[test]
fn everything_holds_on_tables_whose_server_has_a_wrong_clock() {
    hold(&Shape { seed: 3, days: 1, schedulers: 2 });
}

#[tokio::test(start_paused = true)]
async fn several_servers_share_tables_as_they_share_the_memory_store() {
    let played = testkit::sim::company::play(soil(), 1, 2).await;
    let tally = played.unwrap_or_else(|failure| panic!("on tables: {failure:?}"));
    assert!(tally.deadlines > 0, "{tally:?}");
}
