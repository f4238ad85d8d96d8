//! Whole servers with wrong clocks that share tables, in simulated time, which stands still while the stand-in is waited
//! for. The simulator of one server and its naive model are not run on tables.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use dynamodb::{Options, Store};
use testkit::Stores;
use testkit::sim::Ground;

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

#[tokio::test(start_paused = true)]
#[ignore = "it takes minutes: cargo nextest run -p dynamodb --run-ignored only"]
async fn several_servers_share_tables_as_they_share_the_memory_store() {
    let played = testkit::sim::company::play(soil(), 1, 12).await;
    let tally = played.unwrap_or_else(|failure| panic!("on tables: {failure:?}"));
    assert!(tally.deadlines > 2, "{tally:?}");
}
