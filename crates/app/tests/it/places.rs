//! Where messages are heard that name their scheduler by its own name.

use app::ingest::{Address, Found, Message, Place};
use domain::{ConfigChange, Patch, Report, Status};
use testkit::fixtures::{key, registration, report, report_of, run_id};

use crate::world::{World, admin, name};

async fn place(world: &World, id: &str) -> Option<Place> {
    match world.app.place(Address::Id(key(id))).await.expect("looked up") {
        Found::One(place) => Some(place),
        Found::None | Found::Several => None,
    }
}

async fn hear(world: &World, place: Place, report: Report) -> bool {
    let said = move |_: &Place| Message::Report(Box::new(report.clone()));
    world.app.hear(place, &said).await.expect("asked").is_some()
}

#[tokio::test]
async fn a_scheduler_is_heard_by_its_own_name_whatever_its_slug_is() {
    let world = World::new();
    assert!(place(&world, "job").await.is_none());
    let slug = Patch::Set("another".to_owned());
    world.register("job", ConfigChange { slug, ..registration() }).await;
    let there = place(&world, "job").await.expect("there");
    assert!(hear(&world, there, report(Status::Completed, world.now())).await);
    assert_eq!(world.view("job").await.scheduler.status(), Status::Completed);
}

#[tokio::test]
async fn a_place_that_is_known_is_looked_up_anew_once_it_is_forgotten() {
    let world = World::new();
    world.register("job", registration()).await;
    let known = place(&world, "job").await.expect("there");
    let description = Patch::Set("Books".to_owned());
    world.register("job", ConfigChange { description, ..ConfigChange::default() }).await;
    assert_eq!(place(&world, "job").await.expect("there").config, known.config);
    world.app.forget_place(&Address::Id(key("job")));
    assert_eq!(place(&world, "job").await.expect("there").config.description.as_deref(), Some("Books"));
}

#[tokio::test]
async fn who_is_deleted_is_heard_no_more() {
    let world = World::new();
    world.register("job", registration()).await;
    let known = place(&world, "job").await.expect("there");
    world.app.delete(&admin(), name("job")).await.expect("deleted");
    assert!(!hear(&world, known, report(Status::Completed, world.now())).await);
}

#[tokio::test]
async fn the_newest_open_run_is_the_one_that_started_last() {
    let world = World::new();
    assert_eq!(world.app.newest_open_run(&key("job")).await, Ok(None));
    world.register("job", registration()).await;
    for run in ["a", "b"] {
        world.advance(10);
        world.try_report("job", report_of(run, Status::Running, world.now())).await.expect("taken");
    }
    assert_eq!(world.app.newest_open_run(&key("job")).await, Ok(Some(run_id("b"))));
    world.try_report("job", report_of("b", Status::Completed, world.now())).await.expect("taken");
    assert_eq!(world.app.newest_open_run(&key("job")).await, Ok(Some(run_id("a"))));
    world.advance(10);
    world.report("job", Status::Running).await;
    assert_eq!(world.app.newest_open_run(&key("job")).await, Ok(None), "it has no name");
}
