//! What is in force: settings read from flags, environment and file, checked, and given their types. The only place
//! that reads the environment.

mod boards;
mod escalation;
mod layers;
mod mail_pings;
mod secrets;
mod settings;
mod tables;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use app::shards::{PARTS, SHARDS};
use domain::output::OUTPUT_BYTES_MAX;
use domain::{Defaults, Duration, Limit};
use ipnet::IpNet;

pub(crate) use layers::Layers;
pub(crate) use mail_pings::MailPings;
pub(crate) use secrets::reveal;
pub(crate) use settings::SETTINGS;
pub(crate) use tables::{StoreChoice, Tables};

/// What is in force.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) data_dir: PathBuf,
    pub(crate) secret_key: Option<String>,
    pub(crate) secret_key_file: Option<PathBuf>,
    pub(crate) store: StoreChoice,
    pub(crate) aws_region: Option<String>,
    pub(crate) secrets_refresh: Duration,
    pub(crate) listen: SocketAddr,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) api_prefix: web::Prefix,
    pub(crate) api_key_header: http::HeaderName,
    pub(crate) api_keys: Vec<String>,
    pub(crate) public_url: Option<String>,
    pub(crate) defaults: Defaults,
    pub(crate) startup_quiet: Duration,
    pub(crate) history_kept: Duration,
    pub(crate) history_routine_max: u64,
    pub(crate) storm_threshold: u32,
    pub(crate) evaluator_lag_max: Duration,
    pub(crate) watchdog_url: Option<String>,
    pub(crate) watchdog_every: Duration,
    pub(crate) rate_limit: RateLimit,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) cors_origins: Vec<http::HeaderValue>,
    pub(crate) require_https: bool,
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    pub(crate) mail_pings: Option<MailPings>,
    pub(crate) allow_private_targets: String,
    pub(crate) slack: Option<SlackSettings>,
    pub(crate) channels: toml::Table,
    pub(crate) boards: Vec<app::ConfiguredBoard>,
    pub(crate) ping_body_limit: usize,
    pub(crate) request_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) connections_max: u32,
    pub(crate) shutdown_timeout: Duration,
    pub(crate) roles: Vec<RoleName>,
    pub(crate) shards: u8,
    pub(crate) lease: Duration,
    pub(crate) log: String,
    pub(crate) log_json: bool,
    pub(crate) otlp_endpoint: Option<String>,
}

/// How calls are limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RateLimit {
    /// Not at all.
    Off,
    /// As DESIGN has it.
    Standard,
    /// So many calls a key in so many seconds.
    Window { seconds: u32, calls: u32 },
}

/// The channel `slack`, as the environment of the reference deployment describes it.
#[derive(Clone)]
pub(crate) struct SlackSettings {
    pub(crate) token: String,
    pub(crate) channel: String,
    pub(crate) mention: Option<String>,
    pub(crate) api_url: String,
}

impl std::fmt::Debug for SlackSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SlackSettings").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// What a process can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoleName {
    /// Answers HTTP.
    Api,
    /// Turns silence into events.
    Evaluator,
    /// Routes and carries messages.
    Dispatcher,
    /// Posts and edits boards.
    Boards,
    /// Forgets in measure.
    Janitor,
}

impl RoleName {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Api, "api"),
        (Self::Evaluator, "evaluator"),
        (Self::Dispatcher, "dispatcher"),
        (Self::Boards, "boards"),
        (Self::Janitor, "janitor"),
    ];
}

