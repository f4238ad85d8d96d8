//! What this process knows of our own attention: when it last could take reports, and the stretches in which nobody
//! could. Nothing is judged before a stretch that has just ended is known, whoever wakes first.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration as StdDuration;

use arc_swap::ArcSwap;
use domain::{Duration, Gap, Instant};

use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::telemetry::Telemetry;

/// How old the last stamp may be: two may be late.
const STAMP_AGE_MAX: StdDuration = StdDuration::from_secs(30);
/// How far the wall clock may stray from the monotonic one between two stamps.
const DRIFT_MAX: Duration = Duration::from_seconds(5);
/// How long after a refusal the next one is waited for, where nothing else is written.
const REFUSAL_HOLDS: StdDuration = StdDuration::from_secs(30);
/// Gaps older than this cannot matter any more: no limit is longer.
const GAPS_KEPT: Duration = Duration::DAY.times(366);
/// How far the clocks of two processes may disagree.
const SKEW_MAX: Duration = Duration::MINUTE;

/// What this process knows of our own attention.
#[derive(Debug, Default)]
pub(crate) struct Attention {
    /// The last stamp of this process; none where it takes no reports, or has not begun to.
    last: Mutex<Option<Stamp>>,
    /// A gap that this process has seen, until one that takes reports has recorded it.
    unrecorded: Mutex<Option<Gap>>,
    /// Writes that the store refused, until one is taken again and the time between is recorded.
    refused: Mutex<Option<Refused>>,
    /// The last stamp of all, where this process takes no reports.
    known: Mutex<Option<Known>>,
    gaps: ArcSwap<Vec<Gap>>,
    looking: tokio::sync::Mutex<()>,
}

/// A stretch in which the store refused what jobs said. Small writes may succeed meanwhile: a disk is full by degrees.
#[derive(Clone, Copy, Debug)]
struct Refused {
    since: Instant,
    /// The last refusal, by the monotonic clock.
    last: StdDuration,
    /// Whether a commit was taken since.
    over: bool,
}

/// A stamp that was read, how old it was then, and when that was by the monotonic clock.
#[derive(Clone, Copy, Debug)]
struct Known {
    stamp: Instant,
    age: StdDuration,
    at: StdDuration,
}

/// One reading of both clocks.
#[derive(Clone, Copy, Debug)]
struct Stamp {
    wall: Instant,
    monotonic: StdDuration,
}

impl Attention {
    /// The gaps that are known, in order of their beginning.
    pub(crate) fn gaps(&self) -> Arc<Vec<Gap>> {
        self.gaps.load_full()
    }

