//! One life of the server: an application with all its roles, which leaves nothing behind but what it has written.

use std::sync::Arc;

use app::roles::{Crew, Dispatcher, Evaluator, Janitor, Observer, Role, Router};
use app::{App, Caller, Ports, Settings};
use domain::{Duration, ProjectId};

use super::{Failure, Held, World};
use crate::sim::frail::Frail;
use crate::sim::witness::Watched;
use crate::{Scribe, Stores};

/// How long whoever looks after the server takes to start it again where it died by itself.
const RESTARTED_AFTER: Duration = Duration::from_seconds(10);
/// History is kept short, so that it is forgotten within a simulation; but longer than any report is held up.
pub(super) const HISTORY_KEPT: Duration = Duration::DAY.times(2);

/// A running server.
pub(super) struct Process {
    pub(super) app: App,
    pub(super) observer: Observer,
    pub(super) evaluator: Evaluator,
    pub(super) router: Router,
    pub(super) dispatcher: Dispatcher,
    pub(super) janitor: Janitor,
}

impl Process {
    fn new(app: &App) -> Self {
        Self {
            observer: Observer::new(app.clone()),
            evaluator: Evaluator(app.clone()),
            router: Router::new(app.clone()),
            dispatcher: Dispatcher::new(app.clone(), Crew::new()),
            janitor: Janitor::new(app.clone()),
            app: app.clone(),
        }
    }
}

/// Whoever may do everything.
pub(super) fn somebody() -> Caller {
    Caller::local(ProjectId::default_project())
}

impl World {
    fn ports(&self) -> Ports {
        let elsewhere = Scribe::new(self.elsewhere.clone(), self.chance.next());
        let outbox = Arc::new(Watched {
            inner: self.stores.outbox.clone(),
            witness: self.witness.clone(),
            clock: self.clock.clone(),
        });
        let seen = Stores { outbox, ..self.stores.clone() };
        let frail = Frail::new(seen, self.troubles.clone(), elsewhere, self.clock.clone(), false);
        let stores = Stores::of(Arc::new(frail));
        let directory = self.receivers.directory(stores.definitions.clone());
        Ports {
            schedulers: stores.schedulers,
            queries: stores.queries,
            incidents: stores.incidents,
            outbox: stores.outbox,
            observation: stores.observation,
            access: stores.access,
            retention: stores.retention,
            definitions: stores.definitions,
            boards: stores.boards,
            members: stores.members,
            channels: Arc::new(directory),
            clock: self.clock.clone(),
            chance: self.chance.clone(),
        }
    }

    /// Starts the server as its binary does: how long nobody took reports is known before anything is judged. Where it
    /// cannot, it is tried again.
    pub(super) async fn start(&mut self) -> Held {
        if self.process.is_some() {
            return Ok(());
        }
        self.troubles.forget_death();
        let settings = Settings { history_kept: HISTORY_KEPT, routine_kept: 50, ..Settings::default() };
        let app = App::new(self.ports(), settings);
        let process = Process::new(&app);
        let ready = async {
            process.observer.run_once().await?;
            app.make_ready().await
        };
        let ready = self.troubles.clone().survived(ready).await;
        self.gone_wrong();
        self.learn_gaps().await?;
        if ready.is_some_and(|ready| ready.is_ok()) {
            self.process = Some(process);
            self.times.restart = None;
            self.outages.end(self.now());
            self.be_due_at_once();
            self.note_at("the server is up");
        } else {
            self.times.restart = Some(self.truly() + RESTARTED_AFTER);
        }
        Ok(())
    }

    /// The process is gone, in the middle of whatever it did.
    pub(super) async fn die(&mut self, how: &'static str) -> Held {
        if self.process.take().is_none() {
            return Ok(());
        }
        self.coverage.saw("death", how);
        self.outages.begin(self.now());
        self.ground.die().await;
        self.reopen().await;
        self.note_at("the server is gone");
        self.is_all_there().await
    }

    /// It died by itself, and is started again soon.
    pub(super) async fn bury(&mut self, doing: &str) -> Held {
        self.times.restart = Some(self.truly() + RESTARTED_AFTER);
        self.die(if doing == "deliver" { "in a delivery" } else { "at a write" }).await
    }

    async fn reopen(&mut self) {
        let seed = self.chance.next();
        self.stores = super::looking_glass(&self.ground, &self.clock, seed).await;
        self.elsewhere = super::looking_glass(&self.ground, &self.clock, seed).await;
    }

    /// What was known to be written is there after a death.
    async fn is_all_there(&mut self) -> Held {
        for (id, subject) in &self.subjects {
            let loaded = self.stores.schedulers.load(&subject.key, &app::ports::Lookup::default()).await;
            let loaded = loaded.map_err(|error| Failure::new("the store answers", error.to_string()))?;
            if !subject.is_reached_by(&loaded.scheduler) {
                return Err(Failure::new("what was acknowledged is durable", format!("{id} has gone back")));
            }
        }
        Ok(())
    }
}
