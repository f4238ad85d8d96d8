//! A channel whose receiver refuses us for good is switched off, and someone is told by another one.

use crate::app::App;
use crate::error::AppResult;
use crate::notice::{Notice, Trouble, TroubleKind};
use crate::ports::{Delivery, Reach};

impl App {
    /// Switches the channel of a delivery off, and tells the project by its other channels. Done again, as after a death
    /// half way, it completes what was begun and repeats nothing.
    pub(crate) async fn switch_channel_off(
        &self,
        delivery: &Delivery,
        reached: &Reach,
        reason: &str,
    ) -> AppResult<()> {
        let (now, project, channel) = (self.now(), &delivery.project, &delivery.channel);
        let Some(off) = self.ports.channels.switch_off(project, channel, reached, reason, now).await? else {
            return Ok(());
        };
        let (since, reason) = (off.at, off.reason);
        if since == now {
            tracing::error!(%channel, reason, "the channel is switched off: its receiver refuses us for good");
        }
        let what = TroubleKind::ChannelDisabled { channel: channel.clone(), name: off.name, reason };
        let trouble = Trouble { project: delivery.project.clone(), since, at: now, what, over: false };
        self.ports.outbox.post(Notice::Trouble(trouble)).await?;
        self.signals.router.notify_one();
        Ok(())
    }
}
