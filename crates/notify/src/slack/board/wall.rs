//! Posting, editing and finding a board's message: `chat.postMessage`, `chat.update`, `conversations.history`.
//!
//! Each message carries metadata that names its board and window, by which it is found again when nobody noted whether
//! it was posted. Looking needs the scope `channels:history` (`groups:history` in a private channel) and the channel by
//! its id; without them nothing is found, and a second message may appear.

use app::ports::{BoardPoster, DeliveryError, Edited};
use async_trait::async_trait;
use domain::board::BoardPage;
use domain::{Duration, Instant};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::layout;
use crate::slack::blocks::SlackMessage;
use crate::slack::{Slack, errors};

/// What metadata are called that are ours.
const EVENT: &str = "punctual_board";
/// How many messages are read at once, so that an answer stays within what is read of one, and how often.
const HISTORY_LIMIT: usize = 10;
const HISTORY_PAGES: usize = 5;
/// How much earlier than its window a message may stand, by a clock that is not ours.
const LEEWAY: Duration = Duration::from_minutes(5);

const JSON: &str = "application/json; charset=utf-8";
const FORM: &str = "application/x-www-form-urlencoded";

#[derive(Debug, Serialize)]
struct Post<'a> {
    #[serde(flatten)]
    message: &'a SlackMessage,
    metadata: Metadata,
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<&'a str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Metadata {
    event_type: String,
    event_payload: Payload,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Payload {
    project: String,
    board: String,
    /// The beginning of the window, in milliseconds since 1970.
    window: i64,
}

/// What Slack answers; `ok` alone says whether it did it.
#[derive(Debug, Deserialize)]
struct Reply {
    ok: bool,
    #[serde(default)]
    error: String,
    #[serde(default)]
    ts: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    messages: Vec<Said>,
    #[serde(default)]
    response_metadata: Cursor,
}

#[derive(Debug, Deserialize)]
struct Said {
    #[serde(default)]
    ts: String,
    /// Other apps say here what they like.
    #[serde(default)]
    metadata: serde_json::Value,
}

#[derive(Debug, Default, Deserialize)]
struct Cursor {
    #[serde(default)]
    next_cursor: String,
}

/// Which message: its channel, always by id, and its timestamp there.
fn message_name(channel: &str, ts: &str) -> Option<String> {
    let good = |text: &str| {
        (1..=64).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'.')
    };
    (good(channel) && good(ts)).then(|| format!("{channel}/{ts}"))
}

fn metadata(page: &BoardPage) -> Metadata {
    Metadata {
        event_type: EVENT.to_owned(),
        event_payload: Payload {
            project: page.project.as_str().to_owned(),
            board: page.board.clone(),
            window: page.window.start.as_millis(),
        },
    }
}

impl Slack {
    async fn show(
        &self,
        call: &str,
        channel: &str,
        ts: Option<&str>,
        page: &BoardPage,
    ) -> Result<Reply, DeliveryError> {
        let told = layout(page, self.place.links.as_ref());
        let message = SlackMessage::new(channel, told.text, told.blocks);
        let post = Post { message: &message, metadata: metadata(page), ts };
        let body = serde_json::to_vec(&json!(post))
            .map_err(|_| DeliveryError::permanent("the message is no json"))?;
        self.pace.turn().await.map_err(|crowded| crowded.at("slack channel"))?;
        let (answer, wait) = self.api.call(call, JSON, body, page.updated_at).await?;
        let reply = read(&answer)?;
        if reply.ok || is_special(&reply.error) {
            return Ok(reply);
        }
        Err(errors::meaning(&reply.error, wait))
    }

    /// One page of the channel's history since the window began.
    async fn history(&self, page: &BoardPage, cursor: &str) -> Result<Option<Reply>, DeliveryError> {
        let form = form(&[
            ("channel", &self.place.channel),
            ("oldest", &seconds(page.window.start - LEEWAY)),
            ("include_all_metadata", "true"),
            ("limit", &HISTORY_LIMIT.to_string()),
            ("cursor", cursor),
        ]);
        let (answer, wait) =
            self.api.call("conversations.history", FORM, form.into_bytes(), page.updated_at).await?;
        // What is too long to be read to its end cannot be asked either.
        let Ok(reply) = read(&answer) else { return Ok(None) };
        match (reply.ok, errors::meaning(&reply.error, wait)) {
            (true, _) => Ok(Some(reply)),
            (false, passing @ DeliveryError::Transient { .. }) => Err(passing),
            (false, _) => Ok(None),
        }
    }
}

#[async_trait]
impl BoardPoster for Slack {
    async fn post(&self, page: &BoardPage) -> Result<String, DeliveryError> {
        let reply = self.show("chat.postMessage", &self.place.channel, None, page).await?;
        if !reply.ok {
            return Err(errors::meaning(&reply.error, None));
        }
        let nameless = || DeliveryError::transient("slack took the message and does not say which it is");
        message_name(&reply.channel, &reply.ts).ok_or_else(nameless)
    }

    async fn edit(&self, message: &str, page: &BoardPage) -> Result<Edited, DeliveryError> {
        let Some((channel, ts)) = message.split_once('/') else { return Ok(Edited::Gone) };
        let reply = self.show("chat.update", channel, Some(ts), page).await?;
        Ok(match reply.error.as_str() {
            "message_not_found" => Edited::Gone,
            "cant_update_message" | "edit_window_closed" => Edited::Fixed,
            _ => Edited::Done,
        })
    }

    async fn find(&self, page: &BoardPage) -> Result<Option<String>, DeliveryError> {
        let ours = json!(metadata(page));
        let mut cursor = String::new();
        for _ in 0..HISTORY_PAGES {
            let Some(reply) = self.history(page, &cursor).await? else { return Ok(None) };
            let said = reply.messages.iter().find(|said| is_ours(&said.metadata, &ours));
            if let Some(said) = said {
                return Ok(message_name(&self.place.channel, &said.ts));
            }
            cursor = reply.response_metadata.next_cursor;
            if cursor.is_empty() {
                break;
            }
        }
        Ok(None)
    }
}

/// Slack may add fields of its own.
fn is_ours(found: &serde_json::Value, ours: &serde_json::Value) -> bool {
    ["event_type", "event_payload"].iter().all(|field| found.get(field) == ours.get(field))
}

fn is_special(code: &str) -> bool {
    matches!(code, "message_not_found" | "cant_update_message" | "edit_window_closed")
}

fn read(answer: &[u8]) -> Result<Reply, DeliveryError> {
    serde_json::from_slice(answer).map_err(|_| DeliveryError::transient("the answer is not one of slack's"))
}

fn seconds(at: Instant) -> String {
    let millis = at.as_millis().max(0);
    format!("{}.{:03}000", millis / 1000, millis % 1000)
}

fn form(fields: &[(&str, &str)]) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let given = fields.iter().filter(|(_, value)| !value.is_empty());
    given.map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
}
