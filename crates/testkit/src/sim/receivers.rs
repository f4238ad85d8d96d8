//! Channels with moods, which remember everything that reached them: two that hear of everything that names none, one
//! that keeps an alert for each incident, and one of either kind with quiet hours.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::Notice;
use app::channels::{ConfiguredChannel, Directory};
use app::ports::{Channel, ChannelKinds, Definitions, DeliveryError, Notifier, Parcel, Receipt};
use async_trait::async_trait;
use domain::id::DeliveryId;
use domain::{Duration, Problem};
use serde_json::Value;

use super::act::Mood;
use super::frail::Troubles;

/// A channel as it is set up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) name: &'static str,
    /// Whether it hears of what names no channel.
    pub(crate) is_default: bool,
    /// Whether it keeps an alert for each incident.
    pub(crate) keeps: bool,
    /// Whose wall clock, from and until which hour it wants to be left alone, and whether at weekends too.
    pub(crate) quiet: Option<(&'static str, i8, i8, bool)>,
}

/// The channels there are.
pub(crate) const PLACES: [Place; 5] = [
    Place { name: "slack", is_default: true, keeps: false, quiet: None },
    Place { name: "webhook", is_default: true, keeps: false, quiet: None },
    Place { name: "pager", is_default: false, keeps: true, quiet: None },
    Place { name: "mail", is_default: false, keeps: false, quiet: Some(("UTC", 22, 6, true)) },
    Place { name: "oncall", is_default: false, keeps: true, quiet: Some(("Europe/Riga", 20, 7, false)) },
];

/// The place of a channel's name.
pub(crate) fn place(name: &str) -> Option<&'static Place> {
    PLACES.iter().find(|place| place.name == name)
}

impl Place {
    fn channel(self) -> Channel {
        let quiet = self.quiet.map(|(zone, from, until, weekends)| {
            let days: &[&str] = if weekends { &[] } else { &["mon", "tue", "wed", "thu", "fri"] };
            let hours = serde_json::json!({
                "timezone": zone, "days": days,
                "from": format!("{from:02}:00:00"), "until": format!("{until:02}:00:00"),
            });
            serde_json::from_value(hours).expect("quiet hours")
        });
        Channel { keeps_incidents: self.keeps, quiet, ..Channel::new(self.name, "scripted", self.is_default) }
    }
}

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

    /// The directory of one process: what is switched off is known to the store.
    pub(crate) fn directory(&self, store: Arc<dyn Definitions>) -> Directory {
        let configured = PLACES.map(|place| ConfiguredChannel {
            channel: place.channel(),
            notifier: Arc::new(Receiver { channel: place.name.to_owned(), shared: self.shared.clone() }),
            shown: Value::Null,
            fingerprint: "as ever".to_owned(),
        });
        Directory::new(configured.to_vec(), Arc::new(NoKinds), store)
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

/// Nobody makes channels here: all of them are the configuration's.
struct NoKinds;

impl ChannelKinds for NoKinds {
    fn read(&self, _config: Value, _before: Option<&Value>) -> Result<Value, Vec<Problem>> {
        Err(vec![Problem::new("kind", "there are none")])
    }

    fn same(&self, one: &Value, other: &Value) -> bool {
        one == other
    }

    fn build(&self, _stored: &Value) -> Result<Arc<dyn Notifier>, String> {
        Err("there are none".to_owned())
    }

    fn shown(&self, _stored: &Value) -> Value {
        Value::Null
    }

    fn kind(&self, _stored: &Value) -> &'static str {
        "scripted"
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
            Mood::Broken => Err(DeliveryError::broken("the token is revoked")),
            Mood::Hangs => std::future::pending().await,
            Mood::Kills => {
                self.shared.moods().remove(&self.channel);
                self.shared.troubles.die("deliver").await
            }
        }
    }
}
