//! ntfy: a notification published as JSON to the root of a server. Says what people should read, and nothing where
//! nobody need read.
//!
//! ntfy knows no key by which a repeat would be recognised, so a notification can come twice after a crash in the middle
//! of a request.

mod message;

use app::ports::{DeliveryError, Notifier, Parcel, Receipt};
use async_trait::async_trait;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use reqwest::{Method, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::channel::{ConfigError, Kit, credential, usable};
use crate::http::{Answer, Outgoing};
use crate::links::Links;
use crate::people::{need_not_hear, nothing_to_say};
use crate::secret::Secret;
use crate::target::Target;

pub use message::{NtfyMessage, message};

/// The server of ntfy's makers.
pub const SERVER: &str = "https://ntfy.sh";

/// How a topic is configured.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NtfyConfig {
    /// The topic: 1 to 64 letters, digits, `-` and `_`. On a public server it is as good as a password.
    pub topic: String,
    /// Another server than [`SERVER`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<Target>,
    /// An access token, `tk_…`, where the topic is protected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
}

impl NtfyConfig {
    pub(crate) fn secrets(&self) -> Vec<(&'static str, String)> {
        let server = self.server.iter().map(|target| ("server", target.url().to_string()));
        let token = self.token.iter().map(|token| ("token", token.expose().to_owned()));
        server.chain(token).collect()
    }
}

/// Delivers to one topic.
#[derive(Debug)]
pub struct Ntfy {
    outgoing: Outgoing,
    server: Target,
    topic: String,
    headers: HeaderMap,
    links: Option<Links>,
}

impl Ntfy {
    /// Checks the configuration; sends nothing.
    pub fn new(kit: &Kit, config: &NtfyConfig) -> Result<Self, ConfigError> {
        let server = match &config.server {
            Some(target) => target.clone(),
            None => Target::parse(SERVER).map_err(|problem| ConfigError::field("server", &problem))?,
        };
        let topic = config.topic.trim();
        let good = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
        if !(1..=64).contains(&topic.len()) || !topic.bytes().all(good) {
            return Err(ConfigError::field("topic", &"must be 1 to 64 letters, digits, '-' and '_'"));
        }
        let mut headers = HeaderMap::new();
        if let Some(token) = &config.token {
            headers.insert(AUTHORIZATION, credential("token", "Bearer", usable("token", token)?)?);
        }
        let (outgoing, links) = (kit.outgoing.clone(), kit.links.clone());
        Ok(Self { outgoing, server, topic: topic.to_owned(), headers, links })
    }

    async fn asked(&self, path: &str) -> Result<Answer, DeliveryError> {
        let mut request = Request::new(Method::GET, self.server.join(path));
        *request.headers_mut() = self.headers.clone();
        let answer = self.outgoing.send(request).await?;
        match answer.status() {
            200 => Ok(answer),
            status => Err(refused(status)
                .unwrap_or_else(|| DeliveryError::transient(format!("the server answered {status}")))),
        }
    }
}

/// Refusals of the channel as a whole.
fn refused(status: u16) -> Option<DeliveryError> {
    match status {
        401 => Some(DeliveryError::broken("ntfy does not know the token (401)")),
        403 => Some(DeliveryError::broken("ntfy does not let the token write to the topic (403)")),
        404 | 405 => {
            Some(DeliveryError::broken(format!("there is no ntfy server at this address ({status})")))
        }
        _ => None,
    }
}

#[async_trait]
impl Notifier for Ntfy {
    async fn deliver(&self, parcel: &Parcel<'_>) -> Result<Receipt, DeliveryError> {
        if need_not_hear(parcel.notice) {
            return Ok(nothing_to_say());
        }
        let message = message(parcel.notice, parcel.now, &self.topic, self.links.as_ref());
        let body =
            serde_json::to_vec(&message).map_err(|_| DeliveryError::permanent("the message is no json"))?;
        let answer = self.outgoing.post_json(self.server.join(""), self.headers.clone(), body).await?;
        if let Some(error) = refused(answer.status()) {
            return Err(error);
        }
        let body = answer.accepted(parcel.now)?.body().await?;
        Ok(Receipt { answer: format!("message {}", id(&body)?) })
    }

    async fn check(&self) -> Result<Receipt, DeliveryError> {
        let health = self.asked("v1/health").await?.body().await?;
        let health: Value = serde_json::from_slice(&health).unwrap_or_default();
        if health["healthy"] != true {
            return Err(DeliveryError::transient("the server does not say that it is a healthy ntfy"));
        }
        if self.headers.is_empty() {
            return Ok(Receipt { answer: "the server is well".to_owned() });
        }
        self.asked("v1/account").await?;
        Ok(Receipt { answer: "the server knows the token".to_owned() })
    }
}

/// The id of the message that was taken: what answers 200 without one is something else.
fn id(body: &[u8]) -> Result<String, DeliveryError> {
    let reply: Value = serde_json::from_slice(body).unwrap_or_default();
    let id = reply["id"].as_str().unwrap_or_default();
    if (1..=32).contains(&id.len()) && id.bytes().all(|c| c.is_ascii_alphanumeric()) {
        return Ok(id.to_owned());
    }
    Err(DeliveryError::transient("the answer is not one of ntfy's"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::PrivateTargets;

    #[test]
    fn what_cannot_be_a_topic_or_a_token_is_named() {
        let kit = Kit::new(Outgoing::new(PrivateTargets::Refused).expect("a client"), None);
        let problem = |config: Value| {
            let config: NtfyConfig = serde_json::from_value(config).expect("reads");
            Ntfy::new(&kit, &config).expect_err("refused").to_string()
        };
        let topic = "topic must be 1 to 64 letters, digits, '-' and '_'";
        for text in ["", "a b", "a/b", "ops?x", &"x".repeat(65)] {
            assert_eq!(problem(json!({ "topic": text })), topic);
        }
        assert_eq!(problem(json!({ "topic": "ops", "token": " " })), "token must not be empty");
        assert_eq!(problem(json!({ "topic": "ops", "token": "a\nb" })), "token must be printable ASCII");
    }
}
