//! The one place that reads the clocks.

use std::time::{Duration, Instant as Monotonic, SystemTime, UNIX_EPOCH};

use app::ports::Clock;
use domain::Instant;

/// The clocks of this machine.
#[derive(Debug)]
pub(crate) struct SystemClock {
    began: Monotonic,
}

impl SystemClock {
    /// A monotonic clock that begins now, beside the wall clock.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clocks")]
    pub(crate) fn new() -> Self {
        Self { began: Monotonic::now() }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clocks")]
    fn now(&self) -> Instant {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Instant::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn monotonic(&self) -> Duration {
        self.began.elapsed()
    }
}
