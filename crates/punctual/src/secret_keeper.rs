//! Reads secrets that stand elsewhere again while the server runs, so that a rotation needs no restart. What cannot be
//! read leaves the last good one in force.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration as StdDuration;

use anyhow::Result;
use app::channels::{ConfiguredChannel, Directory};
use app::roles::{Pace, Role};
use app::{AppResult, ConfiguredKeys};
use async_trait::async_trait;

use crate::channels::Channels;
use crate::config::{Config, Layers};
use crate::secret_key::SecretKey;

/// The keeper of secrets that stand elsewhere.
pub(crate) struct SecretKeeper {
    pub(crate) layers: Arc<Layers>,
    pub(crate) key: Arc<SecretKey>,
    pub(crate) keys: ConfiguredKeys,
    pub(crate) directory: Arc<Directory>,
    pub(crate) every: StdDuration,
    pub(crate) last: Mutex<Last>,
}

/// What is in force.
#[derive(Debug, Default)]
pub(crate) struct Last {
    pub(crate) api_keys: Vec<String>,
    pub(crate) channels: Vec<String>,
    /// What was said when a secret could not be read, so that it is said once.
    pub(crate) complaint: Option<String>,
}

/// What stands elsewhere now.
struct Read {
    api_keys: Vec<String>,
    channels: Vec<ConfiguredChannel>,
}

/// By what it is seen that a channel is another one.
pub(crate) fn fingerprints(channels: &[ConfiguredChannel]) -> Vec<String> {
    channels.iter().map(|channel| channel.fingerprint.clone()).collect()
}

fn read(layers: &Layers, key: &SecretKey) -> Result<Read> {
    let config = Config::from_layers(layers)?;
    let channels = Channels::from_config(&config, Some(key))?.into_configured();
    Ok(Read { api_keys: config.api_keys, channels })
}

#[async_trait]
impl Role for SecretKeeper {
    fn name(&self) -> &'static str {
        "secrets"
    }

    fn rhythm(&self) -> StdDuration {
        self.every
    }

    async fn run_once(&self) -> AppResult<Pace> {
        let (layers, key) = (Arc::clone(&self.layers), Arc::clone(&self.key));
        // Files and the network are waited for elsewhere than where requests are served.
        let asked = tokio::task::spawn_blocking(move || read(&layers, &key)).await;
        match asked.unwrap_or_else(|_| Err(anyhow::anyhow!("reading them broke off"))) {
            Ok(read) => self.take(read).await,
            Err(error) => self.complain(&format!("{error:#}")),
        }
        Ok(Pace::Idle)
    }
}

impl SecretKeeper {
    async fn take(&self, read: Read) {
        let Read { api_keys, channels } = read;
        let now = fingerprints(&channels);
        let (are_new_keys, are_new_channels) = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            last.complaint = None;
            let are_new = (last.api_keys != api_keys, last.channels != now);
            (last.api_keys, last.channels) = (api_keys.clone(), now);
            are_new
        };
        if are_new_keys {
            self.keys.replace(api_keys.iter().map(String::as_str));
            tracing::info!(keys = api_keys.len(), "the configured keys are other ones from now on");
        }
        if are_new_channels {
            self.directory.replace_configured(channels).await;
            tracing::info!("the configured channels have other secrets from now on");
        }
    }

    fn complain(&self, complaint: &str) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.complaint.as_deref() != Some(complaint) {
            tracing::warn!("secrets cannot be read again, and the last good ones stay in force: {complaint}");
            last.complaint = Some(complaint.to_owned());
        }
    }
}
