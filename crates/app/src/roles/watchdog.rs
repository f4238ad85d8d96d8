//! Lets somebody outside know that we are well, again and again, and falls silent when we are not: what cannot be told
//! from inside, such as a machine that is gone, is noticed there. Of several instances only one speaks, so that none hides
//! that it is not well.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration as StdDuration;

use async_trait::async_trait;
use domain::{Duration, Instant};

use super::{Pace, Role};
use crate::app::App;
use crate::error::AppResult;
use crate::fitness::Fit;
use crate::members::{DISPATCHER, EVALUATOR};
use crate::ports::Outsider;

/// How soon it looks again while it is silent.
const SOON: Duration = Duration::from_seconds(5);
/// How soon it looks again after a start.
const SOONER: Duration = Duration::SECOND;

/// The watchdog.
pub struct Watchdog {
    app: App,
    outsider: Arc<dyn Outsider>,
    every: Duration,
    /// Why it is silent.
    silent: Mutex<Option<String>>,
}

impl std::fmt::Debug for Watchdog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watchdog").field("every", &self.every).finish_non_exhaustive()
    }
}

impl Watchdog {
    /// A watchdog that lets somebody know so often.
    pub fn new(app: App, outsider: Arc<dyn Outsider>, every: Duration) -> Self {
        Self { app, outsider, every, silent: Mutex::default() }
    }

    async fn ping(&self, now: Instant) -> Instant {
        if self.silent().take().is_some() {
            tracing::info!("the watchdog is pinged again: all is well");
        }
        let outcome = match self.outsider.hear().await {
            Ok(_) => "sent",
            Err(error) => {
                tracing::warn!(reason = %error, "the watchdog could not be pinged");
                "failed"
            }
        };
        self.app.telemetry.watchdog(outcome);
        now + self.every
    }

    /// Says why it is silent when it becomes so. The reason may count seconds: it is said once.
    fn keep_silent(&self, reason: String, now: Instant) -> Instant {
        self.app.telemetry.watchdog("withheld");
        let mut silent = self.silent();
        if silent.is_none() {
            tracing::error!(reason, "the watchdog is not pinged until this is over");
            *silent = Some(reason);
        }
        now + SOON.min(self.every)
    }

    fn silent(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Role for Watchdog {
    fn name(&self) -> &'static str {
        "watchdog"
    }

    fn rhythm(&self) -> StdDuration {
        self.every.to_std()
    }

    async fn run_once(&self) -> AppResult<Pace> {
        let now = self.app.now();
        if !self.app.is_first(EVALUATOR) && !self.app.is_first(DISPATCHER) {
            return Ok(Pace::Until(now + self.every));
        }
        let fit = self.app.fit().await;
        let now = self.app.now();
        Ok(Pace::Until(match fit {
            Fit::Well => self.ping(now).await,
            Fit::Starting => now + SOONER,
            Fit::Unwell(reason) => self.keep_silent(reason, now),
        }))
    }
}
