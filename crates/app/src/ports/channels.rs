//! Channels: which there are, and the one thing each can do.

use std::sync::Arc;

use async_trait::async_trait;
use domain::id::{ChannelId, DeliveryId};
use domain::{Duration, Instant, ProjectId};

use super::{BoardPoster, StoreResult};
use crate::notice::Notice;

/// A place that alerts can go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// What people call it: how a scheduler names it.
    pub name: String,
    /// Which kind: `slack`, `webhook` …
    pub kind: &'static str,
    /// Whether schedulers that name no channel are told here.
    pub is_default: bool,
}

/// Which channels there are.
#[async_trait]
pub trait ChannelDirectory: Send + Sync {
    /// The channels of a project, at most 1000.
    async fn channels(&self, project: &ProjectId) -> StoreResult<Vec<Channel>>;

    /// What delivers to a channel; `None` where it is gone or switched off.
    async fn notifier(&self, channel: &ChannelId) -> StoreResult<Option<Arc<dyn Notifier>>>;
}

/// What carries a message to one receiver.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Tries once. Ends within 30 s, follows no redirect, and reads a bounded answer. The incident's id is the
    /// receiver's key where it knows one; the delivery's id makes a repeat recognisable.
    async fn deliver(&self, parcel: &Parcel<'_>) -> Result<Receipt, DeliveryError>;

    /// Asks the receiver whether it would take messages, without telling anybody anything: is the token good, does the
    /// place exist, does the server answer. What cannot be asked counts as good.
    async fn check(&self) -> Result<Receipt, DeliveryError> {
        Ok(Receipt { answer: "this receiver cannot be asked without a message".to_owned() })
    }

    /// Whether the receiver keeps an alert for each incident, joins repeats to it and closes it (`PagerDuty`, `Opsgenie`).
    /// Where it does not, it only shows messages (Slack, e-mail).
    fn keeps_incidents(&self) -> bool {
        false
    }

    /// What shows boards there; `None` where the receiver cannot change what it has shown.
    fn boards(&self) -> Option<&dyn BoardPoster> {
        None
    }
}

/// One message for one receiver.
#[derive(Clone, Copy, Debug)]
pub struct Parcel<'a> {
    /// The delivery's id: the same at every attempt.
    pub delivery: &'a DeliveryId,
    /// What to say.
    pub notice: &'a Notice,
    /// The time of the attempt.
    pub now: Instant,
}

/// The receiver's word that it has the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// What it said, in short, without secrets: a message's id, a status.
    pub answer: String,
}

/// Why a message did not arrive. What to do next can be read from the type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// It may work later: try again.
    #[error("{reason}")]
    Transient {
        /// In short, without secrets.
        reason: String,
        /// Not before so long, where the receiver said so.
        retry_after: Option<Duration>,
    },
    /// This message will never arrive as it is; another may.
    #[error("{reason}")]
    Permanent {
        /// In short, without secrets.
        reason: String,
    },
    /// No message will ever arrive there until someone mends the channel: its token is revoked, its place is gone.
    #[error("{reason}")]
    Broken {
        /// In short, without secrets.
        reason: String,
    },
}

impl DeliveryError {
    /// A failure that may pass.
    pub fn transient(reason: impl Into<String>) -> Self {
        Self::Transient { reason: reason.into(), retry_after: None }
    }

    /// A failure that stays.
    pub fn permanent(reason: impl Into<String>) -> Self {
        Self::Permanent { reason: reason.into() }
    }

    /// A failure of the channel as a whole.
    pub fn broken(reason: impl Into<String>) -> Self {
        Self::Broken { reason: reason.into() }
    }
}
