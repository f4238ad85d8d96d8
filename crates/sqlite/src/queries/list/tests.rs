//! That a list says the same on every path to it, in steps of any size.

use domain::{Instant, Status};
use testkit::fixtures::{after, configure, every, key, registration, report, start};
use testkit::{Scribe, Stores};

use super::*;
use crate::{Options, Store};

/// Thirty schedulers: some failing, some late from the second hour on, of three services.
async fn thirty(directory: &tempfile::TempDir) -> Connection {
    let file = directory.path().join("punctual.db");
    let store = Store::open(&file, &Options::default()).expect("the store opens");
    let scribe = Scribe::new(Stores::of(std::sync::Arc::new(store)), 1);
    for number in 0..30 {
        let name = key(&format!("Job-{number:02}"));
        let mut change = registration();
        change.service_name = Some(["billing", "Search", "mail"][number % 3].to_owned());
        if number % 4 == 0 {
            change.schedule = every(domain::Duration::HOUR, domain::Duration::DAY);
        }
        scribe.write(&name, configure(change), start()).await;
        let status = if number % 5 == 0 { Status::Failed } else { Status::Completed };
        if number % 2 == 0 {
            scribe.report(&name, report(status, after(1))).await;
        }
    }
    Connection::open(file).expect("the file opens")
}

/// All pages, however many of them are empty.
fn paged(conn: &Connection, filter: &Filter, sort: Sort, now: Instant, reach: Reach) -> Vec<String> {
    let project = ProjectId::default_project();
    let mut query = ListQuery { filter: filter.clone(), sort, limit: 4, cursor: None, now };
    let mut names = Vec::new();
    for _ in 0..100 {
        let page = list(conn, &project, &query, reach).expect("a page");
        assert!(page.items.len() <= 4);
        names.extend(page.items.into_iter().map(|row| row.scheduler.key.id.to_string()));
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => return names,
        }
    }
    panic!("the list never ends");
}

fn filters() -> Vec<Filter> {
    let health = |health| Filter { health: Some(health), ..Filter::default() };
    vec![
        Filter::default(),
        health(Health::Late),
        health(Health::Healthy),
        health(Health::Failing),
        Filter { status: Some(Status::Completed), ..Filter::default() },
        Filter { prefix: Some("job-1".to_owned()), ..Filter::default() },
        Filter { prefix: Some("SEA".to_owned()), ..Filter::default() },
        Filter { service: Some("Search".to_owned()), ..health(Health::New) },
        Filter { services: Some(vec!["mail".to_owned(), "billing".to_owned()]), ..Filter::default() },
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_the_same_however_it_is_found() {
    let directory = tempfile::tempdir().expect("a directory");
    let conn = thirty(&directory).await;
    let gathered = REACH;
    let walked = Reach { few: 1, looked_at_max: 20_000 };
    let walked_in_steps = Reach { few: 1, looked_at_max: 3 };
    for filter in filters() {
        for sort in [Sort::Id, Sort::Severity] {
            for now in [start(), after(7200)] {
                let expected = paged(&conn, &filter, sort, now, gathered);
                assert_eq!(paged(&conn, &filter, sort, now, walked), expected, "{filter:?} {sort:?}");
                assert_eq!(
                    paged(&conn, &filter, sort, now, walked_in_steps),
                    expected,
                    "{filter:?} {sort:?}"
                );
            }
        }
    }
    assert_eq!(paged(&conn, &Filter::default(), Sort::Severity, after(7200), walked).len(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_another_order_or_of_nobody_is_corrupt() {
    let directory = tempfile::tempdir().expect("a directory");
    let conn = thirty(&directory).await;
    let project = ProjectId::default_project();
    for (sort, cursor) in [(Sort::Id, "s7Job-01"), (Sort::Severity, "iJob-01"), (Sort::Id, "junk")] {
        let filter = Filter::default();
        let query = ListQuery { filter, sort, limit: 4, cursor: Some(cursor.to_owned()), now: start() };
        let answer = list(&conn, &project, &query, REACH);
        assert!(
            matches!(&answer, Err(crate::fault::Fault::Corrupt { place, .. }) if place == "cursor"),
            "{answer:?}"
        );
    }
}
