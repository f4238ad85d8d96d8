//! Several servers on one memory store, each with a clock of its own: a few seeds that between them see everything.

use std::sync::Arc;

use testkit::sim::MemoryGround;
use testkit::sim::company::{Tally, play};

async fn hold(seed: u64, steps: u32) -> Tally {
    let played = play(Arc::new(MemoryGround::default()), seed, steps).await;
    played.unwrap_or_else(|failure| panic!("seed {seed}: {failure:?}"))
}

#[tokio::test(start_paused = true)]
async fn servers_that_die_stand_still_and_disagree_about_the_time_lose_and_contradict_nothing() {
    let mut seen = Vec::new();
    for seed in 1..=4 {
        seen.push(hold(seed, 60).await);
    }
    let sum = |of: fn(&Tally) -> u32| seen.iter().map(of).sum::<u32>();
    let troubles = [sum(|it| it.kills), sum(|it| it.pauses), sum(|it| it.leaves), sum(|it| it.faults)];
    assert!(troubles.iter().all(|count| *count > 3), "too little happened: {seen:?}");
    assert!(sum(|it| it.deadlines) > 50, "too little happened: {seen:?}");
}

#[tokio::test(start_paused = true)]
async fn a_seed_tells_the_same_story_again() {
    assert_eq!(hold(3, 20).await, hold(3, 20).await);
}
