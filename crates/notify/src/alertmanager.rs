//! Prometheus Alertmanager: alerts through its API v2. An incident of ours is an alert of theirs, known by its labels,
//! of which `incident` is ours alone.
//!
//! Alertmanager forgets what is not told again within minutes unless it is told until when to keep it: we say a month,
//! and end it when it is over. How much an alert matters is one of its labels, because routes go by it, and can change
//! while an incident lasts: so before an incident is told again or ended, Alertmanager is asked what it has of it, and
//! what no longer fits is ended with the same request. What is told once and is over at once (a test, a stretch in
//! which we could not see) ends by itself after five minutes, long enough to be sent on.

mod alert;

use std::collections::BTreeMap;

use app::ports::{DeliveryError, Notifier, Parcel, Receipt};
use app::{Effect, Notice};
use async_trait::async_trait;
use domain::{AlertKind, Instant};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::channel::{ConfigError, Kit, credential, usable};
use crate::http::{NO_TIME, Outgoing, Refusal};
use crate::links::Links;
use crate::secret::Secret;
use crate::target::Target;

pub use alert::{Labels, Posted, ended, firing};

use alert::labels;

/// Most labels that a channel can add.
const LABELS_MAX: usize = 20;

/// How an Alertmanager channel is configured.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertmanagerConfig {
    /// Where it is, `https://alertmanager.example.org`: what comes before `/api/v2`.
    pub url: Target,
    /// What a proxy before it wants to see as `Authorization: Bearer …`. A user and password go into the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// Labels of every alert, for its routes; at most 20.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

impl AlertmanagerConfig {
    pub(crate) fn secrets(&self) -> Vec<(&'static str, String)> {
        let mut secrets = vec![("url", self.url.url().to_string())];
        secrets.extend(self.token.iter().map(|token| ("token", token.expose().to_owned())));
        secrets
    }
}

/// Delivers to one Alertmanager.
#[derive(Debug)]
pub struct Alertmanager {
    outgoing: Outgoing,
    base: Target,
    credential: Option<HeaderValue>,
    labels: Labels,
    links: Option<Links>,
}

impl Alertmanager {
    /// Checks the configuration; sends nothing.
    pub fn new(kit: &Kit, config: &AlertmanagerConfig) -> Result<Self, ConfigError> {
        let bearer = |token| credential("token", "Bearer", usable("token", token)?);
        let fits = |(name, value): (&String, &String)| is_label(name) && (1..=256).contains(&value.len());
        if config.labels.len() > LABELS_MAX || !config.labels.iter().all(fits) {
            let problem =
                "must be at most 20: names of letters, digits and underscores, values of 1 to 256 bytes";
            return Err(ConfigError::field("labels", &problem));
        }
        Ok(Self {
            outgoing: kit.outgoing.clone(),
            base: config.url.clone(),
            credential: config.token.as_ref().map(bearer).transpose()?,
            labels: config.labels.clone(),
            links: kit.links.clone(),
        })
    }

    fn headers(&self) -> HeaderMap {
        self.credential.iter().map(|value| (AUTHORIZATION, value.clone())).collect()
    }

    async fn post(&self, alerts: &[Posted], now: Instant) -> Result<(), DeliveryError> {
        let body =
            serde_json::to_vec(alerts).map_err(|_| DeliveryError::permanent("the message is no json"))?;
        let answer = self.outgoing.post_json(self.base.join("api/v2/alerts"), self.headers(), body).await?;
        answer.accepted_unless(now, meaning).await.map(drop)
    }

    /// The labels of what Alertmanager has of an incident.
    async fn known(&self, thread: &str, now: Instant) -> Result<Vec<Labels>, DeliveryError> {
        #[derive(Deserialize)]
        struct Known {
            labels: Labels,
        }
        let mut url = self.base.join("api/v2/alerts");
        url.query_pairs_mut().append_pair("filter", &format!("incident={}", serde_json::json!(thread)));
        let answer = self.outgoing.get(url, self.headers()).await?.accepted_unless(now, meaning).await?;
        let known: Vec<Known> = serde_json::from_slice(&answer.body().await?)
            .map_err(|_| DeliveryError::transient("the answer is not one of alertmanager's"))?;
        let ours = |labels: &Labels| labels.get("incident").is_some_and(|incident| incident == thread);
        Ok(known.into_iter().map(|known| known.labels).filter(ours).collect())
    }
}

/// What Prometheus takes as the name of a label; `__` is its own.
fn is_label(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (1..=64).contains(&name.len())
        && name.chars().all(plain)
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.starts_with("__")
}

fn meaning(refusal: &Refusal) -> Option<DeliveryError> {
    match refusal.status() {
        401 | 403 => Some(DeliveryError::broken(refusal.reason(Some("check the token or password")))),
        404 | 405 | 410 => {
            Some(DeliveryError::broken(refusal.reason(Some("no Alertmanager with api v2 at this url"))))
        }
        400 | 422 => {
            let body = refusal.json();
            let said = body.as_str().or(body["message"].as_str()).unwrap_or_default();
            let said = Refusal::quote(said, &[]);
            Some(DeliveryError::permanent(refusal.reason(said.as_deref())))
        }
        _ => None,
    }
}

/// Whether Alertmanager cannot know of it yet.
fn is_new(notice: &Notice) -> bool {
    notice.effect() == Effect::Tell
        || matches!(notice, Notice::Alert(alert) if alert.kind == AlertKind::Opened)
}

#[async_trait]
impl Notifier for Alertmanager {
    async fn deliver(&self, parcel: &Parcel<'_>) -> Result<Receipt, DeliveryError> {
        let (notice, now) = (parcel.notice, parcel.now);
        let mut known = if is_new(notice) { Vec::new() } else { self.known(&notice.thread(), now).await? };
        // Alertmanager forgets when it is started anew, but not whom it told: they hear of the end all the same.
        if known.is_empty() && notice.effect() == Effect::Close {
            known.push(labels(notice, &self.labels));
        }
        let firing = (notice.effect() != Effect::Close)
            .then(|| firing(notice, now, &self.labels, self.links.as_ref()));
        let unfit =
            known.into_iter().filter(|labels| firing.as_ref().is_none_or(|new| new.labels() != labels));
        let ended: Vec<_> = unfit.map(|labels| ended(notice, labels)).collect();
        let answer = format!("{} firing, {} ended", usize::from(firing.is_some()), ended.len());
        let alerts: Vec<_> = firing.into_iter().chain(ended).collect();
        if !alerts.is_empty() {
            self.post(&alerts, now).await?;
        }
        Ok(Receipt { answer })
    }

    /// Asks for its status.
    async fn check(&self) -> Result<Receipt, DeliveryError> {
        let answer = self.outgoing.get(self.base.join("api/v2/status"), self.headers()).await?;
        let answer = answer.accepted_unless(NO_TIME, meaning).await?;
        let body: serde_json::Value = serde_json::from_slice(&answer.body().await?).unwrap_or_default();
        if !body["versionInfo"].is_object() {
            return Err(DeliveryError::broken("what answers at this url is no Alertmanager"));
        }
        Ok(Receipt { answer: "alertmanager answers".to_owned() })
    }

    fn keeps_incidents(&self) -> bool {
        true
    }
}
