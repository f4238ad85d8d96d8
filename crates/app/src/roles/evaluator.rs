//! Turns silence into events: takes the schedulers whose wake instant has come, and concludes what that means. Polls
//! nothing: its cost grows with what is due, not with what exists.

use std::sync::atomic::Ordering;
use std::time::Duration as StdDuration;

use async_trait::async_trait;
use domain::Instant;
use futures_util::StreamExt;

use super::aside::STEP_ASIDE;
use super::{Pace, Role};
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::ports::{Due, Lookup, Reindex, Seen, StoreError};

/// How many due schedulers are taken at once, besides those that stepped aside.
const BATCH: usize = 500;
/// Most that a store hands out at once.
const BATCH_MAX: usize = 1000;
/// How many of them are decided side by side, so that the store can write them together.
const SIDE_BY_SIDE: usize = 64;

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
        app.before_judging().await?;
        app.learn_setup().await?;
        let (now, shards) = (app.now(), app.shards());
        let limit = (BATCH + app.aside.schedulers.refresh(now)).min(BATCH_MAX);
        let mut due = app.ports.schedulers.due(now, limit, &shards).await?;
        let full = due.len() == limit;
        due.retain(|due| !app.aside.schedulers.holds(&due.key, now));
        let lag = due.first().map_or(0, |first| now.since(first.wake).as_millis());
        app.telemetry.evaluator_lag_millis.store(lag, Ordering::Relaxed);
        let tried = futures_util::stream::iter(due).map(|due| evaluate(app, due, now));
        let tried: Vec<AppResult<bool>> = tried.buffer_unordered(SIDE_BY_SIDE).collect().await;
        let moved_on = tried.contains(&Ok(true));
        if full && moved_on {
            return Ok(Pace::Again);
        }
        if let Some(away) = tried.into_iter().find_map(Result::err).filter(|_| !moved_on) {
            return Err(away);
        }
        // What is due still and could not be moved must not make us run in a circle.
        let next = app.ports.schedulers.next_wake(&shards).await?;
        Ok(next.filter(|at| moved_on || *at > now).map_or(Pace::Idle, Pace::Until))
    }
}

/// Whether it went well. A scheduler that cannot be evaluated must not stop the others; where the store is away, that
/// is no fault of the scheduler's, and it is tried again soon.
async fn evaluate(app: &App, due: Due, now: Instant) -> AppResult<bool> {
    let Err(error) = app.evaluate(&due.key).await else { return Ok(true) };
    if is_passing(&error) {
        return Err(error);
    }
    tracing::error!(scheduler = %due.key.id, project = %due.key.project, %error, "a scheduler could not be evaluated and steps aside for a minute");
    app.telemetry.role_failed("evaluator");
    if let Err(error) = step_aside(app, &due, now).await {
        tracing::error!(scheduler = %due.key.id, project = %due.key.project, %error, "nor could it be put off in the store");
        app.aside.schedulers.step(due.key, now);
    }
    Ok(false)
}

fn is_passing(error: &AppError) -> bool {
    use StoreError::{Ambiguous, Unavailable};
    matches!(error, AppError::Busy | AppError::Store(Unavailable { .. } | Ambiguous { .. }))
}

async fn step_aside(app: &App, due: &Due, now: Instant) -> AppResult<()> {
    let _turn = app.turn(&due.key).await;
    let loaded = app.ports.schedulers.load(&due.key, &Lookup::default()).await?;
    let reindex = Reindex {
        key: due.key.clone(),
        seen: Seen::of(&loaded.scheduler),
        from: Some(due.wake),
        to: Some(now + STEP_ASIDE),
    };
    Ok(app.ports.schedulers.reindex(reindex).await?)
}
