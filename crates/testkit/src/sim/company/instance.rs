//! One of several servers: an application with its roles at work, a clock of its own, and a store that obeys the story.

use std::sync::Arc;

use app::roles::{Crew, Dispatcher, Evaluator, Membership, Observer, Role, Router};
use app::{App, Caller, Identity, Ports, Settings};
use domain::{Instant, ProjectId};

use crate::fixtures::start;
use crate::sim::act::Fault;
use crate::sim::frail::{Frail, Troubles};
use crate::sim::ground::Ground;
use crate::{FixedChannels, FixedClock, PacedClock, Scribe, SeededChance, Stores};

const ROLES: [&str; 3] = ["api", "evaluator", "dispatcher"];

/// A server.
pub(super) struct Instance {
    pub(super) app: App,
    crew: Crew,
    troubles: Arc<Troubles>,
}

/// Whoever may do everything.
pub(super) fn somebody() -> Caller {
    Caller::local(ProjectId::default_project())
}

fn identity() -> Identity {
    Identity {
        roles: ROLES.map(str::to_owned).to_vec(),
        host: "here".to_owned(),
        process: 1,
        version: "1".to_owned(),
        is_over: |_, _| false,
    }
}

impl Instance {
    /// Starts one as the program does, whose wall clock shows so many milliseconds past the beginning.
    pub(super) async fn start(
        ground: &Arc<dyn Ground>,
        channels: &Arc<FixedChannels>,
        number: u64,
        off: i64,
    ) -> Self {
        let troubles = Arc::new(Troubles::default());
        let app = App::new(ports(ground, channels, &troubles, number, off).await, Settings::default());
        let (crew, observer) = (Crew::new(), Observer::new(app.clone()));
        app.join(identity()).await.expect("it joins");
        observer.run_once().await.expect("it observes");
        app.make_ready().await.expect("it is ready");
        app.take_seat().await.expect("it has its share");
        crew.hire(&app, Membership(app.clone()));
        crew.hire(&app, observer);
        crew.hire(&app, Evaluator(app.clone()));
        crew.hire(&app, Router::new(app.clone()));
        crew.hire(&app, Dispatcher::new(app.clone(), crew.clone()));
        Self { app, crew, troubles }
    }

    /// It stands still from now on, or gets on.
    pub(super) fn halt(&self, halted: bool) {
        self.troubles.halt(halted);
    }

    /// Its next writes go wrong.
    pub(super) fn trouble(&self, fault: Fault, times: u32) {
        self.troubles.add(fault, times);
    }

    /// Nothing more goes wrong.
    pub(super) fn heal(&self) {
        self.troubles.heal();
    }

    /// Stops in good order.
    pub(super) async fn leave(self) {
        self.heal();
        self.app.leave().await.expect("it leaves");
        self.crew.dismiss().await;
    }

    /// Whom it takes for the first that dispatches.
    pub(super) fn first(&self) -> Vec<String> {
        let seats = self.app.seats().into_iter();
        let firsts = seats.filter(|seat| seat.first_as.iter().any(|role| role == "dispatcher"));
        firsts.map(|seat| seat.member.id.to_string()).collect()
    }
}

async fn ports(
    ground: &Arc<dyn Ground>,
    channels: &Arc<FixedChannels>,
    troubles: &Arc<Troubles>,
    number: u64,
    off: i64,
) -> Ports {
    let opened = ground.open().await;
    let elsewhere = Scribe::new(opened.clone(), number);
    let unused = Arc::new(FixedClock::at(start()));
    let frail = Frail::new(opened, troubles.clone(), elsewhere, unused, ground.is_threaded());
    let stores = Stores::of(Arc::new(frail));
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
        channels: channels.clone(),
        clock: Arc::new(PacedClock::at(Instant::from_millis(start().as_millis() + off))),
        chance: Arc::new(SeededChance::new(number)),
    }
}
