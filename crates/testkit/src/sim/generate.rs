//! Makes up a simulation from a seed: what jobs of every character do, what people do, and what goes wrong.

mod crowd;
pub(super) mod dice;
mod jobs;
mod order;
mod plans;
mod trouble;

use domain::{Duration, Instant};

use super::act::Step;
use dice::Dice;

/// What to make up.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// What everything follows from.
    pub seed: u64,
    /// How long it goes on.
    pub days: i64,
    /// How many schedulers there are.
    pub schedulers: usize,
}

/// When simulations begin: on an ordinary Monday, or shortly before clocks change somewhere.
const BEGINNINGS: [&str; 4] =
    ["2026-03-02T00:00:00Z", "2026-03-07T12:00:00Z", "2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z"];

impl Shape {
    /// When it begins.
    pub fn begins(&self) -> Instant {
        Instant::parse(BEGINNINGS[(self.seed % 4) as usize]).expect("an instant")
    }

    /// When it ends.
    pub fn ends(&self) -> Instant {
        self.begins() + Duration::DAY.times(self.days)
    }

    /// Whether the server's clock goes wrong. No job can behave by a clock that is wrong, so none is promised to then.
    const fn has_bad_clock(&self) -> bool {
        self.seed % 4 == 3
    }

    /// Everything that happens, in order.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for number in 0..self.schedulers {
            let dice = Dice::new(self.seed.wrapping_mul(0x1000).wrapping_add(number as u64));
            let promised = number % 4 == 0 && !self.has_bad_clock();
            steps.extend(jobs::life(&dice, number, promised, self.begins(), self.ends()));
        }
        let dice = Dice::new(self.seed ^ 0x00c0_ffee);
        steps.extend(trouble::all(&dice, self.begins(), self.ends(), self.has_bad_clock()));
        let dice = Dice::new(self.seed ^ 0x0c50_0d00);
        steps.extend(crowd::all(&dice, self.begins(), self.ends()));
        steps.extend(order::all(&dice, self.begins(), self.ends()));
        steps.sort_by_key(|step| step.at);
        steps
    }
}
