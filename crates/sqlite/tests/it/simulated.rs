//! The simulator on a file: the same server and the same troubles as on the memory store, and a disk that is full now and
//! then. Simulated time stands still while a thread of the store is waited for, so nothing depends on how fast it is.

use testkit::sim::{Found, Shape, simulate};

use crate::soil::soil;

fn hold(shape: &Shape) {
    let told = |found: Box<Found>| panic!("on a file: {}", found.brief());
    let seen = simulate(shape, &soil).unwrap_or_else(told);
    assert!(seen.events() > 0, "something happened");
}

#[test]
fn everything_holds_on_a_file_as_it_does_in_memory() {
    hold(&Shape { seed: 2, days: 1, schedulers: 6 });
}

#[test]
fn everything_holds_on_a_file_whose_server_has_a_wrong_clock() {
    hold(&Shape { seed: 3, days: 1, schedulers: 6 });
}

#[tokio::test]
async fn a_file_that_may_not_grow_says_that_the_disk_is_full_and_goes_on_when_there_is_room() {
    let home = crate::files::Home::new();
    let store = home.store();
    store.bound(Some(1)).await.expect("bounded");
    let long = "x".repeat(100_000);
    let refused = app::ports::Observation::set_note(&store, "long", &long).await;
    assert!(
        matches!(&refused, Err(app::ports::StoreError::Unavailable { cause, .. }) if cause.contains("make room"))
    );
    store.bound(None).await.expect("bounded no more");
    app::ports::Observation::set_note(&store, "long", &long).await.expect("written");
}

#[tokio::test(start_paused = true)]
async fn several_servers_share_a_file_as_they_share_the_memory_store() {
    let played = testkit::sim::company::play(soil(), 1, 12).await;
    let tally = played.unwrap_or_else(|failure| panic!("on a file: {failure:?}"));
    assert!(tally.deadlines > 2, "{tally:?}");
}
