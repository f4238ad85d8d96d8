//! Whether somebody wants us to end: then nothing is started any more.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use nix::sys::signal::Signal;

use crate::clock;

/// Signals that ask for an end. The others are messages to the command, of which only it knows the meaning.
const ENDING: [Signal; 4] = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM];

/// The first signal that asked for an end, shared by the thread that reads signals and the one that tries again.
#[derive(Clone, Debug, Default)]
pub(super) struct Stop(Arc<(Mutex<Option<Signal>>, Condvar)>);

impl Stop {
    pub(super) fn note(&self, signal: Signal) {
        if ENDING.contains(&signal) {
            self.lock().get_or_insert(signal);
            self.0.1.notify_all();
        }
    }

    pub(super) fn asked_by(&self) -> Option<Signal> {
        *self.lock()
    }

    /// Waits until then, or until an end is asked for; answers by which signal.
    pub(super) fn wait_until(&self, then: Instant) -> Option<Signal> {
        let left = then.saturating_duration_since(clock::instant());
        let asked = self.0.1.wait_timeout_while(self.lock(), left, |asked| asked.is_none());
        let (asked, _) = asked.unwrap_or_else(PoisonError::into_inner);
        *asked
    }

    fn lock(&self) -> MutexGuard<'_, Option<Signal>> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_a_signal_that_asks_for_an_end_ends_a_wait() {
        let stop = Stop::default();
        stop.note(Signal::SIGUSR1);
        assert_eq!(stop.wait_until(clock::instant()), None);
        stop.note(Signal::SIGTERM);
        stop.note(Signal::SIGINT);
        let in_a_year = clock::instant() + Duration::from_hours(24 * 365);
        assert_eq!(stop.wait_until(in_a_year), Some(Signal::SIGTERM), "the first one");
    }
}
