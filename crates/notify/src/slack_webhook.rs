//! Slack's incoming webhooks: the messages of [`crate::slack`], to an address that is made for one Slack channel and
//! needs no bot.
//!
//! Slack knows no key by which a repeat would be recognised, so a message can come twice after a crash in the middle of
//! a request. At most one message a second goes to one address, which is Slack's own limit.

use std::sync::Arc;

use app::Notice;
use app::ports::{DeliveryError, Notifier, Parcel, Receipt};
use async_trait::async_trait;
use domain::Instant;
use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::channel::{ConfigError, Kit};
use crate::http::{Answer, NO_TIME, Outgoing, Refusal};
use crate::links::Links;
use crate::pace::Pace;
use crate::people::nothing_to_say;
use crate::slack::{Block, PACE, Words, is_user_id, words};
use crate::target::Hook;

/// How a channel to an incoming webhook of Slack's is configured.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlackWebhookConfig {
    /// The address that Slack made: `https://hooks.slack.com/services/…`; a secret.
    pub url: Hook,
    /// The user id to mention where a scheduler names nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mention: Option<String>,
}

impl SlackWebhookConfig {
    pub(crate) fn secrets(&self) -> Vec<(&'static str, String)> {
        vec![("url", self.url.url().to_string())]
    }
}

/// Delivers to one incoming webhook.
#[derive(Debug)]
pub struct SlackWebhook {
    outgoing: Outgoing,
    url: Hook,
    mention: Option<String>,
    links: Option<Links>,
    pace: Arc<Pace>,
}

/// The message as an incoming webhook takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    blocks: Vec<Block>,
    unfurl_links: bool,
    unfurl_media: bool,
}

/// The message for a notice; `None` where Slack's readers need not hear of it.
pub fn message(
    notice: &Notice,
    now: Instant,
    mention: Option<&str>,
    links: Option<&Links>,
) -> Option<Message> {
    let Words { text, blocks } = words(notice, now, mention, links)?;
    Some(Message { text, blocks, unfurl_links: false, unfurl_media: false })
}

impl SlackWebhook {
    /// Checks the configuration; sends nothing.
    pub fn new(kit: &Kit, config: &SlackWebhookConfig) -> Result<Self, ConfigError> {
        if config.mention.as_deref().is_some_and(|user| !is_user_id(user)) {
            return Err(ConfigError::field("mention", &"must be a user's id such as U0123456789"));
        }
        Ok(Self {
            outgoing: kit.outgoing.clone(),
            url: config.url.clone(),
            mention: config.mention.clone(),
            links: kit.links.clone(),
            pace: kit.paces.of(&format!("slack {}", config.url.url()), PACE),
        })
    }

    async fn post(&self, message: &Message) -> Result<Answer, DeliveryError> {
        let body =
            serde_json::to_vec(message).map_err(|_| DeliveryError::permanent("the message is no json"))?;
        self.outgoing.post_json(self.url.url().clone(), HeaderMap::new(), body).await
    }
}

/// What a refusal means: its body is one word of Slack's. Whatever the word, these statuses speak of the address.
fn meaning(refusal: &Refusal) -> Option<DeliveryError> {
    let code = refusal.text();
    let why = match code.as_str() {
        "action_prohibited" => "the workspace does not let this webhook post",
        "channel_is_archived" => "the channel is archived",
        "channel_not_found" => "the channel is gone",
        "invalid_token" | "no_active_hooks" | "no_service" | "no_service_id" | "no_team" => {
            "the webhook is gone: make a new one"
        }
        "posting_to_general_channel_denied" => "only administrators may post to this channel",
        "team_disabled" => "the workspace is gone",
        "user_not_found" => "the user that it writes to is gone",
        "rollup_error" | "rate_limited" => {
            let (reason, retry_after) = (format!("slack cannot now: {code}"), refusal.retry_after());
            return Some(DeliveryError::Transient { reason, retry_after });
        }
        _ if matches!(refusal.status(), 401 | 403 | 404 | 410) => {
            return Some(DeliveryError::broken(refusal.reason(Some("the webhook is gone or switched off"))));
        }
        "invalid_payload"
        | "invalid_blocks"
        | "invalid_blocks_format"
        | "no_text"
        | "too_many_attachments" => {
            return Some(DeliveryError::permanent(format!("slack refuses with {code}")));
        }
        _ => return None,
    };
    Some(DeliveryError::broken(format!("slack refuses with {code}: {why}")))
}

/// Slack's word for a message that says nothing, which an address that serves gives and a dead one does not.
fn says_nothing(refusal: &Refusal) -> bool {
    let words = ["no_text", "invalid_payload", "missing_text_or_fallback_or_attachments"];
    refusal.status() == 400 && words.contains(&refusal.text().as_str())
}

#[async_trait]
impl Notifier for SlackWebhook {
    async fn deliver(&self, parcel: &Parcel<'_>) -> Result<Receipt, DeliveryError> {
        let (mention, links) = (self.mention.as_deref(), self.links.as_ref());
        let Some(message) = message(parcel.notice, parcel.now, mention, links) else {
            return Ok(nothing_to_say());
        };
        self.pace.turn().await.map_err(|crowded| crowded.at("slack channel"))?;
        let answer = self.post(&message).await?.accepted_unless(parcel.now, meaning).await?;
        Ok(Receipt { answer: format!("status {}", answer.status()) })
    }

    /// Posts a message without text: Slack refuses it, by another word where the address is dead.
    async fn check(&self) -> Result<Receipt, DeliveryError> {
        let nothing =
            Message { text: String::new(), blocks: Vec::new(), unfurl_links: false, unfurl_media: false };
        let mut lives = false;
        let refused = self.post(&nothing).await?.accepted_unless(NO_TIME, |refusal| {
            lives = says_nothing(refusal);
            meaning(refusal)
        });
        match refused.await {
            Err(error) if !lives => Err(error),
            _ => Ok(Receipt { answer: "slack knows the webhook".to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sample;

    #[test]
    fn a_test_is_exactly_this_json_and_a_dropped_alert_is_no_message() {
        let date = "<!date^1705284720^{date_short_pretty} {time_secs}|2024-01-15 02:12 UTC>";
        let field = |text: &str| json!({ "type": "mrkdwn", "text": text, "verbatim": true });
        let line = "⚪ *Punctual* can reach the channel ops: this is a test, nothing is wrong";
        assert_eq!(
            json!(message(&sample::test(), sample::now(), Some("U999"), None)),
            json!({
                "text": "⚪ Punctual can reach the channel ops: this is a test, nothing is wrong",
                "blocks": [
                    { "type": "section", "text": field(line) },
                    { "type": "section", "fields": [
                        field("*Channel*\nops"), field("*Asked for by*\nkey_1"), field(&format!("*Time*\n{date}")),
                        field("*Project*\ndefault"),
                    ] },
                ],
                "unfurl_links": false, "unfurl_media": false,
            })
        );
        assert_eq!(message(&sample::dropped(), sample::now(), None, None), None);
    }

    #[test]
    fn an_address_is_shown_nowhere() {
        let url = "https://hooks.slack.com/services/T1/B1/t0p";
        let config: SlackWebhookConfig = serde_json::from_value(json!({ "url": url })).expect("reads");
        assert_eq!(json!(config), json!({ "url": "https://hooks.slack.com/********" }));
        assert!(!format!("{config:?}").contains("t0p"));
    }
}
