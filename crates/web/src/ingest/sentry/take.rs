//! A check-in on the way that every report takes. Its monitor is made or brought up to date before, where it says what
//! the monitor shall be like; one of which nothing was said is made as well, so that what a job says is never lost for
//! the order in which it came.

use std::num::NonZeroU32;

use app::ingest::{Address, Found, Message, Place, Vain};
use app::ports::Project;
use app::{AppError, AppResult, Caller};
use domain::{Config, ConfigChange, Instant, Origin, Report, SchedulerKey, Status};

use super::monitor::{MonitorConfig, bare};
use super::query::sentence;
use super::{CheckIn, DIALECT, MonitorName};
use crate::error::ApiError;
use crate::limits::Class;
use crate::state::WebState;

/// The service of a monitor that is made here: Sentry knows none.
const SERVICE: &str = "default";
/// How often a check-in is tried whose monitor comes and goes under its feet.
const TRIES_MAX: usize = 3;

/// Whoever sent a request, known by a project's key.
pub(super) struct Sender<'a> {
    pub(super) state: &'a WebState,
    pub(super) project: Project,
    pub(super) origin: Origin,
    pub(super) received_at: Instant,
}

/// What became of a check-in.
pub(super) enum Taken {
    /// It is heard.
    Heard,
    /// There were too many.
    Limited(ApiError),
}

/// A check-in's monitor, and what is said of it.
struct Monitor<'a> {
    name: &'a MonitorName,
    key: SchedulerKey,
    config: Option<&'a MonitorConfig>,
}

impl Sender<'_> {
    /// Takes a check-in of an envelope that was sent at that time, or of a request of its own.
    pub(super) async fn take(&self, check_in: CheckIn, sent_at: Option<Instant>) -> AppResult<Taken> {
        let (name, slug) = (check_in.monitor.clone(), check_in.monitor.slug.clone());
        let caller = Caller::at_an_address(self.project.id.clone(), DIALECT);
        let key = caller.key(name.scheduler_id());
        let limits = self.state.limits();
        let admitted = limits.admit(&caller, Class::Ingest, NonZeroU32::MIN);
        if let Err(error) = admitted.and_then(|()| limits.admit_scheduler(&key)) {
            self.complain("rate_limited", &slug, &error.message);
            return Ok(Taken::Limited(error));
        }
        if !check_in.ignored.is_empty() {
            self.complain("invalid_field", &slug, &sentence(check_in.ignored.clone()));
        }
        if let Some(Err(problems)) = &check_in.monitor_config {
            self.complain("invalid_monitor_config", &slug, &sentence(problems.clone()));
        }
        let config = check_in.monitor_config.clone().and_then(Result::ok);
        let monitor = Monitor { name: &name, key, config: config.as_ref() };
        let report = self.report(check_in, &monitor, sent_at).await?;
        Box::pin(self.hear(&caller, &monitor, &report)).await.map(|()| Taken::Heard)
    }

    /// Counts what was wrong with something that came from here.
    pub(super) fn complain(&self, problem: &str, subject: &str, sample: &str) {
        let project = Some(&self.project.id);
        self.state.app().note_vain(Vain { project, dialect: DIALECT, problem, subject, sample });
    }

    async fn report(
        &self,
        check_in: CheckIn,
        monitor: &Monitor<'_>,
        sent_at: Option<Instant>,
    ) -> AppResult<Report> {
        let mut report = check_in.report(self.received_at, sent_at);
        let environment = Some(monitor.name.environment.clone());
        report.payload.origin = Some(Box::new(Origin { environment, ..self.origin.clone() }));
        if report.run_id.is_none() && report.status != Status::Running {
            report.run_id = self.state.app().newest_open_run(&monitor.key).await?;
        }
        Ok(report)
    }

    async fn hear(&self, caller: &Caller, monitor: &Monitor<'_>, report: &Report) -> AppResult<()> {
        let app = self.state.app();
        for _ in 0..TRIES_MAX {
            let Some(place) = self.place(caller, monitor).await? else { continue };
            let message = |_: &Place| Message::Report(Box::new(report.clone()));
            if let Some(heard) = app.hear(place, &message).await? {
                // Where the monitor is not what it was when it was looked up, it is brought up to date now.
                return self.configure(caller, monitor, &heard.after.config).await.map(drop);
            }
        }
        Err(AppError::Busy)
    }

    /// Where it is heard: a scheduler that is as the check-in says.
    async fn place(&self, caller: &Caller, monitor: &Monitor<'_>) -> AppResult<Option<Place>> {
        let app = self.state.app();
        let address = || Address::Id(monitor.key.clone());
        match app.place(address()).await? {
            Found::One(place) if monitor.change(&place.config).is_none() => return Ok(Some(place)),
            // What is remembered may be old: what is changed is what is there.
            Found::One(_) => app.forget_place(&address()),
            Found::None | Found::Several => {
                Box::pin(app.create_only(caller, monitor.key.id.clone(), monitor.registration())).await?;
            }
        }
        let Found::One(place) = app.place(address()).await? else { return Ok(None) };
        if !self.configure(caller, monitor, &place.config).await? {
            return Ok(Some(place));
        }
        Ok(if let Found::One(place) = app.place(address()).await? { Some(place) } else { None })
    }

    /// Brings a scheduler up to date. Says whether it had to be.
    async fn configure(&self, caller: &Caller, monitor: &Monitor<'_>, config: &Config) -> AppResult<bool> {
        let Some(change) = monitor.change(config) else { return Ok(false) };
        let app = self.state.app();
        Box::pin(app.register(caller, monitor.key.id.clone(), change)).await?;
        app.forget_place(&Address::Id(monitor.key.clone()));
        Ok(true)
    }
}

impl Monitor<'_> {
    /// What is to be changed of a scheduler like that; nothing, mostly.
    fn change(&self, config: &Config) -> Option<ConfigChange> {
        let change = self.config?.change(self.name, config);
        (change.clone().applied_to(config) != *config).then_some(change)
    }

    fn registration(&self) -> ConfigChange {
        match self.config {
            Some(config) => config.registration(self.name, SERVICE),
            None => bare(self.name, SERVICE),
        }
    }
}
