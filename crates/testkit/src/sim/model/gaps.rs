//! When nobody could see, and how much time that leaves.

use domain::{Duration, Gap, Instant};

/// Stretches in which nobody could see, none touching another.
#[derive(Clone, Debug, Default)]
pub(super) struct Gaps(Vec<(Instant, Instant)>);

impl Gaps {
    pub(super) fn of(gaps: &[Gap]) -> Self {
        let mut ends: Vec<_> = gaps.iter().map(|gap| (gap.from, gap.until)).collect();
        ends.sort_unstable();
        let mut apart: Vec<(Instant, Instant)> = Vec::new();
        for (from, until) in ends {
            match apart.last_mut().filter(|last| from <= last.1) {
                Some(last) => last.1 = last.1.max(until),
                None => apart.push((from, until)),
            }
        }
        Self(apart)
    }

    /// When one can see again, where one cannot at an instant.
    pub(super) fn ends(&self, at: Instant) -> Option<Instant> {
        self.0.iter().find(|(from, until)| *from <= at && at <= *until).map(|(_, until)| *until)
    }

    /// When so much time has passed in which one could see.
    pub(super) fn seen(&self, since: Instant, length: Duration) -> Instant {
        let (mut at, mut left) = (since, length.as_millis());
        for (from, until) in self.0.iter().filter(|(_, until)| *until > since) {
            let clear = from.since(at).as_millis();
            if left < clear {
                break;
            }
            left -= clear;
            at = at.max(*until);
        }
        at + Duration::from_millis(left)
    }
}
