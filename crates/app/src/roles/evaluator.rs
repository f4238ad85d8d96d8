//! Turns silence into events: takes the schedulers whose wake instant has come, and concludes what that means. Polls
//! nothing: its cost grows with what is due, not with what exists.

use std::sync::atomic::Ordering;
use std::time::Duration as StdDuration;

use async_trait::async_trait;
use domain::{Duration, Instant};
use futures_util::StreamExt;

use super::{Pace, Role};
use crate::app::App;
use crate::error::AppResult;
use crate::ports::{Due, Lookup, Reindex};

/// How many due schedulers are taken at once.
const BATCH: usize = 500;
/// How many of them are decided side by side, so that the store can write them together.
const SIDE_BY_SIDE: usize = 64;
/// How long a scheduler that cannot be evaluated steps aside.
const STEP_ASIDE: Duration = Duration::MINUTE;

/// The evaluator.
#[derive(Debug)]
pub struct Evaluator(pub App);

#[async_trait]
impl Role for Evaluator {
    fn name(&self) -> &'static str {
        "evaluator"
    }

    /// Another process may have written an earlier deadline: within half a second it is seen here too.
    fn rhythm(&self) -> StdDuration {
        StdDuration::from_millis(500)
    }

    fn signal(&self) -> Option<&tokio::sync::Notify> {
        Some(&self.0.signals.evaluator)
    }

    async fn run_once(&self) -> AppResult<Pace> {
        let app = &self.0;
        let now = app.now();
        let due = app.ports.schedulers.due(now, BATCH).await?;
        let lag = due.first().map_or(0, |first| now.since(first.wake).as_millis());
        app.telemetry.evaluator_lag_millis.store(lag, Ordering::Relaxed);
        let full = due.len() == BATCH;
        futures_util::stream::iter(due)
            .for_each_concurrent(SIDE_BY_SIDE, |due| evaluate(app, due, now))
            .await;
        if full {
            return Ok(Pace::Again);
        }
        Ok(app.ports.schedulers.next_wake().await?.map_or(Pace::Idle, Pace::Until))
    }
}

/// A scheduler that cannot be evaluated must not stop the others, nor be tried in a circle.
async fn evaluate(app: &App, due: Due, now: Instant) {
    if let Err(error) = app.evaluate(&due.key).await {
        tracing::error!(scheduler = %due.key.id, project = %due.key.project, %error, "a scheduler could not be evaluated and steps aside for a minute");
        app.telemetry.role_failed("evaluator");
        if let Err(error) = step_aside(app, &due, now).await {
            tracing::error!(scheduler = %due.key.id, project = %due.key.project, %error, "nor could it step aside");
        }
    }
}

async fn step_aside(app: &App, due: &Due, now: Instant) -> AppResult<()> {
    let loaded = app.ports.schedulers.load(&due.key, &Lookup::default()).await?;
    let reindex = Reindex {
        key: due.key.clone(),
        version: loaded.scheduler.version,
        from: Some(due.wake),
        to: Some(now + STEP_ASIDE),
    };
    Ok(app.ports.schedulers.reindex(reindex).await?)
}
