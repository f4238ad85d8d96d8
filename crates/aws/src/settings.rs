//! Where calls go and how long they may take. Credentials come from the usual chain (environment, profile, container,
//! instance), and are looked for when the first call needs them.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::config::Credentials;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_millis(1_500);
/// How long one attempt of a call may take.
const ATTEMPT: Duration = Duration::from_secs(4);

/// Where calls go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The region; else the one of the environment or the profile.
    pub region: Option<String>,
    /// Where the service is, if not where Amazon has it: for a local stand-in, or a private endpoint.
    pub endpoint: Option<String>,
    /// Who asks, where that is not found by the usual chain: key id and secret, for stand-ins.
    pub keys: Option<StaticKeys>,
    /// How long an attempt may take, where that is not the usual: a queue is waited at.
    pub attempt: Option<Duration>,
}

/// A key id and its secret, given outright.
#[derive(Clone, PartialEq, Eq)]
pub struct StaticKeys {
    /// The id.
    pub id: String,
    /// The secret. Never shown.
    pub secret: String,
}

impl std::fmt::Debug for StaticKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StaticKeys").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The configuration of a client. Clients try once: whether to try again is the adapter's to decide, which knows what a
/// repetition means.
pub async fn load(settings: &Settings) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(settings.attempt.unwrap_or(ATTEMPT))
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts);
    if let Some(region) = &settings.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(endpoint) = &settings.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    if let Some(keys) = &settings.keys {
        loader =
            loader.credentials_provider(Credentials::new(&keys.id, &keys.secret, None, None, "settings"));
    }
    loader.load().await
}
