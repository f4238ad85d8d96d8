//! That a bounded look finds all there is, page by page.

use testkit::fixtures::{after, key, report, start};
use testkit::{Scribe, Stores};

use super::*;
use crate::{Options, Store};

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_shows_little_is_looked_through_in_steps() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("punctual.db");
    let store = Store::open(&file, &Options::default()).expect("the store opens");
    let scribe = Scribe::new(Stores::of(std::sync::Arc::new(store)), 1);
    let name = key("nightly");
    scribe.register(&name, start()).await;
    for second in 1..40 {
        let status = if second % 13 == 0 { Status::Failed } else { Status::Completed };
        scribe.report(&name, report(status, after(second))).await;
    }
    let conn = Connection::open(file).expect("the file opens");
    let wanted = Some(Status::Failed);
    let mut query =
        HistoryQuery { from: None, to: None, status: wanted, system: false, limit: 2, cursor: None };
    let (mut seen, mut pages) = (Vec::new(), 0);
    loop {
        let page = history(&conn, &name, &query, 5).expect("a page");
        seen.extend(page.items.into_iter().map(|entry| entry.event.at));
        pages += 1;
        let Some(next) = page.next else { break };
        query.cursor = Some(next);
    }
    assert_eq!(seen, [39, 26, 13].map(after));
    assert!(pages > 5, "{pages}");
}
