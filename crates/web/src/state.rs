//! What every handler stands on: the application, the settings, and the few things that live as long as the process.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use app::App;
use tokio::sync::Semaphore;

use crate::auth::Attempts;
use crate::limits::Limits;
use crate::ops::HttpMetrics;
use crate::settings::WebSettings;

/// What every handler stands on. Cheap to clone.
#[derive(Clone)]
pub struct WebState(Arc<Parts>);

struct Parts {
    app: App,
    settings: WebSettings,
    readiness: Readiness,
    limits: Limits,
    attempts: Attempts,
    metrics: HttpMetrics,
    gauges: Option<Gauges>,
    description: OnceLock<String>,
    heavy: Arc<Semaphore>,
}

/// How many large bodies are held and opened at a time.
const HEAVY_MAX: usize = 4;

/// Figures that only the caller knows, such as how full the store is.
pub type Gauges = Box<dyn Fn() -> Vec<Gauge> + Send + Sync>;

/// A figure for `/metrics`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gauge {
    /// Its name, beginning with `punctual_`.
    pub name: &'static str,
    /// What it says.
    pub help: &'static str,
    /// How it stands.
    pub value: f64,
}

impl WebState {
    /// Everything at its beginning: not ready, nothing counted.
    pub fn new(app: App, settings: WebSettings) -> Self {
        Self::with_gauges(app, settings, None)
    }

    /// The same, with figures for `/metrics` that only the caller knows. They are asked for at every reading.
    pub fn with_gauges(app: App, settings: WebSettings, gauges: Option<Gauges>) -> Self {
        let clock = app.ports().clock.clone();
        let limits = Limits::new(&settings.rate_limits, clock);
        let attempts = Attempts::new(settings.failed_attempts_per_minute);
        let (readiness, metrics) = (Readiness::default(), HttpMetrics::default());
        Self(Arc::new(Parts {
            app,
            settings,
            readiness,
            limits,
            attempts,
            metrics,
            gauges,
            description: OnceLock::new(),
            heavy: Arc::new(Semaphore::new(HEAVY_MAX)),
        }))
    }

    /// The use cases.
    pub fn app(&self) -> &App {
        &self.0.app
    }

    /// What people set.
    pub fn settings(&self) -> &WebSettings {
        &self.0.settings
    }

    /// The flag behind `/readyz`.
    pub fn readiness(&self) -> &Readiness {
        &self.0.readiness
    }

    /// Counts a message of a scheduler that came in another way than by HTTP: whether it may be heard now.
    pub fn admits(&self, scheduler: &domain::SchedulerKey) -> bool {
        self.limits().admit_scheduler(scheduler).is_ok()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn attempts(&self) -> &Attempts {
        &self.0.attempts
    }

    /// The turns of bodies that are too large to be opened all at once.
    pub(crate) fn heavy(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0.heavy)
    }

    /// The description of the API, made when it is first asked for.
    pub(crate) fn description(&self) -> &str {
        self.0.description.get_or_init(|| crate::router::openapi_json(&self.settings().prefix))
    }

    pub(crate) fn gauges(&self) -> Vec<Gauge> {
        self.0.gauges.as_ref().map(|gauges| gauges()).unwrap_or_default()
    }

    pub(crate) fn metrics(&self) -> &HttpMetrics {
        &self.0.metrics
    }
}

impl std::fmt::Debug for WebState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebState").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}

/// Whether this process wants traffic: off at first, on when the roles work, off again before draining.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// Turns it on or off.
    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Release);
    }

    /// Whether it is on.
    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
