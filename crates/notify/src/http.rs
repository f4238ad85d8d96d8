//! How requests leave: one client for all channels, with bounds on time and answer, that follows no redirect, reads no
//! proxy from the environment, and does not go where [`PrivateTargets`] forbids.
//!
//! Nothing that leaves this module names a URL: an address can hold a secret.

mod addresses;
mod answer;
mod failure;
mod guard;

use std::time::Duration;

use app::ports::DeliveryError;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Request, Url, redirect};

pub(crate) use addresses::is_public;
pub use answer::{Answer, BODY_BYTES_MAX, Refusal};
pub use guard::{BadTargets, PrivateTargets};

use guard::Guard;

/// No exchange takes longer than this, whatever is configured.
pub const TOTAL_MAX: Duration = Duration::from_secs(20);

/// The time for an answer that is not waited for: only a date in a `Retry-After` is read against it.
pub(crate) const NO_TIME: domain::Instant = domain::Instant::MIN;

/// How long an exchange may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until connected: name looked up, TLS agreed.
    pub connect: Duration,
    /// From the first step to the last byte read; at most [`TOTAL_MAX`].
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(15) }
    }
}

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("preparing the outgoing client")]
pub struct OutgoingError(#[from] reqwest::Error);

/// The outgoing client. A clone shares connections and rules with the original.
#[derive(Clone, Debug)]
pub struct Outgoing {
    client: Client,
    guard: Guard,
    limits: Limits,
}

impl Outgoing {
    /// A client with the usual limits.
    pub fn new(targets: PrivateTargets) -> Result<Self, OutgoingError> {
        Self::with_limits(targets, Limits::default())
    }

    /// A client with limits of one's own.
    #[expect(clippy::disallowed_methods, reason = "this is the guarded client that the ban points to")]
    pub fn with_limits(targets: PrivateTargets, limits: Limits) -> Result<Self, OutgoingError> {
        let guard = Guard::new(targets);
        let client = Client::builder()
            .dns_resolver(guard.clone())
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(limits.connect.min(TOTAL_MAX))
            .timeout(limits.total.min(TOTAL_MAX))
            .pool_idle_timeout(Duration::from_mins(1))
            .user_agent(concat!("Punctual/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, guard, limits })
    }

    /// Posts a JSON body.
    pub async fn post_json(
        &self,
        url: Url,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Answer, DeliveryError> {
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        let builder = self.client.post(url).headers(headers).header(CONTENT_TYPE, json).body(body);
        self.send(builder.build().map_err(|error| failure::of(&error))?).await
    }

    /// Asks for a resource.
    pub async fn get(&self, url: Url, headers: HeaderMap) -> Result<Answer, DeliveryError> {
        let builder = self.client.get(url).headers(headers);
        self.send(builder.build().map_err(|error| failure::of(&error))?).await
    }

    /// Sends a request. An answer of any status is an answer; see [`Answer::accepted`].
    pub async fn send(&self, request: Request) -> Result<Answer, DeliveryError> {
        // The connector takes an address written as numbers as it is, without asking the resolver.
        self.guard.check_literal(request.url())?;
        let response = self.client.execute(request).await.map_err(|error| failure::of(&error))?;
        Ok(Answer::new(response))
    }
}
