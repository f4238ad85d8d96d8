//! Chance, from a seed that is given: pauses of random length, and the tokens by which repetitions are recognised.

use std::sync::{Mutex, PoisonError};

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

/// A source of chance. What it draws is no secret.
#[derive(Debug)]
pub(crate) struct Dice(Mutex<SmallRng>);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(SmallRng::seed_from_u64(seed)))
    }

    fn draw<T>(&self, from: impl FnOnce(&mut SmallRng) -> T) -> T {
        from(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From 0 up to but without 1.
    pub(super) fn unit(&self) -> f64 {
        self.draw(Rng::random)
    }

    /// What no other transaction has.
    pub(super) fn token(&self) -> String {
        format!("{:032x}", self.draw(Rng::random::<u128>))
    }
}
