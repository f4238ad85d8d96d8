//! Telegram: `sendMessage` with a bot's token. Says what people should read, and nothing where nobody need read.
//!
//! Telegram knows no key by which a repeat would be recognised, so a message can come twice after a crash in the middle
//! of a request. The token is part of the address: nothing that leaves this module names it.

mod api;
mod message;

use std::sync::Arc;
use std::time::Duration;

use app::ports::{DeliveryError, Notifier, Parcel, Receipt};
use async_trait::async_trait;
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::json;

use crate::channel::{ConfigError, Kit, base, usable};
use crate::links::Links;
use crate::pace::Pace;
use crate::people::{need_not_hear, nothing_to_say};
use crate::secret::Secret;
use crate::target::Target;

pub use message::{TelegramMessage, message};

use api::Api;

/// Where Telegram's own API is.
pub const API_URL: &str = "https://api.telegram.org";

/// The least time between two messages to a person, and to a group, which takes twenty a minute.
const PACE_PERSON: Duration = Duration::from_secs(1);
const PACE_GROUP: Duration = Duration::from_secs(3);

/// How a Telegram chat is configured.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelegramConfig {
    /// The bot's token, `123456:ABC…`, as `@BotFather` gave it.
    pub token: Secret,
    /// The chat: a number (groups have negative ones) or the `@name` of a public channel.
    #[serde(deserialize_with = "text_or_number")]
    pub chat_id: String,
    /// The topic of a group that has topics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_thread_id: Option<u32>,
    /// Another place than [`API_URL`]: a Bot API server of one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_url: Option<Target>,
}

impl TelegramConfig {
    pub(crate) fn secrets(&self) -> Vec<(&'static str, String)> {
        let mut secrets = vec![("token", self.token.expose().to_owned())];
        secrets.extend(self.api_url.iter().map(|target| ("api_url", target.url().to_string())));
        secrets
    }
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Chat {
        Number(i64),
        Name(String),
    }
    match Chat::deserialize(deserializer) {
        Ok(Chat::Number(number)) => Ok(number.to_string()),
        Ok(Chat::Name(name)) => Ok(name),
        Err(_) => Err(de::Error::custom("chat_id must be a number or a text")),
    }
}

/// Delivers to one chat.
#[derive(Debug)]
pub struct Telegram {
    api: Api,
    chat: String,
    topic: Option<u32>,
    pace: Arc<Pace>,
    links: Option<Links>,
}

impl Telegram {
    /// Checks the configuration; sends nothing.
    pub fn new(kit: &Kit, config: &TelegramConfig) -> Result<Self, ConfigError> {
        let base = base(config.api_url.as_ref(), API_URL)?;
        let token = usable("token", &config.token)?;
        if !is_token(token) {
            return Err(ConfigError::field("token", &"must be a bot's token such as 123456:ABC-def"));
        }
        let chat = config.chat_id.trim().to_owned();
        if !is_chat(&chat) {
            return Err(ConfigError::field("chat_id", &"must be a number, or the @name of a public channel"));
        }
        let gap = if chat.starts_with(['-', '@']) { PACE_GROUP } else { PACE_PERSON };
        Ok(Self {
            pace: kit.paces.of(&format!("telegram {} {chat}", base.url()), gap),
            api: Api::new(kit.outgoing.clone(), &base, token),
            topic: config.message_thread_id.filter(|topic| *topic > 0),
            chat,
            links: kit.links.clone(),
        })
    }
}

/// Nothing that would lead to another address when it is put into one.
fn is_token(text: &str) -> bool {
    let word = |part: &str| part.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-');
    text.len() <= 128
        && text.split_once(':').is_some_and(|(id, key)| {
            !id.is_empty() && id.bytes().all(|c| c.is_ascii_digit()) && !key.is_empty() && word(key)
        })
}

fn is_chat(text: &str) -> bool {
    let name = |name: &str| {
        (1..=64).contains(&name.len()) && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
    };
    text.strip_prefix('@').is_some_and(name) || text.parse::<i64>().is_ok_and(|number| number != 0)
}

#[async_trait]
impl Notifier for Telegram {
    async fn deliver(&self, parcel: &Parcel<'_>) -> Result<Receipt, DeliveryError> {
        if need_not_hear(parcel.notice) {
            return Ok(nothing_to_say());
        }
        let message = message(parcel.notice, parcel.now, &self.chat, self.topic, self.links.as_ref());
        self.pace.turn().await.map_err(|crowded| crowded.at("telegram chat"))?;
        let sent = self.api.call("sendMessage", &json!(message)).await?;
        let id = sent["message_id"].as_i64().unwrap_or_default();
        Ok(Receipt { answer: format!("message {id}") })
    }

    async fn check(&self) -> Result<Receipt, DeliveryError> {
        self.api.call("getMe", &json!({})).await?;
        self.api.call("getChat", &json!({ "chat_id": self.chat })).await?;
        Ok(Receipt { answer: "the bot knows the chat".to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_chats_are_what_telegram_makes_them() {
        assert!(
            is_token("123456:ABC-def_g") && is_chat("-1001234567890") && is_chat("@ops") && is_chat("42")
        );
        for token in ["", "123456", "x:abc", "1:a/../b", "1:a?b", "1:", ":a", "1:a b"] {
            assert!(!is_token(token), "{token}");
        }
        for chat in ["", "0", "ops", "@", "@a b", "@a/b", "99999999999999999999"] {
            assert!(!is_chat(chat), "{chat}");
        }
    }

    #[test]
    fn a_chat_may_be_written_as_a_number() {
        for chat in [json!(-1001), json!("-1001")] {
            let config: TelegramConfig =
                serde_json::from_value(json!({ "token": "1:a", "chat_id": chat })).expect("reads");
            assert_eq!(config.chat_id, "-1001");
        }
        let problem = serde_json::from_value::<TelegramConfig>(json!({ "token": "1:a", "chat_id": [] }));
        assert_eq!(problem.expect_err("refused").to_string(), "chat_id must be a number or a text");
    }
}
