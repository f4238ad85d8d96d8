//! Trying a channel out: a message that says so, at once and past the queue; and switching it on again.

use std::time::Duration as StdDuration;

use domain::id::DeliveryId;

use crate::app::App;
use crate::caller::Caller;
use crate::error::AppResult;
use crate::notice::{Notice, Test};
use crate::ports::{DeliveryError, Parcel, Reach, Role};

/// How long a receiver may take to answer.
pub(super) const PATIENCE: StdDuration = StdDuration::from_secs(25);

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Whether the receiver has the message.
    pub delivered: bool,
    /// What it said, or what is wrong, in words.
    pub answer: String,
}

impl App {
    /// Sends a test message to a channel and says what came of it. A channel that was switched off and takes it is
    /// switched on again.
    pub async fn test_channel(&self, caller: &Caller, id: &str) -> AppResult<Trial> {
        caller.must_be(Role::Admin)?;
        let known = self.channel_known(caller, id).await?;
        let directory = self.directory()?;
        let notifier = match &known.reach {
            Reach::Ready(notifier) => notifier.clone(),
            Reach::Off(_) | Reach::Gone => match directory.rebuilt(&known) {
                Ok(notifier) => notifier,
                Err(problem) => return Ok(Trial { delivered: false, answer: problem }),
            },
        };
        let now = self.now();
        let (project, by) = (caller.project.clone(), caller.actor.clone());
        let notice = Notice::Test(Test { project, channel: known.channel.name.clone(), by, at: now });
        let delivery = DeliveryId::trusted(format!("{}.{}", notice.id(), known.channel.id));
        let parcel = Parcel { delivery: &delivery, notice: &notice, now };
        let trial = match tokio::time::timeout(PATIENCE, notifier.deliver(&parcel)).await {
            Ok(Ok(receipt)) => Trial { delivered: true, answer: receipt.answer },
            Ok(Err(error)) => Trial { delivered: false, answer: said(&error) },
            Err(_) => Trial { delivered: false, answer: "the receiver did not answer in time".to_owned() },
        };
        if trial.delivered && known.off_at.is_some() {
            let audit = caller.audit(now, "channel.enable", known.channel.id.as_str(), "a test was taken");
            directory.put_state(&caller.project, &known, None, audit).await?;
        }
        Ok(trial)
    }

    /// Switches a channel on again that was switched off because its receiver refused us.
    pub async fn enable_channel(&self, caller: &Caller, id: &str) -> AppResult<()> {
        caller.must_be(Role::Admin)?;
        let known = self.channel_known(caller, id).await?;
        let audit = caller.audit(self.now(), "channel.enable", known.channel.id.as_str(), "");
        self.directory()?.put_state(&caller.project, &known, None, audit).await?;
        self.signals.dispatcher.notify_one();
        Ok(())
    }
}

fn said(error: &DeliveryError) -> String {
    match error {
        DeliveryError::Transient { reason, .. } => format!("{reason}; it may work later"),
        DeliveryError::Permanent { reason } | DeliveryError::Broken { reason } => reason.clone(),
    }
}
