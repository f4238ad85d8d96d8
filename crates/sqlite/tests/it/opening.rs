//! Opening: what is made, what is refused, and in which words.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use app::ports::{Lookup, Observation, Schedulers, StoreError};
use sqlite::{OpenError, Options, Store};
use testkit::fixtures::{key, start};

use crate::files::{Home, scribe};

fn refusal(file: &Path) -> OpenError {
    Store::open(file, &Options::default()).expect_err("it is refused")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_and_its_companions_are_for_their_owner_alone() {
    let home = Home::new();
    let store = home.store();
    store.stamp(start()).await.expect("written");
    let mut seen = 0;
    for entry in fs::read_dir(home.path()).expect("the directory") {
        let entry = entry.expect("a file");
        let mode = entry.metadata().expect("its mode").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.path());
        seen += 1;
    }
    assert_eq!(seen, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_writes_what_waits_and_leaves_one_file() {
    let home = Home::new();
    let store = home.store();
    let scribe = scribe(&store);
    scribe.register(&key("nightly"), start()).await;
    store.close().await;
    let answer = store.stamp(start()).await;
    assert!(matches!(answer, Err(StoreError::Unavailable { .. })), "{answer:?}");
    assert_eq!(fs::read_dir(home.path()).expect("the directory").count(), 1);
    let again = home.store().load(&key("nightly"), &Lookup::default()).await.expect("loaded");
    assert!(again.scheduler.is_born());
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_left_alone() {
    let home = Home::new();
    Store::migrate_only(home.file()).expect("migrated");
    home.raw().pragma_update(None, "user_version", 99).expect("made newer");
    let before = fs::read(home.file()).expect("the file");
    let error = refusal(&home.file());
    assert!(matches!(error, OpenError::Newer { found: 99, .. }));
    assert!(error.to_string().contains("made by a newer version"), "{error}");
    assert_eq!(fs::read(home.file()).expect("the file"), before);
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let home = Home::new();
    let text = "these are not the bytes you are looking for\n".repeat(200);
    fs::write(home.file(), &text).expect("written");
    assert!(matches!(refusal(&home.file()), OpenError::NotOurs { .. }));
    assert_eq!(fs::read_to_string(home.file()).expect("the file"), text);
}

#[test]
fn a_database_of_another_program_is_refused_and_left_alone() {
    let home = Home::new();
    home.raw().execute_batch("create table albums (title)").expect("written");
    let before = fs::read(home.file()).expect("the file");
    assert!(matches!(refusal(&home.file()), OpenError::NotOurs { .. }));
    assert_eq!(fs::read(home.file()).expect("the file"), before);
}

#[test]
fn a_directory_that_is_not_there_is_named() {
    let home = Home::new();
    let error = refusal(&home.path().join("missing/punctual.db"));
    assert!(matches!(error, OpenError::Io { .. }));
    assert!(error.to_string().contains("missing/punctual.db"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_page_is_told_and_names_the_file() {
    let home = Home::new();
    let store = home.store();
    scribe(&store).register(&key("nightly"), start()).await;
    store.close().await;
    let root = home.number("select rootpage from sqlite_schema where name = 'schedulers'");
    let mut bytes = fs::read(home.file()).expect("the file");
    let page = usize::try_from(root - 1).expect("a page") * 4096;
    bytes[page..page + 4096].fill(0xa5);
    fs::write(home.file(), bytes).expect("damaged");
    let answer = home.store().load(&key("nightly"), &Lookup::default()).await;
    let Err(StoreError::Damaged { cause, .. }) = answer else { panic!("{answer:?}") };
    assert!(cause.contains("punctual.db") && cause.contains("backup"), "{cause}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_cannot_be_names_its_table_column_and_row() {
    let home = Home::new();
    let store = home.store();
    scribe(&store).register(&key("nightly"), start()).await;
    home.raw().execute("update schedulers set state = '{\"created_at\":\"soon\"}'", []).expect("spoilt");
    let answer = store.load(&key("nightly"), &Lookup::default()).await;
    let Err(StoreError::Corrupt { place, .. }) = answer else { panic!("{answer:?}") };
    assert!(place.starts_with("schedulers.state of default/nightly"), "{place}");
}

#[test]
fn many_that_open_a_new_file_at_once_all_find_it_whole() {
    let home = Home::new();
    let opened: Vec<_> = std::thread::scope(|scope| {
        let openings: Vec<_> = (0..8).map(|_| scope.spawn(|| Store::migrate_only(home.file()))).collect();
        openings.into_iter().map(|opening| opening.join().expect("no panic")).collect()
    });
    assert!(opened.iter().all(Result::is_ok), "{opened:?}");
}