/// The environment of this process.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl Config {
    /// Gives the settings their types. Every refusal names the setting and where it came from.
    pub(crate) fn from_layers(layers: &Layers) -> Result<Self> {
        let slack = slack(layers)?;
        Ok(Self {
            data_dir: text(layers, "data_dir")?.unwrap_or_else(|| "punctual-data".to_owned()).into(),
            secret_key: text(layers, "secret_key")?,
            secret_key_file: text(layers, "secret_key_file")?.map(PathBuf::from),
            store: tables::read(layers)?,
            aws_region: text(layers, "aws.region")?,
            secrets_refresh: patience(layers, "secrets_refresh", 60)?,
            listen: listen(layers)?,
            metrics_listen: typed(layers, "metrics_listen", "an address such as 127.0.0.1:9090")?,
            api_prefix: prefix(layers)?,
            api_key_header: typed(layers, "api_key_header", "the name of a header such as x-api-key")?
                .unwrap_or(http::HeaderName::from_static("x-api-key")),
            api_keys: list(layers, "api_keys")?,
            public_url: public_url(layers)?,
            defaults: Defaults {
                heartbeat_timeout: heartbeat_timeout(layers)?,
                escalation: escalation::read(&layers.escalation)?,
            },
            startup_quiet: typed(layers, "startup_quiet", "a duration such as 60s or 0s")?
                .unwrap_or(Duration::MINUTE),
            history_kept: Duration::DAY.times(bounded(layers, "history_days", 1, 3650)?.unwrap_or(30)),
            history_routine_max: bounded(layers, "history_routine_max", 100, 1_000_000)?
                .unwrap_or(10_000)
                .unsigned_abs(),
            storm_threshold: bounded(layers, "storm_threshold", 1, 1000)?.map_or(Ok(20), u32::try_from)?,
            evaluator_lag_max: patience(layers, "evaluator_lag_max", 60)?,
            watchdog_url: text(layers, "watchdog_url")?,
            watchdog_every: patience(layers, "watchdog_every", 60)?,
            rate_limit: rate_limit(layers)?,
            trusted_proxies: networks(layers, "trusted_proxies")?,
            cors_origins: origins(layers)?,
            require_https: flag(layers, "require_https")?.unwrap_or(false),
            tls: tls(layers)?,
            mail_pings: mail_pings::read(layers)?,
            allow_private_targets: text(layers, "allow_private_targets")?
                .unwrap_or_else(|| "false".to_owned()),
            boards: boards::read(layers, slack.is_some())?,
            slack,
            channels: layers.channels.clone(),
            ping_body_limit: ping_body_limit(layers)?,
            request_timeout: patience(layers, "request_timeout", 30)?,
            idle_timeout: patience(layers, "idle_timeout", 60)?,
            connections_max: connections_max(layers)?,
            shutdown_timeout: typed(layers, "shutdown_timeout", "a duration such as 30s")?
                .unwrap_or(Duration::from_seconds(30)),
            roles: roles(layers)?,
            shards: bounded(layers, "shards", 1, i64::from(PARTS))?.map_or(Ok(SHARDS), u8::try_from)?,
            lease: lease(layers)?,
            log: text(layers, "log")?.unwrap_or_else(|| "info".to_owned()),
            log_json: log_json(layers)?,
            otlp_endpoint: text(layers, "otlp_endpoint")?,
        })
    }

    /// The file of the store.
    pub(crate) fn database(&self) -> PathBuf {
        self.data_dir.join("punctual.db")
    }

    /// The words of the roles that this process has.
    pub(crate) fn role_words(&self) -> Vec<String> {
        let ours = RoleName::ALL.into_iter().filter(|(role, _)| self.has_role(*role));
        ours.map(|(_, word)| word.to_owned()).collect()
    }

    /// Whether this process has a role.
    pub(crate) fn has_role(&self, role: RoleName) -> bool {
        self.roles.contains(&role)
    }
}

