//! The channels that the configuration names, `slack` from the environment of the reference deployment and
//! `[channels.NAME]` of the file, which belong to every project; and what makes a channel of one that is stored.

mod kinds;
mod quiet;
mod sealing;

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use app::AckKey;
use app::channels::{ConfiguredChannel, Directory};
use app::ports::{Channel, Definitions};
use domain::QuietHours;
use notify::{ChannelConfig, Kit, Links, Outgoing, PrivateTargets};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::config::{Config, SlackSettings, reveal};
use crate::secret_key::{ACKNOWLEDGE, CHANNELS, SecretKey};
use kinds::Kinds;
use sealing::Seal;

/// The channels of the configuration, and what builds others.
pub(crate) struct Channels {
    kit: Kit,
    configured: Vec<ConfiguredChannel>,
    seal: Option<Seal>,
}

impl Channels {
    /// Builds every channel, so that what cannot work is refused before the server starts. Messages can be acknowledged,
    /// and stored channels opened, where there is a key.
    pub(crate) fn from_config(config: &Config, key: Option<&SecretKey>) -> Result<Self> {
        let kit = kit(config, key)?;
        let seal = key.map(|key| Seal::new(key.derive(CHANNELS))).transpose()?;
        let mut made = Self { kit, configured: Vec::new(), seal };
        if let Some(slack) = &config.slack {
            let table = FileChannel { config: slack_channel(slack), is_default: true, quiet: None };
            made.add("slack", table).context("channel slack")?;
        }
        for (name, table) in &config.channels {
            made.add(name, file_channel(name, table, config.aws_region.as_deref())?)
                .with_context(|| format!("channel {name}"))?;
        }
        Ok(made)
    }

    /// Those of the configuration.
    pub(crate) fn configured(&self) -> &[ConfiguredChannel] {
        &self.configured
    }

    /// The same, and nothing else.
    pub(crate) fn into_configured(self) -> Vec<ConfiguredChannel> {
        self.configured
    }

    /// All channels there are, with those of a store.
    pub(crate) fn directory(self, store: Arc<dyn Definitions>) -> Directory {
        Directory::new(self.configured, Arc::new(Kinds::new(self.kit, self.seal)), store)
    }

    fn add(&mut self, name: &str, table: FileChannel) -> Result<()> {
        if self.configured.iter().any(|it| it.channel.name == name) {
            bail!("there are two of that name: slack_bot_token already makes the channel slack");
        }
        let FileChannel { config, is_default, quiet } = table;
        let config = ChannelConfig::parse(config)?;
        let notifier = self.kit.build(&config)?;
        let keeps_incidents = notifier.keeps_incidents();
        let channel = Channel { keeps_incidents, quiet, ..Channel::new(name, config.kind(), is_default) };
        let fingerprint = fingerprint(&config);
        self.configured.push(ConfiguredChannel { channel, notifier, shown: json!(config), fingerprint });
        Ok(())
    }
}

/// Other where anything of a configuration is other, a secret too; tells nothing of it.
fn fingerprint(config: &ChannelConfig) -> String {
    let digest = Sha256::digest(config.unmasked().to_string());
    digest.iter().take(16).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
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

/// A channel of the configuration.
struct FileChannel {
    /// `kind` and its fields.
    config: Value,
    is_default: bool,
    quiet: Option<QuietHours>,
}

/// A table of the file: `kind` and its fields, whether schedulers that name no channel are told here (they are, but for
/// `default = false`), and its `quiet_hours`. A text `file:PATH` stands for what is in that
/// file, and one of Secrets Manager for what is there.
fn file_channel(name: &str, table: &toml::Value, region: Option<&str>) -> Result<FileChannel> {
    domain::id::check_text(name, 64).map_err(|bad| anyhow::anyhow!("channel name {bad}"))?;
    let Some(table) = table.as_table() else { bail!("channels.{name} must be a table") };
    let mut config = serde_json::to_value(table)?;
    let map = config.as_object_mut().context("a table is an object")?;
    let is_default = match map.remove("default") {
        None => true,
        Some(Value::Bool(flag)) => flag,
        Some(other) => bail!("channels.{name}.default must be true or false, was {other}"),
    };
    let quiet = map.remove("quiet_hours").map(quiet::read).transpose();
    let quiet = quiet.with_context(|| format!("channels.{name}.quiet_hours"))?;
    for (field, value) in map.iter_mut() {
        reveal_all(value, region).with_context(|| format!("channels.{name}.{field}"))?;
    }
    Ok(FileChannel { config, is_default, quiet })
}

/// Reveals every text in a value.
fn reveal_all(value: &mut Value, region: Option<&str>) -> Result<()> {
    match value {
        Value::String(text) => *text = reveal(text, region)?,
        Value::Array(items) => items.iter_mut().try_for_each(|item| reveal_all(item, region))?,
        Value::Object(fields) => fields.values_mut().try_for_each(|field| reveal_all(field, region))?,
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_be_in_a_file_however_deep_it_is() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "Bearer t0p\n").expect("to be written");
        let text =
            format!("kind = 'webhook'\nheaders = {{ Authorization = 'file:{}' }}", file.path().display());
        let channel = file_channel("hook", &toml::from_str(&text).expect("toml"), None).expect("reads");
        assert_eq!(channel.config["headers"]["Authorization"], "Bearer t0p");
    }
}
