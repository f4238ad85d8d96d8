//! Slack's web API: one call, and what its answer means. HTTP 200 is no success: `ok` is.

use app::ports::DeliveryError;
use domain::{Duration, Instant};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Request};
use serde::Deserialize;

use super::blocks::SlackMessage;
use super::errors;
use crate::channel::ConfigError;
use crate::http::Outgoing;
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
}

impl Api {
    pub(super) fn new(outgoing: Outgoing, base: Target, token: &str) -> Result<Self, ConfigError> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {token}"))
            .map_err(|_| ConfigError::field("token", &"must be printable ASCII"))?;
        bearer.set_sensitive(true);
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
        let headers = HeaderMap::from_iter([(AUTHORIZATION, self.bearer.clone())]);
        let answer = self.outgoing.post_json(self.base.join("chat.postMessage"), headers, body).await?;
        let answer = answer.accepted(now)?;
        let retry_after = answer.retry_after(now);
        let reply: Reply = serde_json::from_slice(&answer.body().await?)
            .map_err(|_| DeliveryError::transient("the answer is not one of slack's"))?;
        if reply.ok { Ok(timestamp(&reply.ts)) } else { Err(errors::meaning(&reply.error, retry_after)) }
    }
}

/// A timestamp as Slack writes it, `1700000000.000100`; what is none is left out.
fn timestamp(text: &str) -> String {
    let good = text.len() <= 32 && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    if good { text.to_owned() } else { String::new() }
}
