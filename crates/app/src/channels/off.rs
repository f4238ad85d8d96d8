//! A channel whose receiver refuses us for good is switched off, and someone is told by another one.

use crate::app::App;
use crate::error::AppResult;
use crate::notice::{Notice, Trouble, TroubleKind};
use crate::ports::Delivery;

impl App {
    /// Switches the channel of a delivery off, and tells the project by its other channels.
    pub(crate) async fn switch_channel_off(&self, delivery: &Delivery, reason: &str) -> AppResult<()> {
        let (now, channel) = (self.now(), &delivery.channel);
        let Some(name) = self.ports.channels.switch_off(&delivery.project, channel, reason, now).await?
        else {
            return Ok(());
        };
        tracing::error!(%channel, reason, "the channel is switched off: its receiver refuses us for good");
        let what = TroubleKind::ChannelDisabled { channel: channel.clone(), name, reason: reason.to_owned() };
        let project = delivery.project.clone();
        let trouble = Trouble { project, since: now, at: now, what, over: false };
        self.ports.outbox.post(Notice::Trouble(trouble)).await?;
        self.signals.router.notify_one();
        Ok(())
    }
}
