//! Flags over environment over file: the text of each setting, and where it came from.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::secrets::{is_elsewhere, reveal};
use super::settings::{SETTINGS, Setting, setting};

/// Where a setting's value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The configuration file.
    File,
    /// A variable of the environment.
    Env(&'static str),
    /// A flag of the command line.
    Flag,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File => f.write_str("file"),
            Self::Env(name) => write!(f, "environment {name}"),
            Self::Flag => f.write_str("flag"),
        }
    }
}

/// What people said, setting by setting, and the channels and boards of the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layers {
    values: BTreeMap<&'static str, (String, Source)>,
    /// `[channels.NAME]` of the file, unread.
    pub(crate) channels: toml::Table,
    /// `[boards.NAME]` of the file, unread.
    pub(crate) boards: toml::Table,
    /// `[[escalation]]` of the file, unread.
    pub(crate) escalation: Vec<toml::Value>,
}

/// Settings that may hold several values: in the file as a list, elsewhere separated by commas.
const LISTS: [&str; 5] = ["api_keys", "trusted_proxies", "cors_origins", "allow_private_targets", "roles"];

/// Reads the environment: passed in, so that tests need not change the process's own.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Layers {
    /// Puts the layers on each other.
    pub(crate) fn read(
        file: Option<&Path>,
        environment: Environment<'_>,
        flags: &[(&'static str, Option<String>)],
    ) -> Result<Self> {
        let mut layers = Self::default();
        if let Some(path) = file {
            layers.read_file(path)?;
        }
        layers.read_environment(environment);
        for (name, value) in flags {
            if let Some(value) = value {
                layers.values.insert(name, (value.clone(), Source::Flag));
            }
        }
        Ok(layers)
    }

    fn read_file(&mut self, path: &Path) -> Result<()> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the configuration file {}", path.display()))?;
        let table: toml::Table = text
            .parse()
            .map_err(|error| anyhow::anyhow!("{} {}", path.display(), client::toml_flaw(&text, &error)))?;
        for (name, value) in table {
            if name == "channels" {
                self.channels = tables(path, &name, value)?;
                continue;
            }
            if name == "boards" {
                self.boards = tables(path, &name, value)?;
                continue;
            }
            if name == "escalation" {
                let toml::Value::Array(steps) = value else {
                    bail!("{}: escalation must be a list of steps, [[escalation]]", path.display());
                };
                self.escalation = steps;
                continue;
            }
            match value {
                toml::Value::Table(group) if is_group(&name) => {
                    for (inner, value) in group {
                        self.put(path, &format!("{name}.{inner}"), &value)?;
                    }
                }
                value => self.put(path, &name, &value)?,
            }
        }
        Ok(())
    }

    fn put(&mut self, path: &Path, name: &str, value: &toml::Value) -> Result<()> {
        let Some(known) = setting(name) else {
            bail!("{}: there is no setting {name}; see docs/configuration.md", path.display());
        };
        if value.is_array() && !LISTS.contains(&known.name) {
            bail!("{}: {name} takes one value, not a list", path.display());
        }
        let text = flat(value).with_context(|| format!("{}: {name}", path.display()))?;
        self.values.insert(known.name, (text, Source::File));
        Ok(())
    }

    fn read_environment(&mut self, environment: Environment<'_>) {
        for known in SETTINGS {
            let set = known.env.iter().find_map(|name| Some((*name, environment(name)?)));
            // An empty variable is how a deployment file says "not set".
            if let Some((name, value)) = set.filter(|(_, value)| !value.trim().is_empty()) {
                self.values.insert(known.name, (value, Source::Env(name)));
            }
        }
    }

    /// The text of a setting, a secret one read from its file where it names one.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<String>> {
        let Some((value, _)) = self.values.get(name) else { return Ok(None) };
        match setting(name) {
            Some(known) if known.secret => {
                Ok(Some(reveal(value, self.region()).with_context(|| format!("setting {name}"))?))
            }
            _ => Ok(Some(value.clone())),
        }
    }

    /// In which region secrets are.
    pub(crate) fn region(&self) -> Option<&str> {
        self.values.get("aws.region").map(|(region, _)| region.trim()).filter(|region| !region.is_empty())
    }

    /// Whether any secret is one that stands elsewhere and may be another one later.
    pub(crate) fn have_secrets_elsewhere(&self) -> bool {
        let secrets =
            SETTINGS.iter().filter(|known| known.secret).filter_map(|known| self.values.get(known.name));
        secrets.into_iter().any(|(value, _)| is_elsewhere(value)) || self.channels.values().any(holds_one)
    }

    /// Where a setting's value came from.
    pub(crate) fn source(&self, name: &str) -> Option<&Source> {
        self.values.get(name).map(|(_, source)| source)
    }

    /// A setting's value for people: secrets are masked.
    pub(crate) fn shown(&self, known: &Setting) -> String {
        match self.values.get(known.name) {
            None => known.default.to_owned(),
            Some((value, _)) if known.secret && !is_elsewhere(value) => "********".to_owned(),
            Some((value, _)) => value.clone(),
        }
    }
}

/// Whether settings stand together in a table of that name.
fn is_group(name: &str) -> bool {
    let in_it = |setting: &Setting| setting.name.split_once('.').is_some_and(|(group, _)| group == name);
    SETTINGS.iter().any(in_it)
}

/// The tables of one kind.
fn tables(path: &Path, kind: &str, value: toml::Value) -> Result<toml::Table> {
    match value {
        toml::Value::Table(tables) => Ok(tables),
        _ => bail!("{}: {kind} must be tables such as [{kind}.ops]", path.display()),
    }
}

/// Whether a table of a channel names a secret that stands elsewhere.
fn holds_one(value: &toml::Value) -> bool {
    match value {
        toml::Value::String(text) => is_elsewhere(text),
        toml::Value::Array(items) => items.iter().any(holds_one),
        toml::Value::Table(fields) => fields.values().any(holds_one),
        _ => false,
    }
}

/// A value of the file as the text that the environment would bring.
fn flat(value: &toml::Value) -> Result<String> {
    Ok(match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Boolean(flag) => flag.to_string(),
        toml::Value::Array(items) => {
            let texts: Result<Vec<_>> = items.iter().map(flat).collect();
            texts?.join(",")
        }
        other => bail!("must be a text, a number, true, false or a list of them, was a {}", other.type_str()),
    })
}
