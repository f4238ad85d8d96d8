//! Keeps this instance known to the others, and looks who they are. Wakes the other roles when what is ours changes.

use std::time::Duration as StdDuration;

use async_trait::async_trait;

use super::{Pace, Role};
use crate::app::App;
use crate::error::AppResult;

/// The keeper of our membership. The application has joined.
#[derive(Debug)]
pub struct Membership(pub App);

#[async_trait]
impl Role for Membership {
    fn name(&self) -> &'static str {
        "membership"
    }

    fn rhythm(&self) -> StdDuration {
        self.0.membership_rhythm()
    }

    async fn run_once(&self) -> AppResult<Pace> {
        self.0.keep_membership().await?;
        Ok(Pace::Idle)
    }
}
