//! Everything the use cases stand on, in one cloneable handle: ports, settings, and the signals that wake the roles.

use std::sync::Arc;

use domain::{Defaults, Duration, Instant, SchedulerKey};
use futures_util::StreamExt;
use tokio::sync::{Mutex, Notify};

use crate::access::{ConfiguredKeys, KeyCache};
use crate::attention::Attention;
use crate::boards::ConfiguredBoard;
use crate::fitness::Fitness;
use crate::ingest::{PingKeys, Places, Problems};
use crate::members::Membership;
use crate::ports::{
    Access, AuditEntry, Boards, Chance, ChannelDirectory, Clock, Definitions, IncidentQuery, IncidentState,
    Incidents, Members, Observation, Outbox, Project, Queries, Retention, Schedulers,
};
use crate::roles::aside::Aside;
use crate::setup::KnownSetup;
use crate::telemetry::Telemetry;
use crate::turns::{Turn, Turns};

/// What the use cases need from outside.
#[derive(Clone)]
#[expect(missing_docs, reason = "each field is the port of its name")]
pub struct Ports {
    pub schedulers: Arc<dyn Schedulers>,
    pub queries: Arc<dyn Queries>,
    pub incidents: Arc<dyn Incidents>,
    pub outbox: Arc<dyn Outbox>,
    pub observation: Arc<dyn Observation>,
    pub access: Arc<dyn Access>,
    pub retention: Arc<dyn Retention>,
    pub definitions: Arc<dyn Definitions>,
    pub boards: Arc<dyn Boards>,
    pub members: Arc<dyn Members>,
    pub channels: Arc<dyn ChannelDirectory>,
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
}

impl std::fmt::Debug for Ports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ports")
    }
}

/// What people set for the whole server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What is said where a scheduler is silent.
    pub defaults: Defaults,
    /// How long after a start (or another gap) jobs have the time to be heard again.
    pub startup_quiet: Duration,
    /// How long history is kept.
    pub history_kept: Duration,
    /// How many routine successes of a scheduler are kept at most.
    pub routine_kept: u64,
    /// How many openings of a project go out singly in a minute; the rest is told together.
    pub storm_threshold: u32,
    /// How late deadlines may be noticed before people are told of it.
    pub evaluator_lag_max: Duration,
    /// Keys that were given by configuration. Never stored.
    pub keys: ConfiguredKeys,
    /// Boards that were given by configuration. Never stored.
    pub boards: Vec<ConfiguredBoard>,
    /// In how many shards the schedulers are divided among instances, 1..=64. All instances on a store say the same.
    pub shards: u8,
    /// How long an instance may show no sign of life before the others take over, 2 s to 5 min.
    pub lease: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            defaults: Defaults::default(),
            startup_quiet: Duration::MINUTE,
            history_kept: Duration::DAY.times(30),
            routine_kept: 10_000,
            storm_threshold: 20,
            evaluator_lag_max: Duration::MINUTE,
            keys: ConfiguredKeys::default(),
            boards: Vec::new(),
            shards: crate::shards::SHARDS,
            lease: Duration::from_seconds(10),
        }
    }
}

/// Wakes a role before its time.
#[derive(Debug, Default)]
pub struct Signals {
    /// A deadline was written that may be the earliest.
    pub evaluator: Notify,
    /// A notice was put into the outbox.
    pub router: Notify,
    /// A delivery was made.
    pub dispatcher: Notify,
    /// A board was set up, changed or deleted.
    pub boards: Notify,
}

/// What the roles leave alone for a while.
#[derive(Debug, Default)]
pub(crate) struct Asides {
    /// Schedulers that cannot be evaluated.
    pub(crate) schedulers: Aside<SchedulerKey>,
    /// Threads of which a notice cannot be routed.
    pub(crate) threads: Aside<String>,
}

