//! Channels: which there are, and the one thing each can do.

use std::sync::Arc;

use async_trait::async_trait;
use domain::id::{ChannelId, DeliveryId};
use domain::{Duration, Instant, Problem, ProjectId, QuietHours};
use serde_json::Value;

use super::{BoardPoster, StoreResult};
use crate::channels::Directory;
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
    /// As [`Notifier::keeps_incidents`].
    pub keeps_incidents: bool,
    /// When it holds messages back.
    pub quiet: Option<QuietHours>,
    /// Why it is switched off, where it is.
    pub disabled: Option<String>,
}

impl Channel {
    /// A channel that is switched on, has no quiet hours and only shows messages.
    pub fn new(id: &str, kind: &'static str, is_default: bool) -> Self {
        Self {
            id: ChannelId::trusted(id),
            name: id.to_owned(),
            kind,
            is_default,
            keeps_incidents: false,
            quiet: None,
            disabled: None,
        }
    }

    /// Whether that is its name or its id.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.id.as_str() == name
    }
}

/// How a channel was switched off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwitchedOff {
    /// What people call it.
    pub name: String,
    /// What its receiver said.
    pub reason: String,
    /// When.
    pub at: Instant,
}

/// What stands behind a channel's id.
#[derive(Clone)]
pub enum Reach {
    /// What delivers to it.
    Ready(Arc<dyn Notifier>),
    /// It is switched off, and why.
    Off(String),
    /// There is none any more.
    Gone,
}

impl Reach {
    /// Whether nothing has changed between the two: what delivers is the very same, or nothing does.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Ready(one), Self::Ready(two)) => std::ptr::addr_eq(Arc::as_ptr(one), Arc::as_ptr(two)),
            (Self::Off(_), Self::Off(_)) | (Self::Gone, Self::Gone) => true,
            _ => false,
        }
    }
}

impl std::fmt::Debug for Reach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ready(_) => "Ready",
            Self::Off(_) => "Off",
            Self::Gone => "Gone",
        })
    }
}

/// Which channels there are.
#[async_trait]
pub trait ChannelDirectory: Send + Sync {
    /// The channels of a project, at most 1000.
    async fn channels(&self, project: &ProjectId) -> StoreResult<Vec<Channel>>;

    /// What delivers to a channel.
    async fn reach(&self, project: &ProjectId, channel: &ChannelId) -> StoreResult<Reach>;

    /// Switches a channel off because its receiver refuses us for good; answers how it is off now. One that was switched
    /// off before stays as it was, and so does one that is reached otherwise by now: that was not refused.
    async fn switch_off(
        &self,
        _project: &ProjectId,
        _channel: &ChannelId,
        _reached: &Reach,
        _reason: &str,
        _at: Instant,
    ) -> StoreResult<Option<SwitchedOff>> {
        Ok(None)
    }

    /// The directory whose channels people can make and change, where it is one.
    fn directory(&self) -> Option<&Directory> {
        None
    }
}

/// The kinds of channels there are, and what a configuration of one means. Secrets leave here sealed or masked.
pub trait ChannelKinds: Send + Sync {
    /// Checks what people gave (`kind` and its fields) and answers it as it is stored. A secret that is given as it is
    /// shown of `before` stays what it is. Each problem names its field; none quotes a secret.
    fn read(&self, config: Value, before: Option<&Value>) -> Result<Value, Vec<Problem>>;

    /// Whether two stored configurations mean the same, secrets and all.
    fn same(&self, one: &Value, other: &Value) -> bool;

    /// What delivers to a stored configuration, or why nothing can.
    fn build(&self, stored: &Value) -> Result<Arc<dyn Notifier>, String>;

    /// A stored configuration for people, secrets masked.
    fn shown(&self, stored: &Value) -> Value;

    /// The kind of a stored configuration.
    fn kind(&self, stored: &Value) -> &'static str;
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
