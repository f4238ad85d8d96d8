//! Discord: a message with an embed, posted to a webhook of a channel. It calls nobody: no mention in it does anything.
//!
//! Discord knows no key by which a repeat would be recognised, so a message can come twice after a crash in the middle
//! of a request.

mod embed;
mod escape;

use std::sync::Arc;
use std::time::Duration;

use app::ports::{DeliveryError, Notifier, Parcel, Receipt};
use async_trait::async_trait;
use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::channel::{ConfigError, Kit};
use crate::http::{NO_TIME, Outgoing, Refusal};
use crate::links::Links;
use crate::pace::Pace;
use crate::people::nothing_to_say;
use crate::target::Hook;

pub use embed::{Message, message};

/// The least time between two messages to one address: Discord takes five in two seconds, and bounds minutes besides.
const PACE: Duration = Duration::from_secs(1);

/// How a Discord channel is configured.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscordConfig {
    /// The address of the webhook, `https://discord.com/api/webhooks/…`; a secret. `?thread_id=` leads to a thread.
    pub url: Hook,
    /// The name that messages come under, where not the webhook's own; 1 to 80 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
}

impl DiscordConfig {
    pub(crate) fn secrets(&self) -> Vec<(&'static str, String)> {
        vec![("url", self.url.url().to_string())]
    }
}

/// Delivers to one webhook of Discord's.
#[derive(Debug)]
pub struct Discord {
    outgoing: Outgoing,
    url: Hook,
    username: Option<String>,
    links: Option<Links>,
    pace: Arc<Pace>,
}

impl Discord {
    /// Checks the configuration; sends nothing.
    pub fn new(kit: &Kit, config: &DiscordConfig) -> Result<Self, ConfigError> {
        if config.username.as_deref().is_some_and(|name| !is_name(name)) {
            let problem = "must have 1 to 80 characters, without 'clyde' and 'discord'";
            return Err(ConfigError::field("username", &problem));
        }
        Ok(Self {
            outgoing: kit.outgoing.clone(),
            url: config.url.clone(),
            username: config.username.clone(),
            links: kit.links.clone(),
            pace: kit.paces.of(&format!("discord {}", config.url.url()), PACE),
        })
    }
}

/// What Discord takes as a name.
fn is_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    (1..=80).contains(&name.trim().encode_utf16().count())
        && !["clyde", "discord"].iter().any(|taken| lower.contains(taken))
}

/// `{"code": 10015, "message": "Unknown Webhook"}`; of too many requests `{"retry_after": 1.5, …}`.
fn meaning(refusal: &Refusal) -> Option<DeliveryError> {
    let body = refusal.json();
    let broken = |why: &str| Some(DeliveryError::broken(format!("discord refuses: {why}")));
    match (body["code"].as_u64(), refusal.status()) {
        (Some(10_015), _) => broken("the webhook is gone"),
        (Some(50_027), _) => broken("the token in the address is not valid"),
        (Some(10_003), _) => broken("the channel or thread is gone"),
        (Some(50_001 | 50_013), _) => broken("the webhook may not post there"),
        (Some(50_083), _) => broken("the thread is archived"),
        (Some(220_001), _) => broken("the channel is a forum: give the address a thread_id"),
        (_, 401 | 404 | 410) => Some(DeliveryError::broken(refusal.reason(Some("the webhook is gone")))),
        (_, 429) => {
            let seconds = body["retry_after"].as_f64().filter(|seconds| (0.0..86_400.0).contains(seconds));
            let asked =
                seconds.map(|seconds| domain::Duration::from_millis((seconds * 1000.0).ceil() as i64));
            let reason = refusal.reason(None);
            Some(DeliveryError::Transient { reason, retry_after: refusal.retry_after().or(asked) })
        }
        (Some(code), 400) => Some(DeliveryError::permanent(format!("discord refuses the message: {code}"))),
        _ => None,
    }
}

#[async_trait]
impl Notifier for Discord {
    async fn deliver(&self, parcel: &Parcel<'_>) -> Result<Receipt, DeliveryError> {
        let (name, links) = (self.username.as_deref(), self.links.as_ref());
        let Some(message) = message(parcel.notice, parcel.now, name, links) else {
            return Ok(nothing_to_say());
        };
        let body =
            serde_json::to_vec(&message).map_err(|_| DeliveryError::permanent("the message is no json"))?;
        let mut url = self.url.url().clone();
        // Else a message that is not kept would be a success.
        url.query_pairs_mut().append_pair("wait", "true");
        self.pace.turn().await.map_err(|crowded| crowded.at("discord channel"))?;
        let answer = self.outgoing.post_json(url, HeaderMap::new(), body).await?;
        let answer = answer.accepted_unless(parcel.now, meaning).await?;
        // It has the message, even if its answer breaks off.
        let body = answer.body().await.unwrap_or_default();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        let id = body["id"].as_str().filter(|id| id.len() <= 20 && id.bytes().all(|c| c.is_ascii_digit()));
        Ok(Receipt { answer: format!("message {}", id.unwrap_or("without an id")) })
    }

    /// Reads the webhook, which whoever knows its address may.
    async fn check(&self) -> Result<Receipt, DeliveryError> {
        let mut url = self.url.url().clone();
        url.set_query(None);
        let answer = self.outgoing.get(url, HeaderMap::new()).await?;
        let answer = answer.accepted_unless(NO_TIME, meaning).await?;
        let body: serde_json::Value = serde_json::from_slice(&answer.body().await?).unwrap_or_default();
        if body["channel_id"].is_null() {
            return Err(DeliveryError::broken("what answers at this address is no webhook of a channel"));
        }
        Ok(Receipt { answer: "discord knows the webhook".to_owned() })
    }
}

#[cfg(test)]
mod tests;
