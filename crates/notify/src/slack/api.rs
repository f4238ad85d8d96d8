//! Slack's web API: the calls that are used, and what their answers mean. HTTP 200 is no success: `ok` is.

use app::ports::DeliveryError;
use domain::{Duration, Instant};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Request};
use serde::Deserialize;

use super::blocks::SlackMessage;
use super::errors;
use crate::channel::{ConfigError, credential};
use crate::http::{Answer, NO_TIME, Outgoing};
use crate::target::Target;

#[derive(Debug)]
pub(super) struct Api {
    outgoing: Outgoing,
    base: Target,
    bearer: HeaderValue,
}

#[derive(Debug, Deserialize)]
struct Reply {
    ok: bool,
    #[serde(default)]
    error: String,
    #[serde(default)]
    ts: String,
    #[serde(default)]
    channel: serde_json::Value,
}

impl Api {
    pub(super) fn new(outgoing: Outgoing, base: Target, token: &str) -> Result<Self, ConfigError> {
        let bearer = credential("token", "Bearer", token)?;
        Ok(Self { outgoing, base, bearer })
    }

    /// Calls a method; answers the body, and how long to wait where Slack says so.
    pub(super) async fn call(
        &self,
        method: &str,
        content_type: &'static str,
        body: Vec<u8>,
        now: Instant,
    ) -> Result<(Vec<u8>, Option<Duration>), DeliveryError> {
        let mut request = Request::new(Method::POST, self.base.join(method));
        request.headers_mut().insert(AUTHORIZATION, self.bearer.clone());
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        *request.body_mut() = Some(body.into());
        let answer = self.outgoing.send(request).await?.accepted(now)?;
        let retry_after = answer.retry_after(now);
        Ok((answer.body().await?, retry_after))
    }

    /// Posts a message; answers its timestamp, which is its id in its channel.
    pub(super) async fn post_message(
        &self,
        message: &SlackMessage,
        now: Instant,
    ) -> Result<String, DeliveryError> {
        let body =
            serde_json::to_vec(message).map_err(|_| DeliveryError::permanent("the message is no json"))?;
        let answer =
            self.outgoing.post_json(self.base.join("chat.postMessage"), self.headers(), body).await?;
        Ok(timestamp(&reply(answer, now).await?.ts))
    }

    /// Asks whose token it is.
    pub(super) async fn test(&self) -> Result<(), DeliveryError> {
        let body = b"{}".to_vec();
        let answer = self.outgoing.post_json(self.base.join("auth.test"), self.headers(), body).await?;
        reply(answer, NO_TIME).await.map(drop)
    }

    /// Asks for a channel. Not every token may ask, and a name instead of an id is not found: that says nothing of
    /// whether it could be written to.
    pub(super) async fn look_at(&self, channel: &str) -> Result<&'static str, DeliveryError> {
        let mut url = self.base.join("conversations.info");
        url.query_pairs_mut().append_pair("channel", channel);
        let answer = self.outgoing.get(url, self.headers()).await?;
        match reply(answer, NO_TIME).await {
            Ok(reply) if reply.channel["is_archived"] == true => Err(errors::meaning("is_archived", None)),
            Ok(_) => Ok("and the channel"),
            Err(DeliveryError::Broken { reason })
                if reason.contains("channel_not_found") && is_channel_id(channel) =>
            {
                Err(DeliveryError::Broken { reason })
            }
            Err(_) => Ok("but does not tell it of the channel"),
        }
    }

    fn headers(&self) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, self.bearer.clone())])
    }
}

async fn reply(answer: Answer, now: Instant) -> Result<Reply, DeliveryError> {
    let answer = answer.accepted(now)?;
    let retry_after = answer.retry_after(now);
    let reply: Reply = serde_json::from_slice(&answer.body().await?)
        .map_err(|_| DeliveryError::transient("the answer is not one of slack's"))?;
    if reply.ok { Ok(reply) } else { Err(errors::meaning(&reply.error, retry_after)) }
}

/// Whether a text is a channel's id and not its name.
fn is_channel_id(text: &str) -> bool {
    text.len() >= 9
        && text.starts_with(['C', 'D', 'G'])
        && text.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// A timestamp as Slack writes it, `1700000000.000100`; what is none is left out.
fn timestamp(text: &str) -> String {
    let good = text.len() <= 32 && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    if good { text.to_owned() } else { String::new() }
}