/// Reads the configuration as a command gives it.
pub(crate) fn load(file: Option<&Path>, flags: &[(&'static str, Option<String>)]) -> Result<Config> {
    Config::from_layers(&layers(file, flags)?)
}

/// Reads the layers as a command gives them. The file may also be named by `PUNCTUAL_CONFIG`.
pub(crate) fn layers(file: Option<&Path>, flags: &[(&'static str, Option<String>)]) -> Result<Layers> {
    let named = environment("PUNCTUAL_CONFIG").map(PathBuf::from);
    Layers::read(file.or(named.as_deref()), &environment, flags)
}

fn text(layers: &Layers, name: &'static str) -> Result<Option<String>> {
    Ok(layers.text(name)?.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()))
}

fn refuse(layers: &Layers, name: &'static str, value: &str, wanted: &str) -> anyhow::Error {
    let from = layers.source(name).map(|source| format!(" (from {source})")).unwrap_or_default();
    anyhow!("setting {name}{from} must be {wanted}, was '{}'", domain::time::shorten(value, 60))
}

fn typed<T: std::str::FromStr>(layers: &Layers, name: &'static str, wanted: &str) -> Result<Option<T>> {
    let Some(value) = text(layers, name)? else { return Ok(None) };
    value.parse().map(Some).map_err(|_| refuse(layers, name, &value, wanted))
}

fn bounded(layers: &Layers, name: &'static str, least: i64, most: i64) -> Result<Option<i64>> {
    let wanted = format!("a number from {least} to {most}");
    let value: Option<i64> = typed(layers, name, &wanted)?;
    match value {
        Some(number) if number < least || number > most => {
            Err(refuse(layers, name, &number.to_string(), &wanted))
        }
        value => Ok(value),
    }
}

/// A time limit that must be one: at least a second, at most an hour.
fn patience(layers: &Layers, name: &'static str, otherwise: i64) -> Result<Duration> {
    const WANTED: &str = "a duration from 1s to 1h";
    let given: Option<Duration> = typed(layers, name, WANTED)?;
    match given {
        Some(length) if length < Duration::SECOND || length > Duration::HOUR => {
            Err(refuse(layers, name, &length.to_string(), WANTED))
        }
        given => Ok(given.unwrap_or(Duration::from_seconds(otherwise))),
    }
}

fn lease(layers: &Layers) -> Result<Duration> {
    const WANTED: &str = "a duration from 2s to 5m";
    let given: Option<Duration> = typed(layers, "lease", WANTED)?;
    match given {
        Some(length) if length < Duration::from_seconds(2) || length > Duration::MINUTE.times(5) => {
            Err(refuse(layers, "lease", &length.to_string(), WANTED))
        }
        given => Ok(given.unwrap_or(Duration::from_seconds(10))),
    }
}

fn connections_max(layers: &Layers) -> Result<u32> {
    let number = bounded(layers, "connections_max", 1, 1_000_000)?;
    Ok(number.map_or(Ok(10_000), u32::try_from)?)
}

fn ping_body_limit(layers: &Layers) -> Result<usize> {
    let number = bounded(layers, "ping_body_limit", 0, OUTPUT_BYTES_MAX as i64)?;
    Ok(number.map_or(Ok(OUTPUT_BYTES_MAX), usize::try_from)?)
}

fn flag(layers: &Layers, name: &'static str) -> Result<Option<bool>> {
    let Some(value) = text(layers, name)? else { return Ok(None) };
    match value.to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" | "1" => Ok(Some(true)),
        "false" | "off" | "no" | "0" => Ok(Some(false)),
        _ => Err(refuse(layers, name, &value, "true or false")),
    }
}

fn list(layers: &Layers, name: &'static str) -> Result<Vec<String>> {
    let value = text(layers, name)?.unwrap_or_default();
    let items = value.split([',', '\n']).map(str::trim).filter(|item| !item.is_empty());
    Ok(items.map(str::to_owned).collect())
}

fn networks(layers: &Layers, name: &'static str) -> Result<Vec<IpNet>> {
    let wanted = "networks or addresses such as 10.0.0.0/8, separated by commas";
    list(layers, name)?
        .into_iter()
        .map(|item| {
            let network =
                item.parse::<IpNet>().or_else(|_| item.parse::<std::net::IpAddr>().map(IpNet::from));
            network.map_err(|_| refuse(layers, name, &item, wanted))
        })
        .collect()
}

fn origins(layers: &Layers) -> Result<Vec<http::HeaderValue>> {
    let wanted = "origins such as https://portal.example.org, separated by commas, or *";
    list(layers, "cors_origins")?
        .into_iter()
        .map(|item| item.parse().map_err(|_| refuse(layers, "cors_origins", &item, wanted)))
        .collect()
}

fn listen(layers: &Layers) -> Result<SocketAddr> {
    if let Some(address) = typed(layers, "listen", "an address such as 127.0.0.1:3000")? {
        return Ok(address);
    }
    let port = bounded(layers, "port", 0, 65_535)?;
    Ok(match port {
        Some(port) => SocketAddr::from(([0, 0, 0, 0], u16::try_from(port).unwrap_or_default())),
        None => SocketAddr::from(([127, 0, 0, 1], 3000)),
    })
}

fn prefix(layers: &Layers) -> Result<web::Prefix> {
    let Some(given) = text(layers, "api_prefix")? else { return Ok(web::Prefix::default()) };
    web::Prefix::parse(&given).map_err(|_| refuse(layers, "api_prefix", &given, "a path such as /api/v1"))
}

fn public_url(layers: &Layers) -> Result<Option<String>> {
    let Some(url) = text(layers, "public_url")? else { return Ok(None) };
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(refuse(layers, "public_url", &url, "an address that begins with https:// or http://"));
    }
    Ok(Some(url.trim_end_matches('/').to_owned()))
}

fn heartbeat_timeout(layers: &Layers) -> Result<Option<Limit>> {
    if text(layers, "heartbeat_timeout_minutes")?.is_some_and(|value| value.eq_ignore_ascii_case("off")) {
        return Ok(Some(Limit::Off));
    }
    let minutes = bounded(layers, "heartbeat_timeout_minutes", 1, 525_600)?;
    Ok(minutes.map(|minutes| Limit::After(Duration::from_minutes(minutes))))
}

fn rate_limit(layers: &Layers) -> Result<RateLimit> {
    if flag(layers, "rate_limit")? == Some(false) {
        return Ok(RateLimit::Off);
    }
    let seconds = bounded(layers, "rate_limit_ttl", 1, 86_400)?;
    let calls = bounded(layers, "rate_limit_max", 1, 1_000_000_000)?;
    match (seconds, calls) {
        (None, None) => Ok(RateLimit::Standard),
        (Some(seconds), Some(calls)) => {
            Ok(RateLimit::Window { seconds: u32::try_from(seconds)?, calls: u32::try_from(calls)? })
        }
        _ => bail!("settings rate_limit_ttl and rate_limit_max go together: set both or neither"),
    }
}

fn tls(layers: &Layers) -> Result<Option<(PathBuf, PathBuf)>> {
    match (text(layers, "tls_cert")?, text(layers, "tls_key")?) {
        (None, None) => Ok(None),
        (Some(cert), Some(key)) => Ok(Some((cert.into(), key.into()))),
        _ => bail!("settings tls_cert and tls_key go together: set both or neither"),
    }
}

fn slack(layers: &Layers) -> Result<Option<SlackSettings>> {
    let token = text(layers, "slack_bot_token")?;
    let channel = text(layers, "slack_channel_id")?;
    let enabled = flag(layers, "slack_enabled")?.unwrap_or(token.is_some());
    if !enabled {
        return Ok(None);
    }
    Ok(Some(SlackSettings {
        token: token.context("slack is enabled: set slack_bot_token (SLACK_BOT_TOKEN)")?,
        channel: channel.context("slack is enabled: set slack_channel_id (SLACK_CHANNEL_ID)")?,
        mention: text(layers, "alert_mention_user_id")?,
        api_url: text(layers, "slack_api_url")?.unwrap_or_else(|| "https://slack.com/api".to_owned()),
    }))
}

fn roles(layers: &Layers) -> Result<Vec<RoleName>> {
    let names = list(layers, "roles")?;
    if names.is_empty() || names.iter().any(|name| name == "all") {
        return Ok(RoleName::ALL.into_iter().map(|(role, _)| role).collect());
    }
    let known = |name: &String| {
        let role = RoleName::ALL.into_iter().find(|(_, word)| word == name).map(|(role, _)| role);
        role.ok_or_else(|| refuse(layers, "roles", name, "of api, evaluator, dispatcher, boards, janitor"))
    };
    names.iter().map(known).collect()
}

fn log_json(layers: &Layers) -> Result<bool> {
    match text(layers, "log_format")?.as_deref() {
        None | Some("text") => Ok(false),
        Some("json") => Ok(true),
        Some(other) => Err(refuse(layers, "log_format", other, "text or json")),
    }
}
