//! Microsoft Teams: a message with an Adaptive Card, posted to the address of a workflow ("Post to a channel when a webhook
//! request is received"). The incoming webhooks of Office 365 connectors take the same message.
//!
//! Teams knows no key by which a repeat would be recognised, so a message can come twice after a crash in the middle of
//! a request. A workflow takes requests before it carries them out: an accepted one can still fail, which its runs tell.
//! An address cannot be tried without a message, so it is not.

mod card;

use std::sync::Arc;
use std::time::Duration;

use app::ports::{DeliveryError, Notifier, Parcel, Receipt};
use async_trait::async_trait;
use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::channel::{ConfigError, Kit};
use crate::http::{Outgoing, Refusal};
use crate::links::Links;
use crate::pace::Pace;
use crate::people::{need_not_hear, nothing_to_say};
use crate::target::Hook;

pub use card::{BYTES_MAX, card};

/// The least time between two messages to one address: Teams takes four a second.
const PACE: Duration = Duration::from_millis(500);

/// How a Teams channel is configured.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamsConfig {
    /// The address of the workflow; a secret.
    pub url: Hook,
}

impl TeamsConfig {
    pub(crate) fn secrets(&self) -> Vec<(&'static str, String)> {
        vec![("url", self.url.url().to_string())]
    }
}

/// Delivers to one workflow.
#[derive(Debug)]
pub struct Teams {
    outgoing: Outgoing,
    url: Hook,
    links: Option<Links>,
    pace: Arc<Pace>,
}

impl Teams {
    /// Sends nothing.
    pub fn new(kit: &Kit, config: &TeamsConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            outgoing: kit.outgoing.clone(),
            url: config.url.clone(),
            links: kit.links.clone(),
            pace: kit.paces.of(&format!("teams {}", config.url.url()), PACE),
        })
    }
}

/// Codes of a workflow that is gone, off, or wants another address.
const DEAD: [&str; 8] = [
    "AuthorizationFailed",
    "DirectApiAuthorizationRequired",
    "InvalidSasToken",
    "TriggerNotFound",
    "WorkflowDisabled",
    "WorkflowNotFound",
    "WorkflowTriggerIsNotEnabled",
    "WorkflowTriggerNotFound",
];

/// `{"error": {"code": "WorkflowNotFound", "message": …}}`.
fn meaning(refusal: &Refusal) -> Option<DeliveryError> {
    let body = refusal.json();
    let code = body["error"]["code"].as_str().unwrap_or_default();
    if let Some(code) = DEAD.iter().find(|known| **known == code) {
        let advice = "the workflow is gone or off, or its address has changed";
        return Some(DeliveryError::broken(format!("teams refuses with {code}: {advice}")));
    }
    match refusal.status() {
        401 | 403 | 404 | 410 => {
            Some(DeliveryError::broken(refusal.reason(Some("the workflow is gone or off"))))
        }
        413 => Some(DeliveryError::permanent(refusal.reason(Some("the message is too large")))),
        _ => None,
    }
}

/// An old connector answers 200 where Teams refused, and says so: `Webhook message delivery failed with error: Microsoft
/// Teams endpoint returned HTTP error 429 …`.
fn belated(said: &str) -> Result<(), DeliveryError> {
    let Some((_, status)) = said.split_once("returned HTTP error ") else { return Ok(()) };
    let status: String = status.chars().take_while(char::is_ascii_digit).take(3).collect();
    let reason = format!("teams could not show the message: {status}");
    match status.as_str() {
        "400" | "413" => Err(DeliveryError::permanent(reason)),
        "403" | "404" | "410" => Err(DeliveryError::broken(reason)),
        _ => Err(DeliveryError::transient(reason)),
    }
}

#[async_trait]
impl Notifier for Teams {
    async fn deliver(&self, parcel: &Parcel<'_>) -> Result<Receipt, DeliveryError> {
        if need_not_hear(parcel.notice) {
            return Ok(nothing_to_say());
        }
        let card = card(parcel.notice, parcel.now, self.links.as_ref());
        let body =
            serde_json::to_vec(&card).map_err(|_| DeliveryError::permanent("the message is no json"))?;
        self.pace.turn().await.map_err(|crowded| crowded.at("teams channel"))?;
        let answer = self.outgoing.post_json(self.url.url().clone(), HeaderMap::new(), body).await?;
        let answer = answer.accepted_unless(parcel.now, meaning).await?;
        let status = answer.status();
        // It has the message, even if its answer breaks off.
        belated(&String::from_utf8_lossy(&answer.body().await.unwrap_or_default()))?;
        Ok(Receipt { answer: format!("status {status}") })
    }
}

#[cfg(test)]
mod tests;
