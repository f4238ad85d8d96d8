//! Webhooks: every notice as JSON to an address, signed as Standard Webhooks prescribe, so that any of its libraries
//! can check that a message is ours and fresh.
//!
//! The delivery's id is the message id, the same at every attempt, and the body is the same too: a receiver that has
//! seen the id may ignore the message. Any 2xx is a receipt; its body is not read. With a template the body is what
//! the receiver already understands; it is signed just the same.

mod payload;
mod shape;
mod signature;
mod template;

use std::collections::BTreeMap;

use app::ports::{DeliveryError, Notifier, Parcel, Receipt};
use async_trait::async_trait;
use reqwest::Request;
use reqwest::header::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::channel::{ConfigError, Kit, usable};
use crate::http::{Outgoing, Refusal};
use crate::links::Links;
use crate::secret::Secret;
use crate::target::Target;

pub use payload::{AlertData, MissedData, Payload, UnobservedData, payload};
pub use shape::Method;

use shape::Shape;
use signature::Key;

/// How a webhook is configured.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// Where it goes.
    pub url: Target,
    /// What signs it: `whsec_` and base64, or the bytes of any other text; 16 to 512 bytes.
    pub secret: Secret,
    /// A second secret that signs too, while receivers change from one to the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_secret: Option<Secret>,
    /// `POST`, or `PUT`.
    #[serde(default, skip_serializing_if = "Method::is_post")]
    pub method: Method,
    /// Headers of one's own, at most 20. Their values are kept as secrets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Secret>,
    /// A body of one's own, in Jinja's language over the payload; at most 8 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// What the body is; `application/json; charset=utf-8` where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
}

impl WebhookConfig {
    pub(crate) fn secrets(&self) -> Vec<(&'static str, String)> {
        let mut secrets =
            vec![("url", self.url.url().to_string()), ("secret", self.secret.expose().to_owned())];
        let previous = self.previous_secret.as_ref();
        secrets.extend(previous.map(|secret| ("previous_secret", secret.expose().to_owned())));
        secrets
    }

    /// The headers with their values, where there are any.
    pub(crate) fn secret_headers(&self) -> Option<Value> {
        let headers: BTreeMap<_, _> =
            self.headers.iter().map(|(name, value)| (name, value.expose())).collect();
        (!headers.is_empty()).then(|| json!(headers))
    }
}

/// Delivers to one address.
#[derive(Debug)]
pub struct Webhook {
    outgoing: Outgoing,
    target: Target,
    keys: Vec<Key>,
    shape: Shape,
    links: Option<Links>,
}

impl Webhook {
    /// Checks the configuration; sends nothing.
    pub fn new(kit: &Kit, config: &WebhookConfig) -> Result<Self, ConfigError> {
        let mut keys = vec![key("secret", &config.secret)?];
        if let Some(secret) = &config.previous_secret {
            keys.push(key("previous_secret", secret)?);
        }
        let (outgoing, links) = (kit.outgoing.clone(), kit.links.clone());
        let shape = Shape::new(config, links.as_ref())?;
        Ok(Self { outgoing, target: config.url.clone(), keys, shape, links })
    }
}

fn key(field: &'static str, secret: &Secret) -> Result<Key, ConfigError> {
    Key::parse(usable(field, secret)?).map_err(|problem| ConfigError::field(field, &problem))
}

#[async_trait]
impl Notifier for Webhook {
    async fn deliver(&self, parcel: &Parcel<'_>) -> Result<Receipt, DeliveryError> {
        let payload = json!(payload(parcel.notice, self.links.as_ref()));
        let body = self.shape.body(&payload).map_err(DeliveryError::permanent)?;
        let headers = self.headers(parcel, &body)?;
        let mut request = Request::new(self.shape.method(), self.target.url().clone());
        *request.headers_mut() = headers;
        *request.body_mut() = Some(body.into());
        let answer = self.outgoing.send(request).await?;
        let answer = answer.accepted_unless(parcel.now, meaning).await?;
        Ok(Receipt { answer: format!("status {}", answer.status()) })
    }
}

/// Only 410 says that the address serves no more, and never will.
fn meaning(refusal: &Refusal) -> Option<DeliveryError> {
    let gone = refusal.status() == 410;
    gone.then(|| DeliveryError::broken(refusal.reason(Some("nobody listens there any more"))))
}

impl Webhook {
    fn headers(&self, parcel: &Parcel<'_>, body: &[u8]) -> Result<HeaderMap, DeliveryError> {
        let id = parcel.delivery.as_str();
        let timestamp = parcel.now.as_millis().div_euclid(1000).to_string();
        let signatures: Vec<String> = self.keys.iter().map(|key| key.sign(id, &timestamp, body)).collect();
        let signatures = signatures.join(" ");
        let mut headers = self.shape.headers();
        for (name, value) in
            [("webhook-id", id), ("webhook-timestamp", &timestamp), ("webhook-signature", &signatures)]
        {
            let value = HeaderValue::from_str(value)
                .map_err(|_| DeliveryError::permanent(format!("{name} cannot be sent in a header")))?;
            headers.insert(name, value);
        }
        Ok(headers)
    }
}
