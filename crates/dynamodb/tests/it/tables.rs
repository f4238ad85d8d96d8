//! Making the tables, and what is said where they are not what they should be.

use dynamodb::{Names, Options, Store};

use crate::standin::StandIn;

#[tokio::test]
async fn tables_are_made_once() {
    let standin = StandIn::bare();
    let made = Store::migrate(standin.options()).await.expect("they are made");
    assert_eq!(made.iter().filter(|line| line.starts_with("made the table")).count(), 4, "{made:?}");
    assert_eq!(Store::migrate(standin.options()).await, Ok(Vec::new()));
    Store::open(standin.options()).await.expect("the store opens");
}

#[tokio::test]
async fn a_store_without_tables_says_what_to_do() {
    let standin = StandIn::bare();
    let error = Store::open(standin.options()).await.expect_err("there are no tables");
    assert!(error.to_string().contains("run `punctual migrate`"), "{error}");
}

#[tokio::test]
async fn tables_of_another_prefix_are_not_ours() {
    let standin = StandIn::new().await;
    let options = Options { names: Names::prefixed("other-"), ..standin.options().clone() };
    let error = Store::open(&options).await.expect_err("there are no such tables");
    assert!(error.to_string().contains("there is no table other-schedulers"), "{error}");
}

#[tokio::test]
async fn an_instance_that_divides_the_schedulers_otherwise_is_refused() {
    let standin = StandIn::new().await;
    let options = Options { shards: 8, ..standin.options().clone() };
    let error = Store::open(&options).await.expect_err("they are divided into sixteen");
    assert!(error.to_string().contains("the tables are divided into 16 shards"), "{error}");
    assert!(Store::migrate(&options).await.is_err());
}

#[tokio::test]
async fn a_service_that_is_away_is_said_to_be_away() {
    let standin = StandIn::new().await;
    let options = standin.options().clone();
    drop(standin);
    let error = Store::open(&options).await.expect_err("nobody listens");
    assert!(error.to_string().contains("the store is away"), "{error}");
}
