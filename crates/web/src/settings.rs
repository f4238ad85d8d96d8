//! What people set for the HTTP side, with the defaults of the contract.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use ipnet::IpNet;

/// What people set for the HTTP side.
#[derive(Clone, Debug)]
pub struct WebSettings {
    /// Where the API begins.
    pub prefix: Prefix,
    /// The header that carries the key.
    pub key_header: HeaderName,
    /// How much a key and a scheduler may ask.
    pub rate_limits: RateLimits,
    /// How many failed attempts to authenticate an address has a minute.
    pub failed_attempts_per_minute: u32,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Web origins that may call the API from a browser; `*` is any; none by default.
    pub cors_origins: Vec<HeaderValue>,
    /// Whether browsers are told to come by HTTPS only.
    pub require_https: bool,
    /// How we are reached from outside, such as `https://punctual.example.org`; links are relative where absent.
    pub public_url: Option<String>,
    /// The domain of the addresses by which schedulers hear mails; there are none where absent.
    pub mail_domain: Option<String>,
    /// Who may read `/metrics`.
    pub metrics: MetricsPolicy,
    /// What verifies the signed addresses by which incidents are acknowledged; there are none where absent.
    pub ack_key: Option<app::AckKey>,
    /// How many bytes of a ping's body are kept; at most [`domain::output::OUTPUT_BYTES_MAX`].
    pub ping_body_limit: usize,
    /// How long a request may take, its body included.
    pub request_timeout: Duration,
}

impl Default for WebSettings {
    fn default() -> Self {
        Self {
            prefix: Prefix::default(),
            key_header: HeaderName::from_static("x-api-key"),
            rate_limits: RateLimits::default(),
            failed_attempts_per_minute: 30,
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            require_https: false,
            public_url: None,
            mail_domain: None,
            metrics: MetricsPolicy::default(),
            ack_key: None,
            ping_body_limit: domain::output::OUTPUT_BYTES_MAX,
            request_timeout: Duration::from_secs(30),
        }
    }
}

/// Where the API begins: nothing, or `/` and segments without a `/` at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(String);

impl Default for Prefix {
    fn default() -> Self {
        Self("/api/v1".to_owned())
    }
}

impl Prefix {
    /// Reads `api/v1`, `/api/v1` or `/api/v1/`; an empty text or `/` is no prefix at all.
    pub fn parse(text: &str) -> Result<Self, BadPrefix> {
        let path = text.trim().trim_matches('/');
        if path.is_empty() {
            return Ok(Self(String::new()));
        }
        let good = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        let is_segment =
            |part: &str| !part.is_empty() && part != "." && part != ".." && part.chars().all(good);
        if path.len() > 200 || !path.split('/').all(is_segment) {
            return Err(BadPrefix(domain::time::shorten(text, 60)));
        }
        Ok(Self(format!("/{path}")))
    }

    /// The prefix as it stands in a path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that cannot be a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPrefix(String);

impl fmt::Display for BadPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' is not a path such as /api/v1 of letters, digits, '-', '.', '_' and '~'", self.0)
    }
}

impl std::error::Error for BadPrefix {}

/// How much a key and a scheduler may ask. Kept in the memory of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Whether there are any.
    pub enabled: bool,
    /// Reports and heartbeats a second and key.
    pub reports_per_second: NonZeroU32,
    /// How many of them may come at once.
    pub reports_burst: NonZeroU32,
    /// Reports and heartbeats a second and scheduler.
    pub scheduler_per_second: NonZeroU32,
    /// How many of them may come at once.
    pub scheduler_burst: NonZeroU32,
    /// Other requests a second and key; as many may come at once.
    pub management_per_second: NonZeroU32,
    /// Takes the place of both limits of a key: so many requests of any kind in so long a time.
    pub window: Option<Window>,
}

/// So many requests in so long a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How long.
    pub length: Duration,
    /// How many.
    pub requests_max: NonZeroU32,
}

const fn number(n: u32) -> NonZeroU32 {
    match NonZeroU32::new(n) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            enabled: true,
            reports_per_second: number(2000),
            reports_burst: number(20_000),
            scheduler_per_second: number(1),
            scheduler_burst: number(60),
            management_per_second: number(100),
            window: None,
        }
    }
}

/// Who may read `/metrics` of the main listener.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MetricsPolicy {
    /// Who bears a key of the project `default`: the figures are of all projects.
    #[default]
    Keyed,
    /// Everyone who reaches the port.
    Open,
    /// Nobody: they are served on a listener of their own, or not at all.
    Elsewhere,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_read_with_or_without_slashes() {
        for (text, prefix) in
            [("api/v1", "/api/v1"), ("/api/v1/", "/api/v1"), ("/", ""), ("", ""), ("x", "/x")]
        {
            assert_eq!(Prefix::parse(text).expect(text).as_str(), prefix);
        }
        for text in ["/a//b", "/{id}", "/a b", "/../x", "/*", &"x".repeat(300)] {
            assert!(Prefix::parse(text).is_err(), "{text}");
        }
    }
}
