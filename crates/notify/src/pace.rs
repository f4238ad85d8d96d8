//! At most one message a while to one place, for receivers that would else refuse the second.
//!
//! The pace belongs to the place, not to the notifier: a notifier may be built anew for each delivery, and two
//! channels may lead to one place. So the paces live beside the client, in [`crate::Kit`]. Across processes there is no
//! pace; the receiver's 429 is honoured there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::ports::DeliveryError;
use tokio::time::{Instant, sleep_until};

/// The longest wait for a turn. With the client's 20 s it stays below the 30 s that a delivery may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Turns at one place.
#[derive(Debug)]
pub(crate) struct Pace {
    gap: Duration,
    next: Mutex<Option<Instant>>,
}

/// No turn within bounds; there will be one after so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Crowded(pub(crate) Duration);

impl Crowded {
    /// Come back when there is a turn.
    pub(crate) fn at(self, place: &str) -> DeliveryError {
        let millis = i64::try_from(self.0.as_millis()).unwrap_or(i64::MAX);
        DeliveryError::Transient {
            reason: format!("too many messages wait for this {place}"),
            retry_after: Some(domain::Duration::from_millis(millis)),
        }
    }
}

impl Pace {
    pub(crate) fn new(gap: Duration) -> Self {
        Self { gap, next: Mutex::new(None) }
    }

    /// Waits for the next turn. A turn that is taken and not used is lost, which only makes the next one later.
    pub(crate) async fn turn(&self) -> Result<(), Crowded> {
        let at = self.reserve(Instant::now())?;
        sleep_until(at).await;
        Ok(())
    }

    fn reserve(&self, now: Instant) -> Result<Instant, Crowded> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let at = next.map_or(now, |next| next.max(now));
        let wait = at.duration_since(now);
        if wait > PATIENCE {
            return Err(Crowded(wait));
        }
        *next = Some(at + self.gap);
        Ok(at)
    }

    /// Whether a message that comes now would have to wait.
    fn is_taken(&self, now: Instant) -> bool {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|next| next > now)
    }
}

/// The paces of all places that are in use, or were a moment ago.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paces(Arc<Mutex<HashMap<String, Arc<Pace>>>>);

impl Paces {
    /// The pace of a place: the same one as long as it matters.
    pub(crate) fn of(&self, name: &str, gap: Duration) -> Arc<Pace> {
        let mut paces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pace) = paces.get(name) {
            return Arc::clone(pace);
        }
        let now = Instant::now();
        paces.retain(|_, pace| Arc::strong_count(pace) > 1 || pace.is_taken(now));
        let pace = Arc::new(Pace::new(gap));
        paces.insert(name.to_owned(), Arc::clone(&pace));
        pace
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn the_second_message_waits_a_second_and_a_late_one_not_at_all() {
        let pace = Pace::new(SECOND);
        let start = Instant::now();
        for waited in [0, 1, 2] {
            pace.turn().await.expect("a turn");
            assert_eq!(start.elapsed(), SECOND * waited);
        }
        tokio::time::advance(SECOND * 10).await;
        pace.turn().await.expect("a turn");
        assert_eq!(start.elapsed(), SECOND * 12);
    }

    #[tokio::test(start_paused = true)]
    async fn who_would_wait_too_long_is_sent_away_and_told_for_how_long() {
        let pace = Pace::new(SECOND);
        let now = Instant::now();
        for place in 0..=5 {
            assert_eq!(pace.reserve(now), Ok(now + SECOND * place));
        }
        assert_eq!(pace.reserve(now), Err(Crowded(SECOND * 6)));
    }

    #[test]
    fn who_is_crowded_out_comes_back_when_there_is_a_turn() {
        let error = Crowded(SECOND * 6).at("slack channel");
        let reason = "too many messages wait for this slack channel".to_owned();
        let retry_after = Some(domain::Duration::from_seconds(6));
        assert_eq!(error, DeliveryError::Transient { reason, retry_after });
    }

    #[tokio::test(start_paused = true)]
    async fn one_place_has_one_pace_and_a_place_is_forgotten_only_when_its_pace_no_longer_matters() {
        let paces = Paces::default();
        let held = paces.of("held", SECOND);
        assert!(Arc::ptr_eq(&held, &paces.of("held", SECOND)));
        paces.of("just used", SECOND).turn().await.expect("a turn");
        drop(paces.of("idle", SECOND));
        drop(paces.of("next", SECOND));
        let known = |place| paces.0.lock().expect("not poisoned").contains_key(place);
        assert!(known("held") && known("just used") && !known("idle"));
    }
}
