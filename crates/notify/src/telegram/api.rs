//! Telegram's Bot API: a call, and what its answer means.

use app::ports::DeliveryError;
use domain::Duration;
use reqwest::Url;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

use crate::http::Outgoing;
use crate::target::Target;
use crate::text::one_line;

/// The longest wait that is heeded: a delivery is given up after a day anyway.
const WAIT_SECONDS_MAX: i64 = 86_400;

pub(super) struct Api {
    outgoing: Outgoing,
    /// Ends in `/bot<token>`.
    base: Target,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.base)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reply {
    ok: bool,
    result: Value,
    error_code: u16,
    description: String,
    parameters: Parameters,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Parameters {
    retry_after: Option<i64>,
    migrate_to_chat_id: Option<i64>,
}

impl Api {
    pub(super) fn new(outgoing: Outgoing, base: &Target, token: &str) -> Self {
        Self { outgoing, base: base.below(&format!("bot{token}")) }
    }

    /// Calls a method; answers its result.
    pub(super) async fn call(&self, method: &str, arguments: &Value) -> Result<Value, DeliveryError> {
        let body = arguments.to_string().into_bytes();
        let url: Url = self.base.join(method);
        let answer = self.outgoing.post_json(url, HeaderMap::new(), body).await?;
        let status = answer.status();
        match serde_json::from_slice::<Reply>(&answer.body().await?) {
            Ok(reply) if reply.ok => Ok(reply.result),
            Ok(reply) if reply.error_code > 0 => Err(meaning(&reply)),
            _ => Err(DeliveryError::transient(format!("the answer ({status}) is not one of telegram's"))),
        }
    }
}

/// Refusals with 400 that are about the chat and not about the message.
const CHAT_IS_WRONG: [(&str, &str); 9] = [
    ("chat not found", "no such chat, or the bot is not in it"),
    ("message thread not found", "the group has no such topic"),
    ("topic_closed", "the topic is closed"),
    ("topic_deleted", "the topic is gone"),
    ("not enough rights", "the bot may not write there"),
    ("need administrator rights", "the bot must be an administrator of the channel"),
    ("have no rights", "the bot may not write there"),
    ("chat_write_forbidden", "the bot may not write there"),
    ("upgraded to a supergroup", "the group has a new id"),
];

fn meaning(reply: &Reply) -> DeliveryError {
    let code = reply.error_code;
    let said = domain::time::shorten(&one_line(&reply.description), 120);
    match code {
        401 | 404 => DeliveryError::broken(format!("telegram does not know the token ({code})")),
        403 => DeliveryError::broken(format!("telegram refuses the bot: {said}")),
        400 => of_request(reply, &said),
        420 | 429 | 500.. => DeliveryError::Transient {
            reason: format!("telegram cannot now ({code}): {said}"),
            retry_after: reply
                .parameters
                .retry_after
                .filter(|wait| *wait > 0)
                .map(|wait| Duration::from_seconds(wait.min(WAIT_SECONDS_MAX))),
        },
        _ => DeliveryError::permanent(format!("telegram refuses the message ({code}): {said}")),
    }
}

fn of_request(reply: &Reply, said: &str) -> DeliveryError {
    if let Some(chat) = reply.parameters.migrate_to_chat_id {
        return DeliveryError::broken(format!("the group has become a supergroup: write chat_id {chat}"));
    }
    let lower = said.to_lowercase();
    match CHAT_IS_WRONG.iter().find(|(words, _)| lower.contains(words)) {
        Some((_, advice)) => DeliveryError::broken(format!("telegram refuses the chat: {advice}")),
        None => DeliveryError::permanent(format!("telegram refuses the message: {said}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn means(code: u16, description: &str, parameters: &Value) -> DeliveryError {
        let reply =
            json!({ "ok": false, "error_code": code, "description": description, "parameters": parameters });
        meaning(&serde_json::from_value(reply).expect("a reply"))
    }

    #[test]
    fn what_is_wrong_with_the_chat_or_the_bot_is_told_from_what_is_wrong_with_the_message() {
        let none = &json!({});
        for (code, said, reason) in [
            (401, "Unauthorized", "telegram does not know the token (401)"),
            (404, "Not Found", "telegram does not know the token (404)"),
            (
                403,
                "Forbidden: bot was kicked from the supergroup chat",
                "telegram refuses the bot: Forbidden: bot was kicked from the supergroup chat",
            ),
            (
                400,
                "Bad Request: chat not found",
                "telegram refuses the chat: no such chat, or the bot is not in it",
            ),
            (400, "Bad Request: TOPIC_CLOSED", "telegram refuses the chat: the topic is closed"),
        ] {
            assert_eq!(means(code, said, none), DeliveryError::broken(reason));
        }
        assert_eq!(
            means(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                &json!({ "migrate_to_chat_id": -1002 })
            ),
            DeliveryError::broken("the group has become a supergroup: write chat_id -1002")
        );
        assert_eq!(
            means(400, "Bad Request: message is too long", none),
            DeliveryError::permanent("telegram refuses the message: Bad Request: message is too long")
        );
    }

    #[test]
    fn a_flood_waits_as_long_as_telegram_says() {
        let reason = "telegram cannot now (429): Too Many Requests: retry after 30".to_owned();
        assert_eq!(
            means(429, "Too Many Requests: retry after 30", &json!({ "retry_after": 30 })),
            DeliveryError::Transient { reason, retry_after: Some(Duration::from_seconds(30)) }
        );
        assert!(matches!(
            means(502, "Bad Gateway", &json!({})),
            DeliveryError::Transient { retry_after: None, .. }
        ));
    }
}
