//! Somebody outside who notices when we fall silent: an address that is asked for, as monitors of cron jobs offer it.

use std::time::Duration;

use app::ports::{DeliveryError, Outsider, Receipt};
use async_trait::async_trait;
use reqwest::header::HeaderMap;

use crate::http::{Limits, NO_TIME, Outgoing, OutgoingError, PrivateTargets};
use crate::target::Target;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Somebody outside with an address of the web.
#[derive(Debug)]
pub struct HttpOutsider {
    outgoing: Outgoing,
    target: Target,
}

impl HttpOutsider {
    /// With a client of its own, for it waits less long than channels do.
    pub fn new(targets: PrivateTargets, target: Target) -> Result<Self, OutgoingError> {
        let limits = Limits { total: PATIENCE, ..Limits::default() };
        Ok(Self { outgoing: Outgoing::with_limits(targets, limits)?, target })
    }
}

#[async_trait]
impl Outsider for HttpOutsider {
    async fn hear(&self) -> Result<Receipt, DeliveryError> {
        let answer = self.outgoing.get(self.target.url().clone(), HeaderMap::new()).await?;
        let answer = answer.accepted(NO_TIME)?;
        Ok(Receipt { answer: format!("status {}", answer.status()) })
    }
}
