//! The recipe: configuration, then adapters, then the application.

use std::fs::File;
use std::num::NonZeroU32;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use app::channels::Directory;
use app::{App, ConfiguredKeys, Ports, Settings};
use web::{Gauge, Gauges, MetricsPolicy, RateLimits, WebSettings, Window};

use crate::chance::SystemChance;
use crate::channels::{Channels, ack_key};
use crate::clock::SystemClock;
use crate::config::{Config, RateLimit, StoreChoice};
use crate::secret_key::SecretKey;
use crate::stored::Stored;

/// Keys shorter than this can be guessed.
const KEY_CHARS_SAFE: usize = 20;

/// Makes the data directory where it is absent, so that its name survives a loss of power; one that is there keeps its
/// mode.
pub(crate) fn make_data_dir(config: &Config) -> Result<()> {
    let directory = &config.data_dir;
    let absent: Vec<_> = directory.ancestors().take_while(|path| !path.exists()).collect();
    if absent.is_empty() {
        return Ok(());
    }
    let make = || {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        absent.iter().try_for_each(|made| sync_parent(made))
    };
    make().with_context(|| format!("cannot make the data directory {}", directory.display()))
}

fn sync_parent(path: &Path) -> std::io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

/// The application on a store.
pub(crate) fn application(config: &Config, directory: Arc<Directory>, store: &Stored) -> Result<App> {
    let stores = store.ports();
    let ports = Ports {
        channels: directory,
        schedulers: stores.schedulers,
        queries: stores.queries,
        outbox: stores.outbox,
        incidents: stores.incidents,
        observation: stores.observation,
        access: stores.access,
        retention: stores.retention,
        definitions: stores.definitions,
        boards: stores.boards,
        members: stores.members,
        clock: Arc::new(SystemClock::new()),
        chance: Arc::new(SystemChance::new()?),
    };
    let settings = Settings {
        defaults: config.defaults.clone(),
        startup_quiet: config.startup_quiet,
        history_kept: config.history_kept,
        routine_kept: config.history_routine_max,
        storm_threshold: config.storm_threshold,
        boards: config.boards.clone(),
        shards: config.shards,
        lease: config.lease,
        evaluator_lag_max: config.evaluator_lag_max,
        keys: ConfiguredKeys::new(config.api_keys.iter().map(String::as_str)),
    };
    Ok(App::new(ports, settings))
}

/// The application for a command that runs on the machine of the store, beside a server or without one.
pub(crate) async fn local_app(config: &Config) -> Result<(App, Stored)> {
    let channels = Channels::from_config(config, None)?;
    let store = Stored::open(config).await?;
    store.check().await?;
    let directory = Arc::new(channels.directory(store.ports().definitions));
    Ok((application(config, directory, &store)?, store))
}

/// A runtime for a command that does one thing.
pub(crate) fn local_runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// What to say of configured keys that are too short. Names their place, never the key.
pub(crate) fn weak_key_warnings(config: &Config) -> Vec<String> {
    let weak = config.api_keys.iter().enumerate().filter(|(_, key)| key.chars().count() < KEY_CHARS_SAFE);
    weak.map(|(place, _)| {
        format!(
            "configured key {} has fewer than {KEY_CHARS_SAFE} characters: it can be guessed, use a longer one",
            place + 1
        )
    })
    .collect()
}

/// The HTTP side's settings.
pub(crate) fn web_settings(config: &Config, key: &SecretKey) -> WebSettings {
    let metrics =
        if config.metrics_listen.is_some() { MetricsPolicy::Elsewhere } else { MetricsPolicy::Keyed };
    WebSettings {
        prefix: config.api_prefix.clone(),
        key_header: config.api_key_header.clone(),
        rate_limits: rate_limits(config.rate_limit),
        trusted_proxies: config.trusted_proxies.clone(),
        cors_origins: config.cors_origins.clone(),
        require_https: config.require_https,
        public_url: config.public_url.clone(),
        mail_domain: config.mail_pings.as_ref().map(|mails| mails.domain.to_string()),
        metrics,
        ack_key: Some(ack_key(key)),
        ping_body_limit: config.ping_body_limit,
        request_timeout: config.request_timeout.to_std(),
        ..WebSettings::default()
    }
}

fn rate_limits(limit: RateLimit) -> RateLimits {
    match limit {
        RateLimit::Off => RateLimits { enabled: false, ..RateLimits::default() },
        RateLimit::Standard => RateLimits::default(),
        RateLimit::Window { seconds, calls } => {
            let length = std::time::Duration::from_secs(seconds.into());
            let requests_max = NonZeroU32::new(calls).unwrap_or(NonZeroU32::MIN);
            RateLimits { window: Some(Window { length, requests_max }), ..RateLimits::default() }
        }
    }
}

/// How much room the store takes, for `/metrics`, where it is a file.
pub(crate) fn store_gauges(config: &Config) -> Option<Gauges> {
    if config.store != StoreChoice::Sqlite {
        return None;
    }
    let database = config.database();
    let mut log = database.clone().into_os_string();
    log.push("-wal");
    let bytes = |path: &Path| std::fs::metadata(path).map_or(0.0, |data| data.len() as f64);
    Some(Box::new(move || {
        let store = "How big the store's file is.";
        let waiting = "How big the log beside the store's file is.";
        vec![
            Gauge { name: "punctual_store_bytes", help: store, value: bytes(&database) },
            Gauge { name: "punctual_store_log_bytes", help: waiting, value: bytes(log.as_ref()) },
        ]
    }))
}
