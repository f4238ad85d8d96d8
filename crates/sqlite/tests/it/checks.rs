//! What `punctual doctor` finds, and that it finds nothing where nothing is wrong.

use app::ports::Outbox;
use domain::{Duration, Status};
use sqlite::check;
use testkit::fixtures::{after, configure, delivery, every, key, notice, registration, report, start};
use testkit::{Scribe, Stores};

use crate::files::{Home, scribe};

async fn lived_in(home: &Home) -> Scribe {
    let store = home.store();
    let scribe = scribe(&store);
    let mut change = registration();
    change.schedule = every(Duration::HOUR, Duration::MINUTE);
    change.tags = domain::Patch::Set(vec!["critical".to_owned()]);
    scribe.write(&key("nightly"), configure(change), start()).await;
    scribe.register(&key("hourly"), start()).await;
    for (second, status) in [(1, Status::Running), (2, Status::Failed), (3, Status::Completed)] {
        scribe.report(&key("nightly"), report(status, after(second))).await;
    }
    for number in 1..4 {
        let notice = notice("inc_a", number);
        store.post(notice.clone()).await.expect("put in");
        store.route(&notice.id(), vec![delivery(&notice, "slack", start())].into()).await.expect("routed");
    }
    scribe
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_wrong_with_a_file_in_use() {
    let home = Home::new();
    let scribe: Scribe = lived_in(&home).await;
    let _open: &Stores = &scribe.stores;
    assert_eq!(check(home.file()).expect("checked"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_twice_and_disagrees_is_found() {
    for (spoil, word) in [
        ("insert into wakes values (4711, 1, 0)", "4711"),
        ("update wakes set part = 63 - part", "a part that is not its own"),
        ("update schedulers set severity = 6 where name = 'hourly'", "lists go by"),
        ("update schedulers set late_from = 1 where name = 'nightly'", "lists go by"),
        ("update schedulers set state = '7' where name = 'nightly'", "schedulers.state of default/nightly"),
        ("update totals set schedulers = schedulers + 1 where status = 'pending'", "off by 1"),
        ("delete from events where version = 1", "holes"),
        ("update schedulers set version = version + 1", "does not end"),
        ("update deliveries set head = 1", "wait for the oldest"),
        ("update deliveries set head = 0", "wait for the oldest"),
    ] {
        let home = Home::new();
        let scribe = lived_in(&home).await;
        home.raw().execute(spoil, []).expect(spoil);
        let found = check(home.file()).expect("checked");
        assert!(found.iter().any(|problem| problem.contains(word)), "{spoil}: {found:?}");
        drop(scribe);
    }
}
