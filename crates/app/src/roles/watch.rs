//! Watches ourselves: deadlines that are noticed late, messages that are given up, a store that takes nothing. Tells it
//! past the store. Every process that evaluates or dispatches has one, and tells what it sees by itself, but for what was
//! given up, which is one list for all; what it has told is forgotten with it.

mod judgement;
mod line;

use std::collections::BTreeMap;
use std::time::Duration as StdDuration;

use async_trait::async_trait;
use domain::id::ChannelId;
use tokio::sync::Mutex;

use super::{Pace, Role};
use crate::app::App;
use crate::error::AppResult;
use crate::fitness::STORE_PATIENCE;
use crate::members::DISPATCHER;
use judgement::{Look, Memory};
use line::Line;

/// How often it looks.
const EVERY: StdDuration = StdDuration::from_secs(10);

/// The watch.
#[derive(Debug)]
pub struct Watch {
    app: App,
    state: Mutex<(Memory, Line)>,
}

impl Watch {
    /// A watch that has told nothing yet.
    pub fn new(app: App) -> Self {
        Self { app, state: Mutex::default() }
    }

    async fn look(&self) -> Look {
        let refusal = self.app.refusal().await;
        let tells = self.app.works_as("dispatcher") && self.app.is_first(DISPATCHER);
        let dead = if tells { self.dead().await } else { None };
        Look { at: self.app.now(), lag: self.app.lag(), refusal, dead }
    }

    async fn dead(&self) -> Option<BTreeMap<ChannelId, u64>> {
        let counts = tokio::time::timeout(STORE_PATIENCE, self.app.ports.outbox.counts()).await;
        Some(counts.ok()?.ok()?.dead_by_channel.into_iter().collect())
    }
}

#[async_trait]
impl Role for Watch {
    fn name(&self) -> &'static str {
        "watch"
    }

    fn rhythm(&self) -> StdDuration {
        EVERY
    }

    async fn run_once(&self) -> AppResult<Pace> {
        let (memory, line) = &mut *self.state.lock().await;
        line.learn(&self.app).await;
        let look = self.look().await;
        for word in memory.judge(&look, self.app.settings.evaluator_lag_max) {
            line.take(word);
        }
        Ok(line.tell(&self.app).await.map_or(Pace::Idle, Pace::Until))
    }
}
