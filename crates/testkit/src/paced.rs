//! A clock that goes with tokio's, so that a test which pauses time moves timers and clock together.

use app::ports::Clock;
use domain::{Duration, Instant};
use tokio::time::Instant as Tick;

/// A clock that goes with tokio's.
#[derive(Debug)]
pub struct PacedClock {
    began: Tick,
    wall: Instant,
}

impl PacedClock {
    /// It shows `wall` now.
    pub fn at(wall: Instant) -> Self {
        Self { began: Tick::now(), wall }
    }
}

impl Clock for PacedClock {
    fn now(&self) -> Instant {
        self.wall + Duration::from_millis(self.monotonic().as_millis() as i64)
    }

    fn monotonic(&self) -> std::time::Duration {
        self.began.elapsed()
    }
}
