//! The channels that the configuration names: `slack` from the environment of the reference deployment, and
//! `[channels.NAME]` of the file. They belong to every project.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use app::AckKey;
use app::ports::{Channel, ChannelDirectory, Notifier, Reach, StoreResult};
use async_trait::async_trait;
use domain::ProjectId;
use domain::id::ChannelId;
use notify::{ChannelConfig, Kit, Links, Outgoing, PrivateTargets};
use serde_json::{Value, json};

use crate::config::{Config, SlackSettings, reveal};
use crate::secret_key::{ACKNOWLEDGE, SecretKey};

/// Channels that do not change while the process runs.
#[derive(Default)]
pub(crate) struct StaticChannels {
    channels: Vec<Channel>,
    notifiers: BTreeMap<ChannelId, Arc<dyn Notifier>>,
}

impl StaticChannels {
    /// Builds every channel, so that what cannot work is refused before the server starts. Their messages can be
    /// acknowledged where there is a key that signs.
    pub(crate) fn from_config(config: &Config, key: Option<&SecretKey>) -> Result<Self> {
        let kit = kit(config, key)?;
        let mut made = Self::default();
        if let Some(slack) = &config.slack {
            made.add(&kit, "slack", slack_channel(slack), true).context("channel slack")?;
        }
        for (name, table) in &config.channels {
            let (value, is_default) = file_channel(name, table)?;
            made.add(&kit, name, value, is_default).with_context(|| format!("channel {name}"))?;
        }
        Ok(made)
    }

    fn add(&mut self, kit: &Kit, name: &str, value: Value, is_default: bool) -> Result<()> {
        let id = ChannelId::trusted(name);
        if self.notifiers.contains_key(&id) {
            bail!("there are two of that name: slack_bot_token already makes the channel slack");
        }
        let config = ChannelConfig::parse(value)?;
        let notifier = kit.build(&config)?;
        let keeps_incidents = notifier.keeps_incidents();
        let channel = Channel { keeps_incidents, ..Channel::new(name, config.kind(), is_default) };
        self.notifiers.insert(id, notifier);
        self.channels.push(channel);
        Ok(())
    }
}

#[async_trait]
impl ChannelDirectory for StaticChannels {
    async fn channels(&self, _project: &ProjectId) -> StoreResult<Vec<Channel>> {
        Ok(self.channels.clone())
    }

    async fn reach(&self, channel: &ChannelId) -> StoreResult<Reach> {
        Ok(self.notifiers.get(channel).cloned().map_or(Reach::Gone, Reach::Ready))
    }
}

/// What signs the addresses by which incidents are acknowledged, and verifies them.
pub(crate) fn ack_key(key: &SecretKey) -> AckKey {
    AckKey::new(key.derive(ACKNOWLEDGE))
}

fn kit(config: &Config, key: Option<&SecretKey>) -> Result<Kit> {
    let targets: PrivateTargets = config
        .allow_private_targets
        .parse()
        .map_err(|error| anyhow::anyhow!("setting allow_private_targets: {error}"))?;
    let links = config.public_url.as_deref().map(Links::new).transpose().context("setting public_url")?;
    let links = match (links, key) {
        (Some(links), Some(key)) => Some(links.signing(ack_key(key))),
        (links, _) => links,
    };
    Ok(Kit::new(Outgoing::new(targets)?, links))
}

fn slack_channel(slack: &SlackSettings) -> Value {
    let mut value = json!({
        "kind": "slack", "token": slack.token, "channel": slack.channel, "api_url": slack.api_url,
    });
    if let Some(mention) = &slack.mention {
        value["mention"] = json!(mention);
    }
    value
}

/// A table of the file: `kind` and its fields, and whether schedulers that name no channel are told here (they are, but
/// for `default = false`). A text `file:PATH` stands for what is in that file.
fn file_channel(name: &str, table: &toml::Value) -> Result<(Value, bool)> {
    domain::id::check_text(name, 64).map_err(|bad| anyhow::anyhow!("channel name {bad}"))?;
    let Some(table) = table.as_table() else { bail!("channels.{name} must be a table") };
    let mut fields = serde_json::to_value(table)?;
    let map = fields.as_object_mut().context("a table is an object")?;
    let is_default = match map.remove("default") {
        None => true,
        Some(Value::Bool(flag)) => flag,
        Some(other) => bail!("channels.{name}.default must be true or false, was {other}"),
    };
    for (field, value) in map.iter_mut() {
        if let Value::String(text) = value {
            *text = reveal(text).with_context(|| format!("channels.{name}.{field}"))?;
        }
    }
    Ok((fields, is_default))
}
