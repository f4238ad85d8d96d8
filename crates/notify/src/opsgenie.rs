//! Opsgenie: the Alert API. An incident of ours is an alert of theirs, its alias our incident: told again it is counted
//! there, and when it is over it is closed, also where nobody needs to hear of it.
//!
//! What is told once and is over at once (a test, a stretch in which we could not see) is created and closed in one
//! go. Opsgenie takes requests before it carries them out: an accepted one can still come to nothing, which its logs
//! tell. [`crate::jira_service_management`] speaks the same language at another place.

mod alert;
mod api;

use app::ports::{DeliveryError, Notifier, Parcel, Receipt};
use app::{Effect, Notice};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::channel::{ConfigError, Kit, base};
use crate::key::fitted;
use crate::links::Links;
use crate::render::telling;
use crate::secret::Secret;
use crate::target::Target;

pub use alert::{Close, Create, close, create};

pub(crate) use api::Api;

/// Most characters of an alias.
const ALIAS_CHARS: usize = 512;
/// Most responders and tags that a channel can add.
const RESPONDERS_MAX: usize = 50;
const TAGS_MAX: usize = 10;

/// Which of Opsgenie's service regions an account lives in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// `api.opsgenie.com`.
    #[default]
    Us,
    /// `api.eu.opsgenie.com`.
    Eu,
}

impl Region {
    const fn url(self) -> &'static str {
        match self {
            Self::Us => "https://api.opsgenie.com",
            Self::Eu => "https://api.eu.opsgenie.com",
        }
    }
}

/// How an Opsgenie channel is configured.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpsgenieConfig {
    /// The key of an API integration that may create and update alerts.
    pub api_key: Secret,
    /// Where the account lives.
    #[serde(default)]
    pub region: Region,
    /// Another place than the region's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_url: Option<Target>,
    /// Who is called, where the integration does not say; at most 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub responders: Vec<Responder>,
    /// Tags of every alert, at most 10, each at most 50 characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// Who is called. One of `id`, `name` and `username` says which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Responder {
    /// What it is.
    pub r#type: ResponderType,
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its name: of a team, an escalation or a schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its address: of a user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
}

/// What can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponderType {
    /// A team.
    Team,
    /// One person.
    User,
    /// An escalation.
    Escalation,
    /// Whoever is on call.
    Schedule,
}

impl OpsgenieConfig {
    pub(crate) fn secrets(&self) -> Vec<(&'static str, String)> {
        let mut secrets = vec![("api_key", self.api_key.expose().to_owned())];
        secrets.extend(self.api_url.iter().map(|target| ("api_url", target.url().to_string())));
        secrets
    }
}

/// What every alert of a channel has.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    responders: Vec<Responder>,
    tags: Vec<String>,
}

impl Extras {
    pub(crate) fn checked(responders: &[Responder], tags: &[String]) -> Result<Self, ConfigError> {
        let named = |responder: &Responder| {
            [&responder.id, &responder.name, &responder.username].into_iter().flatten().count() == 1
        };
        if responders.len() > RESPONDERS_MAX || !responders.iter().all(named) {
            let problem = "must be at most 50, each with one of id, name and username";
            return Err(ConfigError::field("responders", &problem));
        }
        if tags.len() > TAGS_MAX || tags.iter().any(|tag| tag.is_empty() || tag.chars().count() > 50) {
            return Err(ConfigError::field("tags", &"must be at most 10, each of 1 to 50 characters"));
        }
        Ok(Self { responders: responders.to_vec(), tags: tags.to_vec() })
    }
}

/// Delivers to one integration of Opsgenie's, or of what speaks its language.
#[derive(Debug)]
pub struct Opsgenie {
    api: Api,
    extras: Extras,
    links: Option<Links>,
}

impl Opsgenie {
    /// Checks the configuration; sends nothing.
    pub fn new(kit: &Kit, config: &OpsgenieConfig) -> Result<Self, ConfigError> {
        let base = base(config.api_url.as_ref(), config.region.url())?;
        let api = Api::new(kit.outgoing.clone(), base, &config.api_key, "opsgenie")?;
        Ok(Self::at(kit, api, Extras::checked(&config.responders, &config.tags)?))
    }

    pub(crate) fn at(kit: &Kit, api: Api, extras: Extras) -> Self {
        Self { api, extras, links: kit.links.clone() }
    }

    async fn open(&self, parcel: &Parcel<'_>, alias: &str) -> Result<String, DeliveryError> {
        let told = telling(parcel.notice, parcel.now, self.links.as_ref());
        let body = create(parcel.notice, &told, alias, &self.extras);
        self.api.create(&body, parcel.now).await
    }

    async fn close(&self, parcel: &Parcel<'_>, alias: &str) -> Result<String, DeliveryError> {
        let told = telling(parcel.notice, parcel.now, self.links.as_ref());
        self.api.close(alias, &close(&told), parcel.now).await
    }
}

/// The alias of a notice.
pub(crate) fn alias(notice: &Notice) -> String {
    fitted(&notice.thread(), ALIAS_CHARS)
}

#[async_trait]
impl Notifier for Opsgenie {
    async fn deliver(&self, parcel: &Parcel<'_>) -> Result<Receipt, DeliveryError> {
        let alias = alias(parcel.notice);
        let answer = match parcel.notice.effect() {
            Effect::Open => self.open(parcel, &alias).await?,
            Effect::Close => self.close(parcel, &alias).await?,
            Effect::Tell => {
                self.open(parcel, &alias).await?;
                self.close(parcel, &alias).await?
            }
        };
        Ok(Receipt { answer })
    }

    /// Closes what is not open: nothing comes of it, but a key that is not known is refused.
    async fn check(&self) -> Result<Receipt, DeliveryError> {
        self.api
            .close("punctual-check", &Close::new("punctual checks the key"), crate::http::NO_TIME)
            .await?;
        Ok(Receipt { answer: format!("{} takes requests with this key", self.api.name()) })
    }

    fn keeps_incidents(&self) -> bool {
        true
    }
}
