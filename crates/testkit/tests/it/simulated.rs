//! The simulator on the memory store: a few seeds that between them see everything, and what it promises of itself.
//! `cargo xtask simulate` goes on where these stop.

use std::sync::Arc;

use testkit::sim::{Coverage, Found, MemoryGround, Shape, simulate};

/// What every change is held to. Chosen so that together they see every rule, event, fault and refusal.
const SEEDS: [Shape; 5] = [
    Shape { seed: 7, days: 4, schedulers: 20 },
    Shape { seed: 17, days: 4, schedulers: 20 },
    Shape { seed: 6, days: 3, schedulers: 20 },
    Shape { seed: 2, days: 2, schedulers: 16 },
    Shape { seed: 73, days: 2, schedulers: 14 },
];

fn hold(shape: &Shape) -> Coverage {
    let grounds = || Arc::new(MemoryGround::default()) as _;
    let told = |found: Box<Found>| panic!("{}", found.brief());
    simulate(shape, &grounds).unwrap_or_else(told)
}

#[test]
fn everything_holds_in_every_simulation_and_together_they_see_everything() {
    let mut seen = Coverage::default();
    for shape in &SEEDS {
        seen.add(&hold(shape));
    }
    assert_eq!(seen.unseen(), Vec::<String>::new(), "never seen; a seed that sees it belongs into the list");
}

#[test]
fn a_seed_gives_the_same_simulation_again() {
    let shape = Shape { seed: 9, days: 1, schedulers: 6 };
    assert_eq!(hold(&shape).to_string(), hold(&shape).to_string());
    assert_eq!(shape.steps(), shape.steps());
}

#[test]
fn every_step_can_be_written_down_and_read_again() {
    for seed in 0..8 {
        for step in (Shape { seed, days: 2, schedulers: 12 }).steps() {
            assert_eq!(step.to_string().parse(), Ok(step));
        }
    }
}
