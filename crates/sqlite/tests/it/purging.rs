//! A deleted scheduler with a long past: gone at once from the outside, and in time from the file.

use app::ports::{Cut, Deletion, EventsPage, Observation, Queries, Retention, Schedulers, Seen};
use domain::Status;
use testkit::fixtures::{after, audit, key, payload, report, start};

use crate::files::{Home, scribe};

#[tokio::test(flavor = "multi_thread")]
async fn a_long_past_is_gone_at_once_and_cleared_away_bit_by_bit() {
    let home = Home::new();
    let store = home.store();
    let scribe = scribe(&store);
    let name = key("nightly");
    scribe.register(&name, start()).await;
    for second in 1..400 {
        let mut report = report(Status::Completed, after(second));
        report.payload = payload("seen");
        report.report_id = Some(testkit::fixtures::report_id(&second.to_string()));
        scribe.report(&name, report).await;
    }
    let seen = Seen::of(&scribe.load(&name).await.scheduler);
    let audit = audit(after(1000), "scheduler.delete", "nightly");
    let deletion = Deletion { key: name.clone(), seen, alert: None, incident: None, audit };
    store.delete(deletion).await.expect("deleted");
    assert_eq!(store.events(&name, 0, 10).await, Ok(EventsPage::Events(Vec::new())));
    assert_eq!(scribe.load(&name).await.scheduler.incarnation, 2);
    // Each write leaves the writer room for a little clearing.
    for second in 0..20 {
        store.stamp(after(second)).await.expect("written");
    }
    store.close().await;
    for table in ["events", "payloads", "runs", "report_ids", "purges", "profiles"] {
        assert_eq!(home.number(&format!("select count(*) from {table}")), 0, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_payload_of_the_last_report_is_shown_for_as_long_as_it_is_the_last() {
    let home = Home::new();
    let store = home.store();
    let scribe = scribe(&store);
    let name = key("nightly");
    scribe.register(&name, start()).await;
    let mut last = report(Status::Failed, after(1));
    last.payload = payload("out of memory");
    scribe.report(&name, last.clone()).await;
    cut(&store, &scribe, 100).await;
    let row = store.get(&name).await.expect("read").expect("there");
    assert_eq!(row.payload, last.payload);
    scribe.report(&name, report(Status::Failed, after(101))).await;
    cut(&store, &scribe, 200).await;
    let row = store.get(&name).await.expect("read").expect("there");
    assert!(row.payload.is_empty());
    assert_eq!(home.number("select count(*) from payloads"), 0);
}

/// Writes a checkpoint and forgets everything before it.
async fn cut(store: &sqlite::Store, scribe: &testkit::Scribe, second: i64) {
    let commit = scribe.checkpoint(&key("nightly"), after(second)).await;
    let checkpoint = commit.after.version;
    scribe.commit(commit).await.expect("written");
    let cut = Cut { checkpoint, before: after(second), routine_kept: 0 };
    store.prune_log(&key("nightly"), &cut).await.expect("pruned");
}
