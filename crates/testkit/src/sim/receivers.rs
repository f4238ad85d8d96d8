//! Channels with moods, which remember everything that reached them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::Notice;
use app::ports::{Channel, ChannelDirectory, DeliveryError, Notifier, Parcel, Reach, Receipt, StoreResult};
use async_trait::async_trait;
use domain::id::{ChannelId, DeliveryId};
use domain::{Duration, ProjectId};

use super::act::Mood;
use super::frail::Troubles;

/// The channels there are: the first two hear of everything that names no channel.
pub(crate) const CHANNELS: [&str; 3] = ["slack", "webhook", "pager"];
const DEFAULTS: usize = 2;

/// All channels of a simulation. Outlive the server: they are other people's.
#[derive(Debug)]
pub(crate) struct Receivers {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    moods: Mutex<BTreeMap<String, Mood>>,
    arrivals: Mutex<Vec<Arrived>>,
    troubles: Arc<Troubles>,
}

/// One message that reached a receiver, whatever it then said.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) channel: String,
    pub(crate) delivery: DeliveryId,
    pub(crate) notice: Notice,
    pub(crate) mood: Mood,
}

impl Arrived {
    /// Whether the receiver has the message.
    pub(crate) const fn is_taken(&self) -> bool {
        matches!(self.mood, Mood::Takes | Mood::Lies | Mood::Kills)
    }
}

impl Receivers {
    pub(crate) fn new(troubles: Arc<Troubles>) -> Self {
        let shared = Shared { moods: Mutex::default(), arrivals: Mutex::default(), troubles };
        Self { shared: Arc::new(shared) }
    }

    pub(crate) fn set(&self, channel: &str, mood: Mood) {
        self.shared.moods().insert(channel.to_owned(), mood);
    }

    pub(crate) fn heal(&self) {
        self.shared.moods().clear();
    }

    /// What arrived since so many messages.
    pub(crate) fn since(&self, known: usize) -> Vec<Arrived> {
        self.shared.arrivals().get(known..).unwrap_or_default().to_vec()
    }
}

impl Shared {
    fn moods(&self) -> MutexGuard<'_, BTreeMap<String, Mood>> {
        self.moods.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn arrivals(&self) -> MutexGuard<'_, Vec<Arrived>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mood(&self, channel: &str) -> Mood {
        self.moods().get(channel).copied().unwrap_or(Mood::Takes)
    }
}

#[async_trait]
impl ChannelDirectory for Receivers {
    async fn channels(&self, _project: &ProjectId) -> StoreResult<Vec<Channel>> {
        let listed =
            CHANNELS.iter().enumerate().map(|(place, name)| Channel::new(name, "scripted", place < DEFAULTS));
        Ok(listed.collect())
    }

    async fn reach(&self, _project: &ProjectId, channel: &ChannelId) -> StoreResult<Reach> {
        let receiver = Receiver { channel: channel.as_str().to_owned(), shared: self.shared.clone() };
        Ok(Reach::Ready(Arc::new(receiver)))
    }
}

struct Receiver {
    channel: String,
    shared: Arc<Shared>,
}

#[async_trait]
impl Notifier for Receiver {
    async fn deliver(&self, parcel: &Parcel<'_>) -> Result<Receipt, DeliveryError> {
        let mood = self.shared.mood(&self.channel);
        self.shared.arrivals().push(Arrived {
            channel: self.channel.clone(),
            delivery: parcel.delivery.clone(),
            notice: parcel.notice.clone(),
            mood,
        });
        match mood {
            Mood::Takes => Ok(Receipt { answer: "taken".to_owned() }),
            Mood::Stalls | Mood::Lies => Err(DeliveryError::transient("busy")),
            Mood::Throttles => {
                let retry_after = Some(Duration::from_minutes(10));
                Err(DeliveryError::Transient { reason: "slow down".to_owned(), retry_after })
            }
            Mood::Refuses => Err(DeliveryError::permanent("gone")),
            Mood::Hangs => std::future::pending().await,
            Mood::Kills => {
                self.shared.moods().remove(&self.channel);
                self.shared.troubles.die("deliver").await
            }
        }
    }
}
