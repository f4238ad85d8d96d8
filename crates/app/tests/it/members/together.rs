//! Instances at work on one store: each deadline is noticed, by one of them.

use domain::Status;

use super::*;
use crate::world::{admin, hourly, name};

const JOBS: usize = 40;

async fn register(instance: &Instance) {
    for number in 0..JOBS {
        let id = name(&format!("job-{number}"));
        instance.app.register(&admin(), id.clone(), hourly()).await.expect("registered");
        let report = fixtures::report(Status::Completed, instance.now());
        instance.app.report(&admin(), id, report).await.expect("reported");
    }
}

/// Which jobs an instance has found missed, by looking once at what is due of its shards.
async fn evaluated(instance: &Instance) -> u64 {
    use std::sync::atomic::Ordering::Relaxed;
    let before = instance.app.telemetry().evaluations.load(Relaxed);
    Evaluator(instance.app.clone()).run_once().await.expect("evaluated");
    instance.app.telemetry().evaluations.load(Relaxed) - before
}

#[tokio::test(start_paused = true)]
async fn each_deadline_is_noticed_by_the_instance_whose_shard_it_is_in() {
    let store = MemoryStore::new();
    let one = Instance::start(&store, 1, 0, &ALL_ROLES).await;
    let two = Instance::start(&store, 2, 0, &ALL_ROLES).await;
    register(&one).await;
    pass(StdDuration::from_secs(3600 + 301)).await;
    let (by_one, by_two) = (evaluated(&one).await, evaluated(&two).await);
    assert!(by_one > 0 && by_two > 0, "{by_one} {by_two}");
    assert_eq!(by_one + by_two, JOBS as u64);
    assert_eq!((evaluated(&one).await, evaluated(&two).await), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_deadlines_of_a_dead_instance_are_noticed_by_the_others_within_its_lease() {
    let store = MemoryStore::new();
    let one = Instance::start(&store, 1, 0, &ALL_ROLES).await;
    let two = Instance::start(&store, 2, 0, &ALL_ROLES).await;
    register(&one).await;
    pass(StdDuration::from_secs(3600 + 301)).await;
    let _dead = one.die().await;
    let ours = evaluated(&two).await;
    pass(LEASE).await;
    assert_eq!(ours + evaluated(&two).await, JOBS as u64);
}

#[tokio::test(start_paused = true)]
async fn a_paused_instance_that_goes_on_with_its_old_share_repeats_nothing() {
    let store = MemoryStore::new();
    let one = Instance::start(&store, 1, 0, &ALL_ROLES).await;
    let two = Instance::start(&store, 2, 0, &ALL_ROLES).await;
    register(&one).await;
    pass(LEASE).await;
    let paused = one.die().await;
    assert!(!paused.shards().is_empty());
    pass(StdDuration::from_secs(3600 + 301)).await;
    assert_eq!(evaluated(&two).await, JOBS as u64);
    let before = events(&two).await;
    // It wakes up in its old belief, and looks first at what is due.
    Evaluator(paused.clone()).run_once().await.expect("evaluated");
    assert_eq!(events(&two).await, before);
    let again = Instance { app: paused.clone(), crew: Crew::new() };
    again.crew.hire(&paused, Membership(paused.clone()));
    pass(LEASE / 2).await;
    assert_eq!(held(&[&again, &two]), all(), "it is one of them again");
}

async fn events(instance: &Instance) -> usize {
    let mut count = 0;
    for number in 0..JOBS {
        let key = fixtures::key(&format!("job-{number}"));
        match instance.app.ports().queries.events(&key, 0, 1000).await.expect("events") {
            app::ports::EventsPage::Events(events) => count += events.len(),
            app::ports::EventsPage::Pruned { first } => panic!("pruned before {first}"),
        }
    }
    count
}

#[tokio::test(start_paused = true)]
async fn what_is_done_by_one_for_all_is_done_by_the_first_and_passes_on_with_it() {
    use app::roles::Router;
    let store = MemoryStore::new();
    let one = Instance::start(&store, 1, 0, &ALL_ROLES).await;
    pass(LEASE).await;
    let two = Instance::start(&store, 2, 0, &ALL_ROLES).await;
    for it in [&one, &two] {
        it.crew.hire(&it.app, Router::new(it.app.clone()));
    }
    let waiting = async |at: Instant| two.app.ports().outbox.unrouted(at, 10).await.expect("notices").len();
    let post = async |version| {
        two.app.ports().outbox.post(fixtures::notice("inc", version)).await.expect("posted");
    };
    pass(LEASE).await;
    post(1).await;
    // Nobody signals it, and yet it takes less than a second.
    pass(StdDuration::from_millis(600)).await;
    assert_eq!(waiting(two.now()).await, 0);
    let _dead = one.die().await;
    pass(StdDuration::from_secs(1)).await;
    post(2).await;
    pass(LEASE).await;
    assert_eq!(waiting(two.now()).await, 0);
}
