//! Deliveries for those who look after them: which there are, and sending dead ones again. Notices speak of every
//! service, so only an administrator sees them, and only those of its own project.

use std::collections::BTreeMap;

use domain::id::{ChannelId, DeliveryId};

use crate::app::App;
use crate::caller::Caller;
use crate::error::{AppError, AppResult};
use crate::ports::{Delivery, DeliveryQuery, OutboxCounts, Page, Role};

impl App {
    /// A page of the project's deliveries, newest first.
    pub async fn deliveries(&self, caller: &Caller, query: &DeliveryQuery) -> AppResult<Page<Delivery>> {
        caller.must_be(Role::Admin)?;
        Ok(self.ports.outbox.deliveries(&caller.project, query).await?)
    }

    /// Sends a dead delivery again: its day of trying begins anew.
    pub async fn retry_delivery(&self, caller: &Caller, id: &DeliveryId) -> AppResult<()> {
        caller.must_be(Role::Admin)?;
        if !self.ports.outbox.retry(&caller.project, id, self.now()).await? {
            return Err(AppError::NotFound { what: "dead delivery", id: id.to_string() });
        }
        self.signals.dispatcher.notify_one();
        tracing::info!(delivery = %id, actor = caller.actor, "a dead delivery is sent again");
        Ok(())
    }

    /// Whether each channel is switched off, over all projects: for metrics.
    pub async fn channels_disabled(&self) -> AppResult<BTreeMap<ChannelId, bool>> {
        let mut states = BTreeMap::new();
        for project in self.ports.access.projects().await? {
            let channels = self.ports.channels.channels(&project.id).await?;
            states.extend(channels.into_iter().map(|it| (it.id, it.disabled.is_some())));
        }
        Ok(states)
    }

    /// How many incidents are open, over all projects: for metrics.
    pub async fn open_incidents(&self) -> AppResult<u64> {
        Ok(self.ports.incidents.open_incidents().await?)
    }

    /// How full the outbox is, over all projects: for metrics.
    pub async fn outbox_counts(&self) -> AppResult<OutboxCounts> {
        Ok(self.ports.outbox.counts().await?)
    }
}
