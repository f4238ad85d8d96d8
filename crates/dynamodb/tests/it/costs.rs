//! What operations cost, in the service's units, as the stand-in reckons them: held to what the sizing table says.

use app::ports::{Lookup, Reindex, Seen};
use domain::{Report, Status};
use testkit::fixtures::{after, key, report, report_of, start};
use testkit::{Scribe, Stores};

use crate::standin::StandIn;

#[tokio::test(flavor = "multi_thread")]
async fn costs() {
    let standin = StandIn::new().await;
    let store = standin.store().await;
    let scribe = Scribe::new(testkit::Backend::open(&standin).await, 1);
    let _ = &scribe;
    let stores = Stores {
        schedulers: std::sync::Arc::new(store.clone()),
        queries: std::sync::Arc::new(store.clone()),
        retention: std::sync::Arc::new(store.clone()),
        ..testkit::MemoryStore::new().stores()
    };
    let scribe = Scribe::new(stores, 1);
    let nightly = key("nightly-settlement");
    let mut last = store.used();
    let mut show = |what: &str| {
        let now = store.used();
        println!(
            "{what}: reads {} writes {} calls {}",
            now.reads - last.reads,
            now.writes - last.writes,
            now.calls - last.calls
        );
        last = now;
    };
    scribe.register(&nightly, start()).await;
    show("register");
    for n in 1..8 {
        scribe.report(&nightly, report(Status::Running, after(n * 100))).await;
        show("running");
        let r = if n % 2 == 0 {
            report(Status::Completed, after(n * 100 + 50))
        } else {
            Report { ..report_of(&format!("r{n}"), Status::Completed, after(n * 100 + 50)) }
        };
        scribe.report(&nightly, r).await;
        show("completed");
    }
    let loaded = scribe.look(&nightly, &Lookup::default()).await;
    show("load");
    store.clone();
    app::ports::Schedulers::due(&store, after(10), 10).await.unwrap();
    show("due");
    let beat = app::ports::Beat {
        key: nightly.clone(),
        seen: Seen::of(&loaded.scheduler),
        at: after(2000),
        beating: vec![],
        open: vec![],
        era: None,
    };
    app::ports::Schedulers::beat(&store, beat.clone()).await.unwrap();
    show("beat");
    app::ports::Schedulers::beat(&store, beat).await.unwrap();
    show("beat");
    app::ports::Schedulers::reindex(
        &store,
        Reindex {
            key: nightly.clone(),
            seen: Seen::of(&loaded.scheduler),
            from: loaded.wake,
            to: Some(after(9000)),
        },
    )
    .await
    .unwrap();
    show("reindex");
    println!("{}", serde_json::to_string(&loaded.scheduler.state).unwrap());
    println!("{}", serde_json::to_string(&loaded.scheduler.state).unwrap().len());
    println!("{:?}", app::ports::Queries::events(&store, &nightly, 12, 10).await);
}
