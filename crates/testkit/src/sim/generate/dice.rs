//! Choices that follow from a seed.

use domain::{Duration, Instant};

use crate::SeededChance;

pub(in crate::sim) struct Dice(SeededChance, SeededChance);

impl Dice {
    pub(in crate::sim) const fn new(seed: u64) -> Self {
        Self(SeededChance::new(seed), SeededChance::new(!seed))
    }

    /// Dice beside these: what they decide leaves all other choices as they were, so that a seed goes on to see what it
    /// was chosen for.
    pub(in crate::sim) fn beside(&self) -> Self {
        Self::new(self.1.next())
    }

    /// One of so many, from 0.
    pub(in crate::sim) fn below(&self, many: u64) -> u64 {
        self.0.next() % many.max(1)
    }

    /// So often in a hundred.
    pub(in crate::sim) fn often(&self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(in crate::sim) fn pick<T: Copy>(&self, things: &[T]) -> T {
        things[self.below(things.len() as u64) as usize]
    }

    /// A length from one to the other, in whole seconds but now and then.
    pub(in crate::sim) fn between(&self, least: Duration, most: Duration) -> Duration {
        let room = most.as_millis() - least.as_millis();
        let millis = least.as_millis() + self.below(room.max(1).unsigned_abs()) as i64;
        Duration::from_millis(if self.often(70) { millis / 1000 * 1000 } else { millis })
    }

    /// An instant between two.
    pub(in crate::sim) fn moment(&self, from: Instant, until: Instant) -> Instant {
        from + self.between(Duration::ZERO, until.since(from))
    }

    /// One of the lengths at which rules change their mind.
    pub(in crate::sim) fn length(&self, texts: &[&str]) -> Duration {
        self.pick::<&str>(texts).parse().expect("a length")
    }
}
