//! `punctual serve`: the server, with every role that this process has.
//!
//! The first signal drains: readiness turns off, calls in progress and messages on their way finish. The second cuts.

mod mails;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use app::App;
use app::channels::Directory;
use app::ports::Outsider;
use app::roles::{
    BoardKeeper, Crew, Dispatcher, Evaluator, Janitor, Membership, Observer, Role, Router, Watch, Watchdog,
};
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use web::serve::{Bounds, CertificateKeeper, Site, Tls, TlsSettings};
use web::{Sweeper, WebState};

use crate::announce::{announce, base, tell_first_key};
use crate::channels::Channels;
use crate::config::{Config, Layers, RoleName};
use crate::identity::identity;
use crate::logs::Logs;
use crate::secret_keeper::{Last, SecretKeeper, fingerprints};
use crate::secret_key::SecretKey;
use crate::stored::Stored;
use crate::wiring::{application, store_gauges, weak_key_warnings, web_settings};

/// How long the store may take to hear that we leave.
const GOODBYE_MAX: std::time::Duration = std::time::Duration::from_secs(2);

/// How to serve.
#[derive(Args, Debug)]
pub(crate) struct ServeArgs {
    /// The directory that holds the store
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// The configuration file; also named by the variable `PUNCTUAL_CONFIG`
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Which roles this process runs: api, evaluator, dispatcher, boards, janitor
    #[arg(long, value_name = "ROLES")]
    roles: Option<String>,
}

