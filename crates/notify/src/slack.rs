//! Slack: `chat.postMessage` with a bot's token. Says what people should read, and nothing where nobody need read:
//! an alert that was dropped is no message.
//!
//! Slack knows no key by which a repeat would be recognised, so a message can come twice after a crash in the
//! middle of a request. At most one message a second goes to one Slack channel, which is Slack's own limit.

mod api;
mod blocks;
mod board;
mod errors;
mod escape;
mod message;

use std::sync::Arc;
use std::time::Duration;

use app::ports::{BoardPoster, DeliveryError, Notifier, Parcel, Receipt};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::channel::{ConfigError, Kit, base, usable};
use crate::pace::Pace;
use crate::people::nothing_to_say;
use crate::secret::Secret;
use crate::target::Target;

pub use blocks::{Block, Mrkdwn, SlackMessage};
pub use message::{Place, message};

pub(crate) use message::{Words, is_user_id, words};

use api::Api;

/// Where Slack's own API is.
pub const API_URL: &str = "https://slack.com/api";

/// The least time between two messages to one Slack channel.
pub const PACE: Duration = Duration::from_secs(1);

/// How a Slack channel is configured.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlackConfig {
    /// The bot's token, `xoxb-…`; it needs the scope `chat:write`.
    pub token: Secret,
    /// The channel's id, `C0123456789`: a name works while nobody renames it.
    pub channel: String,
    /// Another place than [`API_URL`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_url: Option<Target>,
    /// The user id to mention where a scheduler names nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mention: Option<String>,
}

impl SlackConfig {
    pub(crate) fn secrets(&self) -> Vec<(&'static str, String)> {
        let mut secrets = vec![("token", self.token.expose().to_owned())];
        secrets.extend(self.api_url.iter().map(|target| ("api_url", target.url().to_string())));
        secrets
    }
}

/// Delivers to one Slack channel.
#[derive(Debug)]
pub struct Slack {
    api: Api,
    place: Place,
    pace: Arc<Pace>,
}

impl Slack {
    /// Checks the configuration; sends nothing.
    pub fn new(kit: &Kit, config: &SlackConfig) -> Result<Self, ConfigError> {
        let base = base(config.api_url.as_ref(), API_URL)?;
        let channel = config.channel.trim();
        if channel.is_empty()
            || channel.len() > 80
            || channel.contains(|c: char| c.is_whitespace() || c.is_control())
        {
            return Err(ConfigError::field("channel", &"must be a channel's id such as C0123456789"));
        }
        if config.mention.as_deref().is_some_and(|user| !is_user_id(user)) {
            return Err(ConfigError::field("mention", &"must be a user's id such as U0123456789"));
        }
        Ok(Self {
            pace: kit.paces.of(&format!("slack {} {channel}", base.url()), PACE),
            api: Api::new(kit.outgoing.clone(), base, usable("token", &config.token)?)?,
            place: Place {
                channel: channel.to_owned(),
                mention: config.mention.clone(),
                links: kit.links.clone(),
            },
        })
    }
}

#[async_trait]
impl Notifier for Slack {
    async fn deliver(&self, parcel: &Parcel<'_>) -> Result<Receipt, DeliveryError> {
        let Some(message) = message(parcel.notice, parcel.now, &self.place) else {
            return Ok(nothing_to_say());
        };
        self.pace.turn().await.map_err(|crowded| crowded.at("slack channel"))?;
        let ts = self.api.post_message(&message, parcel.now).await?;
        Ok(Receipt { answer: format!("message {ts}") })
    }

    fn boards(&self) -> Option<&dyn BoardPoster> {
        Some(self)
    }

    /// Asks whose token it is, and, where the token may ask that, whether the channel is there.
    async fn check(&self) -> Result<Receipt, DeliveryError> {
        self.api.test().await?;
        let place = self.api.look_at(&self.place.channel).await?;
        Ok(Receipt { answer: format!("slack knows the token, {place}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Outgoing, PrivateTargets};

    fn config(channel: &str, mention: Option<&str>) -> SlackConfig {
        SlackConfig {
            token: Secret::new("xoxb-1\n"),
            channel: channel.to_owned(),
            api_url: None,
            mention: mention.map(str::to_owned),
        }
    }

    fn kit() -> Kit {
        Kit::new(Outgoing::new(PrivateTargets::Refused).expect("a client"), None)
    }

    #[test]
    fn notifiers_to_one_slack_channel_share_its_pace() {
        let kit = kit();
        let to = |channel| Slack::new(&kit.clone(), &config(channel, None)).expect("a notifier");
        let (one, again, other) = (to("C1"), to("C1"), to("C2"));
        assert!(Arc::ptr_eq(&one.pace, &again.pace) && !Arc::ptr_eq(&one.pace, &other.pace));
    }

    #[test]
    fn what_cannot_be_a_channel_a_user_or_a_token_is_named() {
        let problem = |config: &SlackConfig| Slack::new(&kit(), config).expect_err("refused").to_string();
        let channel = "channel must be a channel's id such as C0123456789";
        assert_eq!(problem(&config("", None)), channel);
        assert_eq!(problem(&config("two words", None)), channel);
        let mention = "mention must be a user's id such as U0123456789";
        assert_eq!(problem(&config("C1", Some("@bob"))), mention);
        let token = |text: &str| SlackConfig { token: Secret::new(text), ..config("C1", None) };
        assert_eq!(problem(&token(" ")), "token must not be empty");
        assert_eq!(problem(&token("two\nlines")), "token must be printable ASCII");
    }
}
