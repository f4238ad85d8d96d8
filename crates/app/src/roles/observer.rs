//! Watches our own attention. Stamps "reports can be taken" every ten seconds; where the last stamp is too old, or the
//! wall clock disagrees with the monotonic one, the time between is a gap, and no job is blamed for it. Each project is
//! told once of a gap that kept slots from being judged.

use std::time::Duration as StdDuration;

use async_trait::async_trait;
use domain::{Gap, Instant};

use super::{Pace, Role};
use crate::app::App;
use crate::error::AppResult;
use crate::members::API;
use crate::notice::{Notice, Unobserved};
use crate::shards::Shards;

/// How often it stamps.
const EVERY: StdDuration = StdDuration::from_secs(10);
/// The note that says when projects were last told.
const TOLD_AT: &str = "unobserved_told_at";

/// The observer.
#[derive(Debug)]
pub struct Observer {
    app: App,
}

impl Observer {
    /// An observer that has just begun: its first look finds out how long nobody watched.
    pub const fn new(app: App) -> Self {
        Self { app }
    }

    /// Tells each project of gaps that have ended, once all slots in them are judged.
    async fn tell(&self, now: Instant) -> AppResult<()> {
        let told = self.told_at(now).await?;
        let gaps = self.app.attention.gaps();
        let untold: Vec<Gap> = gaps.iter().filter(|gap| gap.until > told).copied().collect();
        let (Some(first), Some(last)) = (untold.first(), untold.iter().map(|gap| gap.until).max()) else {
            return Ok(());
        };
        if now <= last
            || self
                .app
                .ports
                .schedulers
                .next_wake(&Shards::all(self.app.settings.shards))
                .await?
                .is_some_and(|wake| wake <= last)
        {
            return Ok(());
        }
        let observation = &self.app.ports.observation;
        for (project, slots) in observation.unobserved_slots(told.max(first.from)).await? {
            let gap = Unobserved { project, from: first.from, until: last, slots };
            self.app.ports.outbox.post(Notice::Unobserved(gap)).await?;
            self.app.signals.router.notify_one();
        }
        Ok(observation.set_note(TOLD_AT, &now.as_millis().to_string()).await?)
    }

    /// When projects were last told: what was recorded until then has been counted. A clock that was set back since
    /// must not make us keep silent until it has caught up.
    async fn told_at(&self, now: Instant) -> AppResult<Instant> {
        let observation = &self.app.ports.observation;
        let told = observation.note(TOLD_AT).await?.and_then(|text| text.parse().ok());
        let told = told.map_or(Instant::MIN, Instant::from_millis);
        if told > now {
            observation.set_note(TOLD_AT, &now.as_millis().to_string()).await?;
        }
        Ok(told.min(now))
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
        self.app.look().await?;
        self.app.write_problems().await?;
        if self.app.is_first(API) {
            self.tell(self.app.now()).await?;
        }
        Ok(Pace::Idle)
    }
}
