//! What only the inside can know: that every statement fits the schema, and how the busy ones find their rows.

use app::ports::{Observation, StoreError, StoreResult};
use rusqlite::Connection;

use crate::fault::{Fault, Faulty};
use crate::rows::{cell, first};
use crate::{
    access, boards, definitions, members, migrations, observation, open, outbox, purge, queries, retention,
    schedulers, snapshot,
};

fn statements() -> Vec<(&'static str, &'static str)> {
    let single = [
        access::STATEMENTS,
        crate::check::STATEMENTS,
        boards::STATEMENTS,
        definitions::STATEMENTS,
        crate::eras::STATEMENTS,
        crate::folding::STATEMENTS,
        crate::incidents::STATEMENTS,
        members::STATEMENTS,
        observation::STATEMENTS,
        open::STATEMENTS,
        purge::STATEMENTS,
        retention::STATEMENTS,
        snapshot::STATEMENTS,
    ];
    let parts = [&single[..], &outbox::PARTS, &queries::PARTS, &schedulers::PARTS].concat();
    parts.into_iter().flatten().copied().collect()
}

fn shaped() -> Connection {
    let mut conn = Connection::open_in_memory().expect("memory");
    migrations::all().to_latest(&mut conn).expect("the migrations run");
    conn
}

fn plan(conn: &Connection, sql: &str) -> String {
    let mut statement = conn.prepare(&format!("explain query plan {sql}")).expect(sql);
    let columns = statement.parameter_count();
    let nothing = rusqlite::params_from_iter((0..columns).map(|_| 1));
    let steps = statement.query_map(nothing, |row| row.get::<_, String>(3)).expect(sql);
    steps.map(|step| step.expect("a step")).collect::<Vec<_>>().join("; ")
}

#[test]
fn every_statement_fits_the_schema() {
    let conn = shaped();
    let statements = statements();
    assert!(statements.len() > 80, "{}", statements.len());
    for (name, sql) in statements {
        assert!(conn.prepare(sql).is_ok(), "{name}: {:?}", conn.prepare(sql).err());
    }
}

/// But for what `punctual doctor` asks, and the few that say in their text why they may.
#[test]
fn no_statement_scans_a_table() {
    let conn = shaped();
    let mut found = Vec::new();
    let may_scan = ["PROJECTS", "USABLE", "COUNTS", "RUNNING", "MEMBERS"];
    let doctors: Vec<_> = crate::check::STATEMENTS.iter().map(|(_, sql)| *sql).collect();
    for (name, sql) in statements().into_iter().filter(|(_, sql)| !doctors.contains(sql)) {
        if sql.starts_with("pragma") || sql.starts_with("begin") || may_scan.contains(&name) {
            continue;
        }
        let plan = plan(&conn, sql);
        let scans = plan.split("; ").filter(|step| step.starts_with("SCAN ") && !step.contains("INDEX"));
        found.extend(scans.filter(|step| !allowed(step)).map(|_| format!("{name}: {plan}")));
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// A page costs what it shows: what it comes from is in its order already.
#[test]
fn no_walk_sorts_what_it_walks() {
    let conn = shaped();
    let may_sort = ["BY_LATE", "GAPS", "READY", "UNOBSERVED", "DELIVERIES", "NOTICES", "PROJECTS", "TOLD"];
    let doctors: Vec<_> = crate::check::STATEMENTS.iter().map(|(_, sql)| *sql).collect();
    for (name, sql) in statements().into_iter().filter(|(_, sql)| !doctors.contains(sql)) {
        if sql.contains("order by") && !may_sort.contains(&name) {
            let plan = plan(&conn, sql);
            assert!(!plan.contains("TEMP B-TREE"), "{name}: {plan}");
        }
    }
}

/// Subqueries, table functions and tables of one row.
fn allowed(step: &str) -> bool {
    ["(subquery", "json_each", "of", "purges", "CONSTANT"].iter().any(|small| step[5..].starts_with(small))
}

fn store() -> (tempfile::TempDir, crate::Store) {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("punctual.db");
    let store = crate::Store::open(file, &crate::Options::default()).expect("the store opens");
    (directory, store)
}

async fn note(store: &crate::Store, name: &str, length: usize) -> StoreResult<()> {
    store.set_note(name, &"x".repeat(length)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_fails_half_way_is_taken_back_and_its_neighbours_are_written() {
    let (_directory, store) = store();
    let half = store.write("failing half-way", |conn| {
        conn.execute("insert into notes values ('half', '')", [])?;
        Faulty::<()>::Err(Fault::corrupt("nothing", "on purpose"))
    });
    let (before, half, after) = tokio::join!(note(&store, "before", 1), half, note(&store, "after", 1));
    assert!(matches!(half, Err(StoreError::Corrupt { .. })), "{half:?}");
    assert_eq!((before, after), (Ok(()), Ok(())));
    let found = [store.note("before").await, store.note("half").await, store.note("after").await];
    assert_eq!(found.map(|note| note.expect("read").is_some()), [true, false, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_writes_serves_reads_and_is_over_once_there_is_room() {
    let (_directory, store) = store();
    note(&store, "first", 10).await.expect("written");
    let limit = |pages: i64| {
        let set = move |conn: &Connection| {
            let pages = pages
                + first(conn, "pragma page_count", [], |row| cell::<i64>(row, 0, "pages"))?.unwrap_or(0);
            Ok(conn.query_row(&format!("pragma max_page_count = {pages}"), [], |_| Ok(()))?)
        };
        store.write("limiting the file", set)
    };
    limit(2).await.expect("limited");
    let (big, small) = tokio::join!(note(&store, "big", 100_000), note(&store, "first", 11));
    let Err(StoreError::Unavailable { cause, .. }) = big else { panic!("{big:?}") };
    assert!(cause.contains("make room"), "{cause}");
    assert!(matches!(small, Ok(()) | Err(StoreError::Unavailable { .. })), "{small:?}");
    assert!(store.note("first").await.expect("read").is_some());
    assert_eq!(store.note("big").await, Ok(None));
    limit(1_000_000).await.expect("there is room again");
    assert_eq!(note(&store, "big", 100_000).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_stays_bounded_however_much_is_written() {
    let (directory, store) = store();
    for round in 0..200 {
        // Never the same twice: the same written again is not written.
        note(&store, &(round % 4).to_string(), 400_000 + round).await.expect("written");
    }
    let log = std::fs::metadata(directory.path().join("punctual.db-wal")).expect("the log").len();
    assert!(log < 40 << 20, "{log}");
}
