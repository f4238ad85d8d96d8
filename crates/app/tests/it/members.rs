//! Several instances on one store: who does what, and what becomes of it when one of them dies, pauses or has another idea
//! of the time.

mod starts;
mod together;

use std::sync::Arc;
use std::time::Duration as StdDuration;

use app::ports::Member;
use app::roles::{Crew, Evaluator, Membership, Role};
use app::{App, Identity, Ports, Settings, Shards};
use domain::Instant;
use testkit::{FixedChannels, MemoryStore, SeededChance, fixtures};

use crate::world::app_on;
use testkit::PacedClock;

/// The lease of all instances.
const LEASE: StdDuration = StdDuration::from_secs(10);
const ALL_ROLES: [&str; 5] = ["api", "evaluator", "dispatcher", "boards", "janitor"];

/// An instance whose clocks go with tokio's.
struct Instance {
    app: App,
    crew: Crew,
}

fn identity(roles: &[&str]) -> Identity {
    Identity {
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        host: "here".to_owned(),
        process: 1,
        version: "1.0.0".to_owned(),
        is_over: |_, _| false,
    }
}

/// An application that has joined nobody yet, whose wall clock is so many minutes off.
fn app(store: &MemoryStore, number: u64, off: i64) -> App {
    let clock = Arc::new(PacedClock::at(Instant::from_millis(fixtures::start().as_millis() + off * 60_000)));
    let channels = Arc::new(FixedChannels::new());
    let own_chance = |ports: &mut Ports| ports.chance = Arc::new(SeededChance::new(number));
    app_on(&store.beside(), clock, &channels, own_chance, Settings::default())
}

impl Instance {
    /// One that has joined, and keeps its membership.
    async fn start(store: &MemoryStore, number: u64, off: i64, roles: &[&str]) -> Self {
        let (app, crew) = (app(store, number, off), Crew::new());
        app.join(identity(roles)).await.expect("it joins");
        app.take_seat().await.expect("it has its share");
        crew.hire(&app, Membership(app.clone()));
        Self { app, crew }
    }

    fn shards(&self) -> Vec<u8> {
        self.app.shards().iter().collect()
    }

    /// It is gone, in the middle of whatever it did.
    async fn die(self) -> App {
        self.crew.dismiss().await;
        self.app
    }

    async fn leave(self) {
        self.app.leave().await.expect("it leaves");
        self.crew.dismiss().await;
    }

    fn now(&self) -> Instant {
        self.app.now()
    }
}

async fn pass(time: StdDuration) {
    tokio::time::sleep(time).await;
}

/// All shards of these instances, in order: each once where they agree.
fn held(instances: &[&Instance]) -> Vec<u8> {
    let mut held: Vec<u8> = instances.iter().flat_map(|it| it.shards()).collect();
    held.sort_unstable();
    held
}

fn all() -> Vec<u8> {
    Shards::default().iter().collect()
}

#[tokio::test(start_paused = true)]
async fn who_is_alone_or_has_joined_nobody_has_everything() {
    let store = MemoryStore::new();
    assert_eq!(app(&store, 1, 0).shards(), Shards::default());
    let one = Instance::start(&store, 2, 0, &ALL_ROLES).await;
    assert_eq!(one.shards(), all());
    let seats = one.app.seats();
    assert_eq!(seats.len(), 1);
    assert!(seats[0].is_here && seats[0].first_as.len() == ALL_ROLES.len(), "{seats:?}");
}

#[tokio::test(start_paused = true)]
async fn instances_divide_the_shards_though_their_clocks_are_minutes_apart() {
    let store = MemoryStore::new();
    let one = Instance::start(&store, 1, 7, &ALL_ROLES).await;
    let two = Instance::start(&store, 2, -5, &ALL_ROLES).await;
    let three = Instance::start(&store, 3, 90, &ALL_ROLES).await;
    for _ in 0..100 {
        pass(LEASE / 10).await;
        let (held, seats) = (held(&[&one, &two, &three]), one.app.seats().len());
        assert!(held.len() >= 16 && seats == 3, "nothing is left out: {held:?} {seats}");
    }
    assert_eq!(held(&[&one, &two, &three]), all());
    assert!([&one, &two, &three].iter().all(|it| !it.shards().is_empty()));
    let firsts =
        [&one, &two, &three].map(|it| it.app.seats().iter().filter(|seat| !seat.first_as.is_empty()).count());
    assert_eq!(firsts, [1, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_dead_instance_is_taken_over_within_its_lease_and_one_that_left_at_once() {
    let store = MemoryStore::new();
    let one = Instance::start(&store, 1, 0, &ALL_ROLES).await;
    let two = Instance::start(&store, 2, -30, &ALL_ROLES).await;
    let three = Instance::start(&store, 3, 30, &ALL_ROLES).await;
    pass(LEASE * 3).await;
    let _dead = three.die().await;
    pass(LEASE).await;
    assert_eq!(held(&[&one, &two]), all());
    two.leave().await;
    pass(LEASE / 10 * 2).await;
    assert_eq!(one.shards(), all());
}

#[tokio::test(start_paused = true)]
async fn dedicated_workers_count_only_for_the_roles_they_run() {
    let store = MemoryStore::new();
    let front = Instance::start(&store, 1, 0, &["api"]).await;
    let one = Instance::start(&store, 2, 0, &["evaluator"]).await;
    let two = Instance::start(&store, 3, 0, &["evaluator", "dispatcher"]).await;
    pass(LEASE).await;
    assert_eq!((front.shards(), held(&[&one, &two])), (vec![], all()));
    let mut firsts: Vec<_> = two.app.seats().into_iter().flat_map(|seat| seat.first_as).collect();
    firsts.sort_unstable();
    assert_eq!(firsts, ["api", "dispatcher", "evaluator"]);
}

#[tokio::test(start_paused = true)]
async fn the_item_of_a_dead_instance_is_removed_in_the_end() {
    let store = MemoryStore::new();
    let one = Instance::start(&store, 1, 0, &ALL_ROLES).await;
    let _dead = Instance::start(&store, 2, 0, &ALL_ROLES).await.die().await;
    let listed = async || one.app.ports().members.members().await.expect("members").len();
    pass(LEASE * 6).await;
    assert_eq!((listed().await, one.app.seats().len()), (2, 1));
    pass(StdDuration::from_mins(10)).await;
    assert_eq!(listed().await, 1);
}

/// The process of that number, of this machine.
fn of_process(member: &Member, number: u32) -> bool {
    member.process == number
}

#[tokio::test(start_paused = true)]
async fn what_a_crash_left_behind_on_this_machine_holds_nobody_up() {
    let store = MemoryStore::new();
    let _dead = Instance::start(&store, 1, 0, &ALL_ROLES).await.die().await;
    let again = app(&store, 2, 0);
    let begun = tokio::time::Instant::now();
    let knows = Identity { process: 2, is_over: |_, member| of_process(member, 1), ..identity(&ALL_ROLES) };
    again.join(knows).await.expect("it joins");
    again.take_seat().await.expect("it has its share");
    assert_eq!((begun.elapsed(), again.shards()), (StdDuration::ZERO, Shards::default()));
}
