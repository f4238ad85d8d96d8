//! Backups: of one moment, while others write, and never over anything.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::ports::{Observation, Queries};
use sqlite::{BackupError, Options, Store, backup, check};
use testkit::fixtures::{after, key, start};

use crate::files::{Home, scribe};

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_while_others_write_and_opens_as_a_store() {
    let home = Home::new();
    let store = home.store();
    let scribe = scribe(&store);
    for number in 0..50 {
        scribe.register(&key(&format!("job-{number}")), start()).await;
    }
    let (over, writer) = (Arc::new(AtomicBool::new(false)), home.store());
    let busy = over.clone();
    let writing = tokio::task::JoinSet::from_iter([async move {
        let mut written = 0;
        while !busy.load(Ordering::Relaxed) {
            writer.stamp(after(written)).await.expect("written");
            written += 1;
        }
        written
    }]);
    let copy = home.path().join("copy.db");
    let report = store.backup(&copy).await.expect("a backup");
    over.store(true, Ordering::Relaxed);
    assert!(writing.join_all().await[0] > 0);
    assert_eq!((report.schedulers, report.events), (50, 50));
    assert_eq!(fs::metadata(&copy).expect("the copy").permissions().mode() & 0o777, 0o600);
    assert_eq!(check(&copy).expect("checked"), Vec::<String>::new());
    let opened = Store::open(&copy, &Options::default()).expect("it opens");
    assert_eq!(opened.keys_after(None, 100).await.expect("names").len(), 50);
}

#[test]
fn a_backup_overwrites_nothing() {
    let home = Home::new();
    Store::migrate_only(home.file()).expect("migrated");
    let copy = home.path().join("copy.db");
    fs::write(&copy, "precious").expect("written");
    let answer = backup(home.file(), &copy);
    assert!(matches!(answer, Err(BackupError::Exists { .. })), "{answer:?}");
    assert_eq!(fs::read_to_string(&copy).expect("the file"), "precious");
}

#[test]
fn a_backup_that_fails_leaves_nothing_behind() {
    let home = Home::new();
    Store::migrate_only(home.file()).expect("migrated");
    home.raw().execute("insert into wakes values (4711, 1, 0)", []).expect("spoilt");
    let copy = home.path().join("copy.db");
    let answer = backup(home.file(), &copy);
    assert!(matches!(answer, Err(BackupError::Unsound { .. })), "{answer:?}");
    assert!(!copy.exists());
}

#[test]
fn a_database_that_is_not_there_is_not_made_for_its_backup() {
    let home = Home::new();
    let answer = backup(home.file(), home.path().join("copy.db"));
    assert!(matches!(answer, Err(BackupError::Open(_))), "{answer:?}");
    assert_eq!(fs::read_dir(home.path()).expect("the directory").count(), 0);
}
