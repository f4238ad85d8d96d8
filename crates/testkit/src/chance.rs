//! Chance that repeats itself.

use std::sync::atomic::{AtomicU64, Ordering};

use app::ports::Chance;

/// Chance that repeats itself: one seed, one sequence, on every machine and with every version of every library. It is
/// `SplitMix64`, written out so that a seed that once found a fault finds it for ever.
#[derive(Debug)]
pub struct SeededChance {
    state: AtomicU64,
}

/// What the state grows by: the golden ratio, as odd as 64 bits can have it.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl SeededChance {
    /// The sequence of a seed.
    pub const fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    /// The next 64 bits.
    pub fn next(&self) -> u64 {
        mixed(self.state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP))
    }
}

impl Chance for SeededChance {
    fn bits(&self) -> u128 {
        let high = self.next();
        (u128::from(high) << 64) | u128::from(self.next())
    }
}

const fn mixed(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_published_sequence_for_ever() {
        let chance = SeededChance::new(1_234_567);
        let drawn: Vec<u64> = (0..3).map(|_| chance.next()).collect();
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }
}
