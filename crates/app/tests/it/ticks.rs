//! "Still there", of what reports no starts: a run of its own, or a sign of life of the run that is open.

use app::ingest::{Address, Found, Message};
use domain::{ConfigChange, Patch, RunState, Status};
use testkit::fixtures::{registration, report, run_id};

use crate::world::{World, name};

async fn tick(world: &World, run: Option<&str>) {
    let Found::One(place) = world.app.place(Address::Token("token-1".to_owned())).await.expect("looked up")
    else {
        panic!("nobody is there");
    };
    let said = domain::Report { run_id: run.map(run_id), ..report(Status::Completed, world.now()) };
    let heard = world.app.hear(place, &|_| Message::Tick(Box::new(said.clone()))).await.expect("taken");
    assert!(heard.is_some());
}

async fn ticking() -> World {
    let world = World::new();
    let aliases = Patch::Set(vec!["token-1".to_owned()]);
    world.register("job", ConfigChange { aliases, ..registration() }).await;
    world
}

#[tokio::test]
async fn a_tick_is_a_run_of_its_own_each_time_whatever_run_it_names() {
    let world = Box::pin(ticking()).await;
    for run in [None, Some("a"), Some("a")] {
        world.advance(60);
        tick(&world, run).await;
    }
    let view = world.view("job").await;
    assert_eq!((view.scheduler.state.runs_seen, view.scheduler.status()), (3, Status::Completed));
}

#[tokio::test]
async fn a_tick_closes_no_run_that_is_open_and_keeps_it_alive() {
    let world = Box::pin(ticking()).await;
    world.report("job", Status::Running).await;
    world.advance(60);
    tick(&world, None).await;
    let view = world.view("job").await;
    assert_eq!((view.scheduler.state.runs_seen, view.scheduler.status()), (1, Status::Running));
    assert_eq!(view.last_heartbeat, Some(world.now()));
    world.report("job", Status::Completed).await;
    tick(&world, None).await;
    let runs = world.app.runs(&crate::world::admin(), name("job"), &all()).await.expect("runs");
    assert_eq!(runs.items.iter().map(|run| run.state).collect::<Vec<_>>(), [RunState::Completed; 2]);
}

fn all() -> app::ports::RunsQuery {
    app::ports::RunsQuery { from: None, to: None, state: None, limit: 10, cursor: None }
}
