//! Watches our own attention. Stamps "reports can be taken" every ten seconds; where the last stamp is too old, or the
//! wall clock disagrees with the monotonic one, the time between is a gap, and no job is blamed for it. Each project is
//! told once of a gap that kept slots from being judged.

use std::sync::{Arc, Mutex};
use std::time::Duration as StdDuration;

use async_trait::async_trait;
use domain::{Duration, Gap, Instant};

use super::{Pace, Role};
use crate::app::App;
use crate::error::AppResult;
use crate::notice::{Notice, Unobserved};
use crate::telemetry::Telemetry;

/// How often it stamps.
const EVERY: StdDuration = StdDuration::from_secs(10);
/// How old the last stamp may be: two may be late.
const STAMP_AGE_MAX: StdDuration = StdDuration::from_secs(30);
/// How far the wall clock may stray from the monotonic one between two stamps.
const DRIFT_MAX: Duration = Duration::from_seconds(5);
/// Gaps older than this cannot matter any more: no limit is longer.
const GAPS_KEPT: Duration = Duration::DAY.times(366);
const TOLD_UNTIL: &str = "unobserved_told_until";

/// The observer.
#[derive(Debug)]
pub struct Observer {
    app: App,
    last: Mutex<Option<Stamp>>,
}

/// One reading of both clocks.
#[derive(Clone, Copy, Debug)]
struct Stamp {
    wall: Instant,
    monotonic: StdDuration,
}

impl Observer {
    /// An observer that has just begun: its first look finds out how long nobody watched.
    pub fn new(app: App) -> Self {
        Self { app, last: Mutex::new(None) }
    }

    fn reading(&self) -> Stamp {
        Stamp { wall: self.app.now(), monotonic: self.app.ports.clock.monotonic() }
    }

    fn last(&self) -> Option<Stamp> {
        *self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Since when nothing could be observed, if so.
    async fn blind_since(&self, here: Stamp) -> AppResult<Option<Instant>> {
        match self.last() {
            None => Ok(self.app.ports.observation.last_stamp().await?),
            Some(last) if has_strayed(last, here) => Ok(Some(last.wall)),
            Some(_) => Ok(None),
        }
    }

    async fn record(&self, since: Instant, now: Instant) -> AppResult<()> {
        let from = since.min(now);
        let gap = Gap { from, until: now + self.app.settings.startup_quiet };
        self.app.ports.observation.record_gap(gap).await?;
        let length = gap.until.since(gap.from).as_millis().unsigned_abs();
        Telemetry::add(&self.app.telemetry.unobserved_millis, length);
        tracing::warn!(from = %gap.from, until = %gap.until, "reports could not be taken for a while: no job is blamed for it");
        Ok(())
    }

    /// Tells each project of gaps that have ended, once all slots in them are judged.
    async fn tell(&self, now: Instant) -> AppResult<()> {
        let observation = &self.app.ports.observation;
        let told = observation.note(TOLD_UNTIL).await?.and_then(|text| text.parse().ok());
        let told = told.map_or(Instant::MIN, Instant::from_millis);
        let gaps = self.app.gaps.load_full();
        let untold: Vec<Gap> = gaps.iter().filter(|gap| gap.until > told).copied().collect();
        let (Some(first), Some(last)) = (untold.first(), untold.iter().map(|gap| gap.until).max()) else {
            return Ok(());
        };
        if now <= last || self.app.ports.schedulers.next_wake().await?.is_some_and(|wake| wake <= last) {
            return Ok(());
        }
        for (project, slots) in observation.unobserved_slots(told.max(first.from)).await? {
            let gap = Unobserved { project, from: first.from, until: last, slots };
            self.app.ports.outbox.post(Notice::Unobserved(gap)).await?;
            self.app.signals.router.notify_one();
        }
        Ok(observation.set_note(TOLD_UNTIL, &last.as_millis().to_string()).await?)
    }
}

#[async_trait]
impl Role for Observer {
    fn name(&self) -> &'static str {
        "observer"
    }

    fn rhythm(&self) -> StdDuration {
        EVERY
    }

    async fn run_once(&self) -> AppResult<Pace> {
        let here = self.reading();
        let blind_since = self.blind_since(here).await?;
        if let Some(since) = blind_since {
            self.record(since, here.wall).await?;
        }
        self.app.ports.observation.stamp(here.wall).await?;
        *self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(here);
        let gaps = self.app.ports.observation.gaps(here.wall - GAPS_KEPT).await?;
        self.app.gaps.store(Arc::new(gaps));
        self.tell(here.wall).await?;
        Ok(Pace::Idle)
    }
}

fn has_strayed(last: Stamp, here: Stamp) -> bool {
    let passed = here.monotonic.saturating_sub(last.monotonic);
    let expected = last.wall + Duration::from_millis(i64::try_from(passed.as_millis()).unwrap_or(i64::MAX));
    let drift = here.wall.since(expected).max(expected.since(here.wall));
    passed > STAMP_AGE_MAX || drift > DRIFT_MAX
}