    fn last(&self) -> Option<Stamp> {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unrecorded(&self) -> Option<Gap> {
        *self.unrecorded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refused(&self) -> Option<Refused> {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks and changes in one step: calls are refused and taken side by side.
    fn change_refused(&self, change: impl FnOnce(Option<Refused>) -> Option<Refused>) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        *refused = change(*refused);
    }

    fn set_unrecorded(&self, gap: Option<Gap>) {
        *self.unrecorded.lock().unwrap_or_else(PoisonError::into_inner) = gap;
    }
}

impl App {
    /// Whether reports can be taken, as far as the last ones tell.
    pub fn takes_reports(&self) -> bool {
        self.attention.refused().is_none_or(|refused| refused.over || self.is_past(refused))
    }

    /// The store has refused a write of ours: what jobs say is lost until it takes one again.
    pub(crate) fn note_refusal(&self) {
        let here = self.reading();
        if self.attention.last().is_some() {
            self.attention.change_refused(|refused| {
                let since = refused.map_or(here.wall, |refused| refused.since);
                Some(Refused { since, last: here.monotonic, over: false })
            });
        }
    }

    /// The store has taken a commit. The stretch before it is recorded at the next look.
    pub(crate) fn note_taken(&self) {
        self.attention.change_refused(|refused| refused.map(|refused| Refused { over: true, ..refused }));
    }

    fn is_past(&self, refused: Refused) -> bool {
        self.ports.clock.monotonic().saturating_sub(refused.last) > REFUSAL_HOLDS
    }

    /// Stamps "reports can be taken", and records the time since the last stamp as a gap where that is too long ago or
    /// the clocks disagree. Each step may fail and be done again: the gap begins where it began.
    pub(crate) async fn look(&self) -> AppResult<()> {
        let looked = {
            let _one_at_a_time = self.attention.looking.lock().await;
            self.look_now().await
        };
        if looked.as_ref().is_err_and(AppError::is_refusal) {
            self.note_refusal();
        }
        looked
    }

    /// Looks at once where the last look of a process that takes reports says nothing about now: after the process was
    /// suspended, the store was away, or the clock was set, this may run before the observer does.
    pub(crate) async fn pay_attention(&self) -> AppResult<()> {
        if !self.is_lost() {
            return Ok(());
        }
        let _one_at_a_time = self.attention.looking.lock().await;
        if self.is_lost() { self.look_now().await } else { Ok(()) }
    }

    /// What must be known before silence is judged; where this process takes no reports, as the store has it.
    pub(crate) async fn before_judging(&self) -> AppResult<()> {
        match self.attention.last() {
            Some(_) => self.pay_attention().await,
            None => self.peek(STAMP_AGE_MAX).await,
        }
    }

    /// Learns how long nobody took reports before this process began. One that takes them itself has looked already: its
    /// own stamp, a moment old by now, is no absence.
    pub(crate) async fn learn_absence(&self) -> AppResult<()> {
        match self.attention.last() {
            Some(_) => Ok(()),
            None if self.others_take_reports() => self.peek(STAMP_AGE_MAX).await,
            None => self.peek(StdDuration::ZERO).await,
        }
    }

    /// Learns the gaps without recording one. A last stamp that is older than that means that nobody takes reports now.
    async fn peek(&self, age_max: StdDuration) -> AppResult<()> {
        let now = self.now();
        if let Some(stamp) = self.ports.observation.last_stamp().await? {
            let until = now + self.settings.startup_quiet;
            if self.age(stamp, now) > age_max {
                self.attention.set_unrecorded(Some(Gap { from: stamp, until }));
            } else if self.attention.unrecorded().is_some_and(|gap| gap.from < stamp) {
                // Who takes reports has looked since, and recorded what there was to record.
                self.attention.set_unrecorded(None);
            }
        }
        self.learn_gaps(now).await
    }

    /// How long ago a stamp was written that may be another machine's: since it is known here, by our own clocks.
    fn age(&self, stamp: Instant, now: Instant) -> StdDuration {
        let (here, told) = (self.ports.clock.monotonic(), now.since(stamp).to_std());
        let mut known = self.attention.known.lock().unwrap_or_else(PoisonError::into_inner);
        let age = match *known {
            Some(known) if known.stamp == stamp => known.age + here.saturating_sub(known.at),
            Some(known) => told.min(here.saturating_sub(known.at)),
            None if self.others_take_reports() => StdDuration::ZERO,
            None => told,
        };
        *known = Some(Known { stamp, age, at: here });
        age
    }

    async fn look_now(&self) -> AppResult<()> {
        let here = self.reading();
        let blind_since = match self.attention.last() {
            None if self.others_take_reports() => None,
            None => self.ports.observation.last_stamp().await?,
            Some(last) => has_strayed(last, here).then_some(last.wall),
        };
        let refused = self.attention.refused();
        let blind_since = match refused {
            Some(refused) => Some(blind_since.map_or(refused.since, |since| since.min(refused.since))),
            None => blind_since,
        };
        let until = here.wall + self.settings.startup_quiet;
        let gap = blind_since.map(|since| Gap { from: since.min(here.wall), until });
        if let Some(gap) = gap {
            self.ports.observation.record_gap(gap).await?;
        }
        self.ports.observation.stamp(here.wall).await?;
        self.attention.set_unrecorded(None);
        self.learn_gaps(here.wall).await?;
        *self.attention.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(here);
        if refused.is_some_and(|refused| !refused.over && !self.is_past(refused)) {
            return Ok(());
        }
        // What was refused while we looked is for the next look.
        let seen = refused.map(|refused| refused.last);
        self.attention.change_refused(|refused| refused.filter(|refused| Some(refused.last) != seen));
        if let Some(gap) = gap {
            let length = gap.until.since(gap.from).as_millis().unsigned_abs();
            Telemetry::add(&self.telemetry.unobserved_millis, length);
            tracing::warn!(from = %gap.from, until = %gap.until, "reports could not be taken for a while: no job is blamed for it");
        }
        Ok(())
    }

    async fn learn_gaps(&self, now: Instant) -> AppResult<()> {
        let mut gaps = self.ports.observation.gaps(now - GAPS_KEPT).await?;
        gaps.extend(self.attention.unrecorded());
        gaps.sort_by_key(|gap| gap.from);
        let gaps = trusted(&gaps, now + self.settings.startup_quiet + SKEW_MAX);
        self.attention.gaps.store(Arc::new(gaps));
        Ok(())
    }

    fn reading(&self) -> Stamp {
        Stamp { wall: self.now(), monotonic: self.ports.clock.monotonic() }
    }

    fn is_lost(&self) -> bool {
        self.attention.refused().is_some()
            || self.attention.last().is_some_and(|last| has_strayed(last, self.reading()))
    }
}

fn has_strayed(last: Stamp, here: Stamp) -> bool {
    let passed = here.monotonic.saturating_sub(last.monotonic);
    let expected = last.wall + Duration::from_millis(i64::try_from(passed.as_millis()).unwrap_or(i64::MAX));
    let drift = here.wall.since(expected).max(expected.since(here.wall));
    passed > STAMP_AGE_MAX || drift > DRIFT_MAX
}

/// A gap that ends later than any can by now was written while the clock was ahead. It ends where the gap ends that
/// was recorded when the clock was set right, else nothing would be judged until the wrong time comes.
fn trusted(gaps: &[Gap], latest: Instant) -> Vec<Gap> {
    let sane_end = |from: Instant| {
        let sane = gaps.iter().filter(|gap| gap.from >= from && gap.until <= latest);
        sane.map(|gap| gap.until).max()
    };
    let ends = |gap: &Gap| if gap.until <= latest { Some(gap.until) } else { sane_end(gap.from) };
    gaps.iter().filter_map(|gap| ends(gap).map(|until| Gap { until, ..*gap })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(from: i64, until: i64) -> Gap {
        Gap { from: Instant::from_seconds(from), until: Instant::from_seconds(until) }
    }

    #[test]
    fn a_gap_of_a_clock_that_was_ahead_ends_where_the_clock_was_set_right() {
        let gaps = [gap(10, 20), gap(100, 90_000), gap(110, 170), gap(80_000, 90_100)];
        assert_eq!(trusted(&gaps, Instant::from_seconds(300)), [gap(10, 20), gap(100, 170), gap(110, 170)]);
    }
}
