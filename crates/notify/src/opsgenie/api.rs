//! The two calls of the Alert API that are used, and what the answers mean.

use app::ports::DeliveryError;
use domain::Instant;
use percent_encoding::utf8_percent_encode;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde::Serialize;

use super::alert::{Close, Create};
use crate::channel::{ConfigError, credential, usable};
use crate::http::{Answer, Outgoing, Refusal};
use crate::links::SEGMENT;
use crate::secret::Secret;
use crate::target::Target;

#[derive(Debug)]
pub(crate) struct Api {
    outgoing: Outgoing,
    base: Target,
    credential: HeaderValue,
    key: Secret,
    name: &'static str,
}

impl Api {
    pub(crate) fn new(
        outgoing: Outgoing,
        base: Target,
        key: &Secret,
        name: &'static str,
    ) -> Result<Self, ConfigError> {
        let credential = credential("api_key", "GenieKey", usable("api_key", key)?)?;
        Ok(Self { outgoing, base, credential, key: key.clone(), name })
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Creates an alert, or counts one more of it where it is open; answers the request's id.
    pub(super) async fn create(&self, alert: &Create, now: Instant) -> Result<String, DeliveryError> {
        let answer = self.post(self.base.join("v2/alerts"), alert).await?;
        let answer = answer.accepted_unless(now, |refusal| self.meaning(refusal)).await?;
        Ok(format!("created, request {}", request_id(answer).await))
    }

    /// Closes an alert. That there is none is no failure: it was never open, or somebody closed it.
    pub(super) async fn close(
        &self,
        alias: &str,
        close: &Close,
        now: Instant,
    ) -> Result<String, DeliveryError> {
        let alias = utf8_percent_encode(alias, SEGMENT);
        let mut url = self.base.join(&format!("v2/alerts/{alias}/close"));
        url.query_pairs_mut().append_pair("identifierType", "alias");
        let mut is_gone = false;
        let meaning = |refusal: &Refusal| {
            is_gone = says_gone(refusal);
            self.meaning(refusal)
        };
        match self.post(url, close).await?.accepted_unless(now, meaning).await {
            Err(_) if is_gone => Ok("no such alert is open".to_owned()),
            answer => Ok(format!("closed, request {}", request_id(answer?).await)),
        }
    }

    async fn post(&self, url: reqwest::Url, body: &impl Serialize) -> Result<Answer, DeliveryError> {
        let body =
            serde_json::to_vec(body).map_err(|_| DeliveryError::permanent("the message is no json"))?;
        let headers = HeaderMap::from_iter([(AUTHORIZATION, self.credential.clone())]);
        self.outgoing.post_json(url, headers, body).await
    }

    fn meaning(&self, refusal: &Refusal) -> Option<DeliveryError> {
        let broken = |why| Some(DeliveryError::broken(refusal.reason(Some(why))));
        match refusal.status() {
            401 => broken("the api key is not valid here, or its integration is off"),
            402 => broken("the plan does not allow it"),
            403 => broken("the api key may not create and close alerts"),
            404 | 410 => broken("no such api: check region and api_url"),
            400 | 422 => Some(DeliveryError::permanent(self.unfit(refusal))),
            _ => None,
        }
    }

    /// `{"message": "Request body is not processable. …", "errors": {"message": "…"}}`.
    fn unfit(&self, refusal: &Refusal) -> String {
        let body = refusal.json();
        let errors = body["errors"].as_object().into_iter().flatten().take(3);
        let errors = errors.filter_map(|(field, text)| Some(format!("{field}: {}", text.as_str()?)));
        let said: Vec<_> = body["message"].as_str().map(str::to_owned).into_iter().chain(errors).collect();
        match Refusal::quote(&said.join(" "), &[self.key.expose()]) {
            Some(said) => format!("{} refuses the alert: {said}", self.name),
            None => refusal.reason(None),
        }
    }
}

/// `{"message": "Alert does not exist", …}`: any address that leads nowhere answers 404, only the API says this.
fn says_gone(refusal: &Refusal) -> bool {
    let body = refusal.json();
    let said = body["message"].as_str().unwrap_or_default().to_ascii_lowercase();
    refusal.status() == 404
        && said.contains("alert")
        && ["not exist", "not found"].iter().any(|words| said.contains(words))
}

/// `{"result": "Request will be processed", "took": 0.3, "requestId": "43a29c5c-…"}`.
async fn request_id(answer: Answer) -> String {
    let body = answer.body().await.unwrap_or_default();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let id = body["requestId"].as_str().unwrap_or_default();
    let fits = (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if fits { id.to_owned() } else { "without an id".to_owned() }
}
