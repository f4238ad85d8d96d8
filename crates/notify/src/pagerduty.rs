//! PagerDuty: Events API v2. An incident of ours is an alert of theirs: told again it is triggered again under the same
//! key, and when it is over it is resolved, also where nobody needs to hear of it.
//!
//! What is told once and is over at once (a test, a stretch in which we could not see) is triggered and resolved in one
//! go, so that nothing of it stays open. PagerDuty takes events before it judges them: an accepted event can still be
//! dropped by the rules of the service.

mod answer;
mod event;

use app::ports::{DeliveryError, Notifier, Parcel, Receipt};
use async_trait::async_trait;
use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::channel::{ConfigError, Kit, base, usable};
use crate::http::Outgoing;
use crate::links::Links;
use crate::secret::Secret;
use crate::target::Target;

pub use event::{Event, Payload, events};

/// Which of PagerDuty's service regions an account lives in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// `events.pagerduty.com`.
    #[default]
    Us,
    /// `events.eu.pagerduty.com`.
    Eu,
}

impl Region {
    const fn url(self) -> &'static str {
        match self {
            Self::Us => "https://events.pagerduty.com",
            Self::Eu => "https://events.eu.pagerduty.com",
        }
    }
}

/// How a PagerDuty channel is configured.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PagerdutyConfig {
    /// The integration key of an Events API v2 integration: 32 letters and digits.
    pub routing_key: Secret,
    /// Where the account lives.
    #[serde(default)]
    pub region: Region,
    /// Another place than the region's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_url: Option<Target>,
}

impl PagerdutyConfig {
    pub(crate) fn secrets(&self) -> Vec<(&'static str, String)> {
        let mut secrets = vec![("routing_key", self.routing_key.expose().to_owned())];
        secrets.extend(self.api_url.iter().map(|target| ("api_url", target.url().to_string())));
        secrets
    }
}

/// Delivers to one integration of PagerDuty.
#[derive(Debug)]
pub struct Pagerduty {
    outgoing: Outgoing,
    base: Target,
    routing_key: Secret,
    links: Option<Links>,
}

impl Pagerduty {
    /// Checks the configuration; sends nothing.
    pub fn new(kit: &Kit, config: &PagerdutyConfig) -> Result<Self, ConfigError> {
        let key = usable("routing_key", &config.routing_key)?;
        if key.len() != 32 || !key.bytes().all(|c| c.is_ascii_alphanumeric()) {
            return Err(ConfigError::field(
                "routing_key",
                &"must be an integration key of 32 letters and digits",
            ));
        }
        Ok(Self {
            outgoing: kit.outgoing.clone(),
            base: base(config.api_url.as_ref(), config.region.url())?,
            routing_key: config.routing_key.clone(),
            links: kit.links.clone(),
        })
    }
}

/// An event as it is sent: with the key.
#[derive(Serialize)]
struct Signed<'a> {
    routing_key: &'a str,
    #[serde(flatten)]
    event: &'a Event,
}

impl Pagerduty {
    async fn send(&self, event: &Event, now: domain::Instant) -> Result<(), DeliveryError> {
        let signed = Signed { routing_key: self.routing_key.expose(), event };
        let body =
            serde_json::to_vec(&signed).map_err(|_| DeliveryError::permanent("the message is no json"))?;
        let answer = self.outgoing.post_json(self.base.join("v2/enqueue"), HeaderMap::new(), body).await?;
        let meaning = |refusal: &_| answer::meaning(refusal, self.routing_key.expose());
        answer.accepted_unless(now, meaning).await.map(drop)
    }
}

#[async_trait]
impl Notifier for Pagerduty {
    async fn deliver(&self, parcel: &Parcel<'_>) -> Result<Receipt, DeliveryError> {
        let events = events(parcel.notice, parcel.now, self.links.as_ref());
        for event in &events {
            self.send(event, parcel.now).await?;
        }
        let done: Vec<_> = events.iter().map(Event::action).collect();
        let key = events.first().map_or("", Event::dedup_key);
        Ok(Receipt { answer: format!("{} {key}", done.join(" and ")) })
    }

    /// Resolves what is not open: PagerDuty drops that, but refuses a key that it does not know.
    async fn check(&self) -> Result<Receipt, DeliveryError> {
        self.send(&Event::resolve("punctual-check".to_owned()), crate::http::NO_TIME).await?;
        Ok(Receipt { answer: "pagerduty takes events with this routing key".to_owned() })
    }

    fn keeps_incidents(&self) -> bool {
        true
    }
}
