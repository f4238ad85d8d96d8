//! What only the inside can know: that every statement fits the schema, and how the busy ones find their rows.

use rusqlite::Connection;

use crate::{access, migrations, observation, open, outbox, purge, queries, retention, schedulers, snapshot};

fn statements() -> Vec<(&'static str, &'static str)> {
    let single = [
        access::STATEMENTS,
        crate::check::STATEMENTS,
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
    let may_scan = ["PROJECTS", "UNUSED", "USABLE", "COUNTS", "RUNNING", "KEYS"];
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