/// Everything the use cases stand on. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(crate) ports: Ports,
    pub(crate) settings: Arc<Settings>,
    pub(crate) signals: Arc<Signals>,
    pub(crate) telemetry: Arc<Telemetry>,
    pub(crate) attention: Arc<Attention>,
    pub(crate) fitness: Arc<Fitness>,
    pub(crate) membership: Arc<Membership>,
    pub(crate) aside: Arc<Asides>,
    pub(crate) keys: Arc<KeyCache>,
    pub(crate) setup: Arc<KnownSetup>,
    pub(crate) places: Arc<Places>,
    pub(crate) ping_keys: Arc<PingKeys>,
    pub(crate) problems: Arc<Problems>,
    /// Held while keys or projects are changed: what a change rests on is read before it is written.
    pub(crate) keys_turn: Arc<Mutex<()>>,
    turns: Arc<Turns>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl App {
    /// An application on these ports.
    pub fn new(ports: Ports, settings: Settings) -> Self {
        Self {
            ports,
            settings: Arc::new(settings),
            signals: Arc::default(),
            telemetry: Arc::default(),
            attention: Arc::default(),
            fitness: Arc::default(),
            membership: Arc::default(),
            aside: Arc::default(),
            keys: Arc::default(),
            setup: Arc::default(),
            places: Arc::default(),
            ping_keys: Arc::default(),
            problems: Arc::default(),
            keys_turn: Arc::default(),
            turns: Arc::default(),
        }
    }

    /// Makes ready to judge: learns when nobody could take reports, up to now; and a limit that is set for the whole
    /// server and has changed since the last start is looked at anew for every open run. Call it before reports are
    /// taken and before the roles begin.
    pub async fn make_ready(&self) -> crate::error::AppResult<()> {
        const NOTE: &str = "default_heartbeat_timeout";
        self.learn_setup().await?;
        self.learn_absence().await?;
        let in_force = format!("{:?}", self.settings.defaults.heartbeat_timeout);
        self.complete_projects().await?;
        if self.ports.observation.note(NOTE).await?.as_ref() != Some(&in_force) {
            self.ports.schedulers.wake_running(self.now()).await?;
            self.ports.observation.set_note(NOTE, &in_force).await?;
            self.signals.evaluator.notify_one();
        }
        Box::pin(self.heed_escalation()).await
    }

    /// Steps that are set for the whole server and have changed since the last start are looked at anew for every open
    /// incident: the instant that is indexed may be too late for them.
    async fn heed_escalation(&self) -> crate::error::AppResult<()> {
        const NOTE: &str = "default_escalation";
        let in_force = format!("{:?}", self.settings.defaults.escalation);
        let noted = self.ports.observation.note(NOTE).await?;
        if noted.as_ref() == Some(&in_force)
            || (noted.is_none() && self.settings.defaults.escalation.is_empty())
        {
            return Ok(());
        }
        for project in self.ports.access.projects().await? {
            let mut query =
                IncidentQuery { state: Some(IncidentState::Open), limit: 500, ..IncidentQuery::default() };
            loop {
                let page = self.ports.incidents.incidents(&project.id, &query).await?;
                self.evaluate_all(page.items.into_iter().map(|incident| incident.key)).await?;
                query.cursor = page.next;
                if query.cursor.is_none() {
                    break;
                }
            }
        }
        Ok(self.ports.observation.set_note(NOTE, &in_force).await?)
    }

    /// Evaluates schedulers side by side. One that cannot be is left to the evaluator, and must not keep us from starting.
    async fn evaluate_all(&self, keys: impl Iterator<Item = SchedulerKey>) -> crate::error::AppResult<()> {
        const SIDE_BY_SIDE: usize = 64;
        let tried = futures_util::stream::iter(keys)
            .map(async |key| (self.evaluate(&key).await, key))
            .buffer_unordered(SIDE_BY_SIDE);
        let failed: Vec<_> = tried.filter_map(async |(tried, key)| Some((tried.err()?, key))).collect().await;
        for (error, key) in failed {
            if error.is_refusal() {
                return Err(error);
            }
            tracing::error!(scheduler = %key.id, project = %key.project, %error, "a scheduler could not be evaluated at the start");
        }
        Ok(())
    }

    /// A store begins with the first project and without a clock: its first start says when that was.
    async fn complete_projects(&self) -> crate::error::AppResult<()> {
        let projects = self.ports.access.projects().await?;
        let mut last = projects.iter().map(|project| project.number).max().unwrap_or(0);
        for mut project in projects {
            let is_complete = !project.ping_key.is_empty() && project.created_at != Instant::from_millis(0);
            if is_complete {
                continue;
            }
            if project.ping_key.is_empty() {
                last += 1;
                project.number = last;
                project.ping_key = crate::projects::ping_key(self.ports.chance.bits());
            }
            self.complete_project(project).await?;
        }
        Ok(())
    }

    async fn complete_project(&self, project: Project) -> crate::error::AppResult<()> {
        let now = self.now();
        let is_dated = project.created_at != Instant::from_millis(0);
        let created_at = if is_dated { project.created_at } else { now };
        let audit = AuditEntry {
            project: project.id.clone(),
            at: now,
            actor: "punctual".to_owned(),
            action: if is_dated { "project.complete" } else { "project.create" }.to_owned(),
            subject: project.id.to_string(),
            detail: String::new(),
        };
        let complete = Project { created_at, ..project };
        Ok(self.ports.access.put_project(complete, audit).await?)
    }

    /// What time it is.
    pub fn now(&self) -> domain::Instant {
        self.ports.clock.now()
    }

    /// What is counted.
    pub fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }

    /// What people set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The ports, for roles and for the command line.
    pub fn ports(&self) -> &Ports {
        &self.ports
    }

    /// 128 bits for a new identifier.
    pub(crate) fn id_bits(&self) -> u128 {
        crate::ports::id_bits(self.now(), self.ports.chance.bits())
    }

    /// Waits for this process's turn to change a scheduler.
    pub(crate) async fn turn(&self, key: &SchedulerKey) -> Turn<'_> {
        self.turns.turn(key).await
    }
}
