//! What stepped aside: items that failed and could not be put off in the store. They must not stop the others, nor be
//! tried in a circle. Forgotten with the process, which then only tries them once more.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{Duration, Instant};

/// How long what fails steps aside.
pub(crate) const STEP_ASIDE: Duration = Duration::MINUTE;
/// Most items that are kept; past it the oldest are tried again early.
const KEPT_MAX: usize = 1000;

/// Items that stepped aside, and until when.
#[derive(Debug)]
pub(crate) struct Aside<K>(Mutex<HashMap<K, Instant>>);

impl<K> Default for Aside<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash + Clone + Debug> Aside<K> {
    /// Keeps an item out for a while.
    pub(crate) fn step(&self, item: K, now: Instant) {
        let mut kept = self.kept();
        if kept.len() >= KEPT_MAX
            && let Some(oldest) = kept.iter().min_by_key(|(_, until)| **until).map(|(item, _)| item.clone())
        {
            kept.remove(&oldest);
        }
        kept.insert(item, now + STEP_ASIDE);
    }

    /// Whether an item is out. One whose time lies further ahead than it can was put out before the clock was set back.
    pub(crate) fn holds(&self, item: &K, now: Instant) -> bool {
        self.kept().get(item).is_some_and(|until| now < *until && *until <= now + STEP_ASIDE)
    }

    /// Lets those back in whose time has come, and answers how many are still out.
    pub(crate) fn refresh(&self, now: Instant) -> usize {
        let mut kept = self.kept();
        kept.retain(|_, until| now < *until && *until <= now + STEP_ASIDE);
        kept.len()
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<K, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_out_for_a_minute_and_a_clock_set_back_does_not_lengthen_that() {
        let (aside, now) = (Aside::default(), Instant::from_seconds(10_000));
        aside.step("bad", now);
        assert!(aside.holds(&"bad", now) && !aside.holds(&"good", now));
        assert!(!aside.holds(&"bad", now + STEP_ASIDE));
        assert!(!aside.holds(&"bad", now - Duration::HOUR));
        assert_eq!((aside.refresh(now), aside.refresh(now + STEP_ASIDE)), (1, 0));
    }

    #[test]
    fn only_so_many_are_kept_out() {
        let (aside, now) = (Aside::default(), Instant::from_seconds(10_000));
        for item in 0..=KEPT_MAX {
            aside.step(item, now + Duration::from_millis(item as i64));
        }
        assert_eq!(aside.refresh(now + Duration::SECOND), KEPT_MAX);
        assert!(!aside.holds(&0, now + Duration::SECOND));
    }
}
