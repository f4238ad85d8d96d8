//! Forgets who has been quiet: what keeps rate limits and failed attempts within bounds.

use std::time::Duration;

use app::AppResult;
use app::roles::{Pace, Role};
use async_trait::async_trait;

use crate::state::WebState;

/// The sweeper. Hire one for each state.
#[derive(Debug)]
pub struct Sweeper(pub WebState);

#[async_trait]
impl Role for Sweeper {
    fn name(&self) -> &'static str {
        "sweeper"
    }

    fn rhythm(&self) -> Duration {
        Duration::from_mins(1)
    }

    async fn run_once(&self) -> AppResult<Pace> {
        self.0.limits().sweep();
        self.0.attempts().sweep(self.0.app().ports().clock.monotonic());
        Ok(Pace::Idle)
    }
}
