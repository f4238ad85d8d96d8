//! A clock that goes when it is told to.

use std::sync::{Mutex, PoisonError};

use app::ports::Clock;
use domain::{Duration, Instant};

/// A clock that goes when it is told to. Its two hands move apart when it is stepped, as those of a real machine do
/// when its wall clock is set.
#[derive(Debug)]
pub struct FixedClock {
    hands: Mutex<Hands>,
}

#[derive(Clone, Copy, Debug)]
struct Hands {
    wall: Instant,
    monotonic: std::time::Duration,
}

impl FixedClock {
    /// A clock whose wall shows this, and which has run for no time yet.
    pub fn at(wall: Instant) -> Self {
        Self { hands: Mutex::new(Hands { wall, monotonic: std::time::Duration::ZERO }) }
    }

    /// Time passes: both hands move.
    pub fn advance(&self, by: Duration) {
        self.turn(|hands| {
            hands.wall = hands.wall + by;
            hands.monotonic += by.to_std();
        });
    }

    /// Time passes until the wall clock shows this; none does where it shows a later instant already.
    pub fn advance_to(&self, wall: Instant) {
        self.advance(wall.since(self.now()));
    }

    /// Somebody sets the wall clock, forwards or back. No time passes.
    pub fn step_to(&self, wall: Instant) {
        self.turn(|hands| hands.wall = wall);
    }

    /// Time passes, and the wall clock stands still meanwhile.
    pub fn advance_unseen(&self, by: Duration) {
        self.turn(|hands| hands.monotonic += by.to_std());
    }

    fn turn(&self, change: impl FnOnce(&mut Hands)) {
        change(&mut self.hands.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn hands(&self) -> Hands {
        *self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        self.hands().wall
    }

    fn monotonic(&self) -> std::time::Duration {
        self.hands().monotonic
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{after, start};

    #[test]
    fn a_step_of_the_wall_clock_is_no_passing_of_time() {
        let clock = FixedClock::at(start());
        clock.advance(Duration::from_seconds(10));
        clock.step_to(after(-3600));
        clock.advance(Duration::from_seconds(5));
        clock.advance_unseen(Duration::from_seconds(7));
        assert_eq!(clock.now(), after(-3595));
        assert_eq!(clock.monotonic(), std::time::Duration::from_secs(22));
        clock.advance_to(after(0));
        clock.advance_to(after(-60));
        assert_eq!((clock.now(), clock.monotonic().as_secs()), (after(0), 22 + 3595));
    }
}
