//! The one source of chance: the operating system's, stretched by a generator made for secrets.

use std::sync::{Mutex, PoisonError};

use app::ports::Chance;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Chance that nobody outside can predict.
#[derive(Debug)]
pub(crate) struct SystemChance(Mutex<StdRng>);

impl SystemChance {
    /// Seeded by the operating system.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let mut seed = [0_u8; 32];
        getrandom::fill(&mut seed).map_err(|error| anyhow::anyhow!("no chance to be had: {error}"))?;
        Ok(Self(Mutex::new(StdRng::from_seed(seed))))
    }
}

impl Chance for SystemChance {
    fn bits(&self) -> u128 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).random()
    }
}
