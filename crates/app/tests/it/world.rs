//! An application in memory, with everything a test turns by hand.

use std::sync::Arc;

use app::ports::{
    Clock, Delivery, DeliveryQuery, EventsPage, KeyRecord, ListQuery, Loaded, Lookup, Queries, Role,
    Schedulers,
};
use app::roles::{Crew, Dispatcher, Evaluator, Observer, Pace, Role as _, Router};
use app::{App, AppResult, Caller, Ports, SchedulerView, Settings};
use domain::{ConfigChange, Duration, Event, Instant, ProjectId, Report, SchedulerId, Status};
use testkit::{FixedChannels, FixedClock, MemoryStore, SeededChance, fixtures};

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) store: MemoryStore,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) channels: Arc<FixedChannels>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| {}, Settings::default())
    }

    /// One in which some ports are others.
    pub(crate) fn with(change: impl FnOnce(&mut Ports), settings: Settings) -> Self {
        let clock = Arc::new(FixedClock::at(fixtures::start()));
        let (store, channels) = (MemoryStore::new(), Arc::new(FixedChannels::new()));
        let app = app_on(&store, clock.clone(), &channels, change, settings);
        Self { app, store, clock, channels }
    }

    /// Another process on the same store, or the same after a restart.
    pub(crate) fn restarted(&self) -> Self {
        let (store, clock, channels) = (self.store.beside(), self.clock.clone(), self.channels.clone());
        let app = app_on(&store, clock.clone(), &channels, |_| {}, Settings::default());
        Self { app, store, clock, channels }
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.advance(Duration::from_seconds(seconds));
    }

    pub(crate) async fn register(&self, id: &str, change: ConfigChange) -> SchedulerView {
        self.app.register(&admin(), name(id), change).await.expect("registered").view
    }

    /// A scheduler that is due every hour, with five minutes of grace.
    pub(crate) async fn register_hourly(&self, id: &str) -> SchedulerView {
        self.register(id, hourly()).await
    }

    pub(crate) async fn report(&self, id: &str, status: Status) -> SchedulerView {
        self.try_report(id, fixtures::report(status, self.now())).await.expect("reported")
    }

    pub(crate) async fn try_report(&self, id: &str, report: Report) -> AppResult<SchedulerView> {
        self.app.report(&admin(), name(id), report).await
    }

    pub(crate) async fn heartbeat(&self, id: &str) {
        self.app.heartbeat(&admin(), name(id), None, self.now()).await.expect("heard");
    }

    pub(crate) async fn view(&self, id: &str) -> SchedulerView {
        self.app.scheduler(&admin(), name(id)).await.expect("there")
    }

    pub(crate) async fn loaded(&self, id: &str) -> Loaded {
        self.store.load(&fixtures::key(id), &Lookup::default()).await.expect("loaded")
    }

    pub(crate) async fn events(&self, id: &str) -> Vec<Event> {
        match self.store.events(&fixtures::key(id), 0, 1000).await.expect("events") {
            EventsPage::Events(events) => events,
            EventsPage::Pruned { first } => panic!("pruned before {first}"),
        }
    }

    pub(crate) async fn kinds(&self, id: &str) -> Vec<&'static str> {
        self.events(id).await.iter().map(|event| event.fact.kind()).collect()
    }

    pub(crate) async fn evaluate(&self) -> Pace {
        Evaluator(self.app.clone()).run_once().await.expect("evaluated")
    }

    pub(crate) async fn observe(&self) {
        Observer::new(self.app.clone()).run_once().await.expect("observed");
    }

    pub(crate) async fn route(&self) {
        Router::new(self.app.clone()).run_once().await.expect("routed");
    }

    /// Sends what is due; answers how many deliveries were tried.
    pub(crate) async fn dispatch(&self) -> usize {
        Dispatcher::new(self.app.clone(), Crew::new()).drain_once().await.expect("dispatched")
    }

    /// Routes and sends what is due.
    pub(crate) async fn deliver(&self) -> usize {
        self.route().await;
        self.dispatch().await
    }

    pub(crate) async fn deliveries(&self) -> Vec<Delivery> {
        let query = DeliveryQuery { limit: 1000, ..DeliveryQuery::default() };
        self.app.deliveries(&admin(), &query).await.expect("deliveries").items
    }
}

pub(crate) fn app_on(
    store: &MemoryStore,
    clock: Arc<dyn Clock>,
    channels: &Arc<FixedChannels>,
    change: impl FnOnce(&mut Ports),
    settings: Settings,
) -> App {
    let stores = store.stores();
    let mut ports = Ports {
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
        channels: channels.clone(),
        clock,
        chance: Arc::new(SeededChance::new(1)),
    };
    change(&mut ports);
    App::new(ports, settings)
}

pub(crate) fn admin() -> Caller {
    Caller::local(ProjectId::default_project())
}

/// The bearer of a key that is limited to services.
pub(crate) fn limited(role: Role, services: &[&str]) -> Caller {
    let services = services.iter().map(|service| (*service).to_owned()).collect();
    Caller { role, services, actor: "key_limited".to_owned(), ..admin() }
}

pub(crate) fn name(id: &str) -> SchedulerId {
    SchedulerId::parse(id).expect("a scheduler's id")
}

pub(crate) fn hourly() -> ConfigChange {
    let schedule = fixtures::every(Duration::HOUR, Duration::from_minutes(5));
    ConfigChange { schedule, ..fixtures::registration() }
}

pub(crate) fn of_service(service: &str) -> ConfigChange {
    ConfigChange { service_name: Some(service.to_owned()), ..fixtures::registration() }
}

pub(crate) fn whole_list(now: Instant) -> ListQuery {
    ListQuery {
        filter: app::ports::Filter::default(),
        sort: app::ports::Sort::Id,
        limit: 1000,
        cursor: None,
        now,
    }
}

pub(crate) fn states(keys: &[KeyRecord]) -> Vec<bool> {
    keys.iter().map(|key| key.revoked_at.is_none()).collect()
}