/// Serves until a signal comes.
pub(crate) fn run(args: &ServeArgs) -> Result<()> {
    let flags = [
        ("data_dir", args.data_dir.as_ref().map(|dir| dir.display().to_string())),
        ("listen", args.listen.clone()),
        ("roles", args.roles.clone()),
    ];
    let layers = crate::config::layers(args.config.as_deref(), &flags)?;
    let config = Config::from_layers(&layers)?;
    let logs = Logs::begin(&config)?;
    if config.public_url.is_none() && (config.slack.is_some() || !config.channels.is_empty()) {
        tracing::info!(
            "messages hold no links: set public_url (PUNCTUAL_PUBLIC_URL) to the address of this server"
        );
    }
    for warning in weak_key_warnings(&config) {
        tracing::warn!("{warning}");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(serve(&config, layers));
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    logs.end();
    served
}

async fn serve(config: &Config, layers: Layers) -> Result<()> {
    let mut signals = Signals::listen()?;
    // Whatever can be refused is refused before anything is made.
    Channels::from_config(config, None)?;
    let outsider = crate::watchdog::outsider(config)?;
    let listeners = Listeners::bind(config).await?;
    let store = Stored::open(config).await?;
    let key = SecretKey::open(config)?;
    let channels = Channels::from_config(config, Some(&key))?;
    let fingerprints = fingerprints(channels.configured());
    let directory = Arc::new(channels.directory(store.ports().definitions));
    let app = application(config, directory.clone(), &store)?;
    let crew = Crew::new();
    let state = WebState::with_gauges(app.clone(), web_settings(config, &key), store_gauges(config));
    let base = listeners.address()?.map(|address| base(config, address));
    let mut listeners = Some(listeners);
    if let Err(missing) = store.check().await {
        // What asks how we are is answered while we wait: nobody restarts what a restart does not mend.
        open_doors(config, &state, listeners.take(), &crew).await?;
        if !wait_for(&store, missing, &mut signals).await {
            return leave(&app, &store).await;
        }
    }
    tokio::select! {
        hired = hire(config, &app, &crew) => hired?,
        () = signals.next() => return leave(&app, &store).await,
    }
    keep_watch(config, &app, &crew, outsider);
    if layers.have_secrets_elsewhere() {
        let last = Last { api_keys: config.api_keys.clone(), channels: fingerprints, complaint: None };
        crew.hire(&app, keeper(config, layers, key, &app, directory, last));
    }
    if let Some(base) = &base {
        tell_first_key(config, &app, base).await?;
    }
    open_doors(config, &state, listeners.take(), &crew).await?;
    announce(config, base.as_deref());
    state.readiness().set(true);
    signals.next().await;
    tracing::info!("draining: a second signal cuts");
    state.readiness().set(false);
    // At once, so that the others watch our share while we finish what is in progress.
    say_goodbye(&app).await;
    let drained = tokio::time::timeout(config.shutdown_timeout.to_std(), crew.dismiss());
    tokio::select! {
        drained = drained => {
            if drained.is_err() {
                tracing::warn!("not everything finished in time and is cut");
            }
        }
        () = signals.next() => tracing::warn!("cut by a second signal"),
    }
    store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// How often a store that cannot be used is looked at again.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(5);

/// Waits until the store can be used; `false` where a signal came first. Says what is missing once, and again when that
/// changes.
async fn wait_for(store: &Stored, missing: anyhow::Error, signals: &mut Signals) -> bool {
    let mut said = missing.to_string();
    tracing::error!("not ready, and trying again every 5 s: {said}");
    loop {
        tokio::select! {
            () = signals.next() => return false,
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
        match store.check().await {
            Ok(()) => {
                tracing::info!("the store can be used now");
                return true;
            }
            Err(missing) if missing.to_string() != said => {
                said = missing.to_string();
                tracing::error!("still not ready: {said}");
            }
            Err(_) => {}
        }
    }
}

/// Stops where nothing has begun.
async fn leave(app: &App, store: &Stored) -> Result<()> {
    say_goodbye(app).await;
    store.close().await;
    Ok(())
}

/// Lets the other instances take over at once. Who does not hear it finds out within the lease.
async fn say_goodbye(app: &App) {
    match tokio::time::timeout(GOODBYE_MAX, app.leave()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the others could not be told that this instance stops"),
        Err(_) => tracing::warn!("the store did not hear in time that this instance stops"),
    }
}

/// Who reads secrets again that stand elsewhere.
fn keeper(
    config: &Config,
    layers: Layers,
    key: SecretKey,
    app: &App,
    directory: Arc<Directory>,
    last: Last,
) -> SecretKeeper {
    SecretKeeper {
        layers: Arc::new(layers),
        key: Arc::new(key),
        keys: app.settings().keys.clone(),
        directory,
        every: config.secrets_refresh.to_std(),
        last: Mutex::new(last),
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}: choose another"))
}

/// The bound ports: the API's and that of mails where this process has that role, and the figures' where they have their
/// own.
struct Listeners {
    api: Option<TcpListener>,
    metrics: Option<TcpListener>,
    mails: Option<TcpListener>,
}

impl Listeners {
    async fn bind(config: &Config) -> Result<Self> {
        let api = if config.has_role(RoleName::Api) { Some(bind(config.listen).await?) } else { None };
        let metrics = match config.metrics_listen {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        Ok(Self { api, metrics, mails: mails::bind(config).await? })
    }

    fn address(&self) -> Result<Option<SocketAddr>> {
        Ok(self.api.as_ref().map(TcpListener::local_addr).transpose()?)
    }
}

/// Sets the roles of this process to work: it becomes known to the other instances before it has a share of theirs, and where
/// it takes reports, how long nobody did is known before anything is judged.
async fn hire(config: &Config, app: &App, crew: &Crew) -> Result<()> {
    app.join(identity(config)).await?;
    if config.has_role(RoleName::Api) {
        let observer = Observer::new(app.clone());
        observer.run_once().await?;
        crew.hire(app, observer);
    }
    app.make_ready().await?;
    app.take_seat().await?;
    crew.hire(app, Membership(app.clone()));
    if config.has_role(RoleName::Evaluator) {
        crew.hire(app, Evaluator(app.clone()));
    }
    if config.has_role(RoleName::Dispatcher) {
        crew.hire(app, Router::new(app.clone()));
        crew.hire(app, Dispatcher::new(app.clone(), crew.clone()));
    }
    if config.has_role(RoleName::Boards) {
        crew.hire(app, BoardKeeper::new(app.clone()));
    }
    if config.has_role(RoleName::Janitor) {
        crew.hire(app, Janitor::new(app.clone()));
    }
    Ok(())
}

/// Watches this process itself, where it is one on which it depends whether people are told. Its roles are at work.
fn keep_watch(config: &Config, app: &App, crew: &Crew, outsider: Option<Arc<dyn Outsider>>) {
    if !config.has_role(RoleName::Evaluator) && !config.has_role(RoleName::Dispatcher) {
        return;
    }
    crew.hire(app, Watch::new(app.clone()));
    if let Some(outsider) = outsider {
        crew.hire(app, Watchdog::new(app.clone(), outsider, config.watchdog_every));
    }
}

/// The signals that ask the process to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Result<Self> {
        // Heard by nobody, and so no end: at a limit of file sizes a write fails, as on a full disk.
        let _unheard = signal(SignalKind::from_raw(nix::sys::signal::Signal::SIGXFSZ as i32))?;
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Opens the doors that are not open yet: the API on its listener, and the figures and the mails on theirs.
async fn open_doors(
    config: &Config,
    state: &WebState,
    listeners: Option<Listeners>,
    crew: &Crew,
) -> Result<()> {
    let Some(listeners) = listeners else { return Ok(()) };
    let tls = tls(config.tls.clone(), state.app(), crew).await.context("settings tls_cert and tls_key")?;
    if let Some(listener) = listeners.mails {
        mails::open(config, state, listener, tls.clone(), crew).await?;
    }
    if let Some(listener) = listeners.api {
        open(config, crew, listener, web::router(state.clone()), tls);
        crew.hire(state.app(), Sweeper(state.clone()));
    }
    if let Some(listener) = listeners.metrics {
        open(config, crew, listener, web::operations_router(state.clone()), None);
    }
    Ok(())
}

fn open(config: &Config, crew: &Crew, listener: TcpListener, router: axum::Router, tls: Option<Tls>) {
    let bounds = Bounds {
        connections_max: crate::files::connections(config.connections_max),
        header_timeout: config.request_timeout.to_std(),
        idle_timeout: config.idle_timeout.to_std(),
        drain: config.shutdown_timeout.to_std(),
        ..Bounds::default()
    };
    let (site, at_work) = (Site { listener, router, tls, bounds }, crew.clone());
    crew.spawn(async move { web::serve::serve(site, at_work.stop_token(), &at_work).await });
}

async fn tls(files: Option<(PathBuf, PathBuf)>, app: &App, crew: &Crew) -> Result<Option<Tls>> {
    let Some((certificate, key)) = files else { return Ok(None) };
    let tls = Tls::load(TlsSettings { certificate, key }).await?;
    crew.hire(app, CertificateKeeper(tls.clone()));
    Ok(Some(tls))
}
