//! From a registration to people who hear of it, all in memory.

use std::sync::Arc;

use app::{Notice, Settings};
use domain::{AlertKind, Health, Status};
use testkit::Arrival;

use crate::forgetful_outbox::Forgetful;
use crate::world::World;

fn kinds(arrivals: &[Arrival]) -> Vec<AlertKind> {
    let kind = |arrival: &Arrival| match &arrival.notice {
        Notice::Alert(alert) => alert.kind,
        other => panic!("no alert: {other:?}"),
    };
    arrivals.iter().map(kind).collect()
}

#[tokio::test]
async fn a_job_falls_silent_people_hear_of_it_it_comes_back_and_they_hear_of_that() {
    let world = World::new();
    let pager = world.channels.add("pager", true);
    let idle = world.channels.add("idle", false);
    world.register_hourly("job").await;
    world.advance(3900);
    world.evaluate().await;
    assert_eq!(world.view("job").await.health, Health::Missed);
    assert_eq!((world.deliver().await, kinds(&pager.arrivals())), (1, vec![AlertKind::Opened]));
    world.advance(60);
    world.report("job", Status::Completed).await;
    assert_eq!(world.view("job").await.health, Health::Healthy);
    assert_eq!(world.deliver().await, 1);
    assert_eq!(kinds(&pager.arrivals()), [AlertKind::Opened, AlertKind::Resolved]);
    let threads: Vec<String> = pager.arrivals().iter().map(|it| it.notice.thread()).collect();
    assert_eq!(threads[0], threads[1], "the receiver joins them by the incident");
    assert_eq!(idle.arrivals(), []);
    assert_eq!((world.deliver().await, world.app.outbox_counts().await.expect("counts").pending), (0, 0));
}

#[tokio::test]
async fn a_failure_and_its_recovery_that_nobody_routed_in_between_are_told_in_order() {
    let world = World::new();
    let pager = world.channels.add("pager", true);
    world.register_hourly("job").await;
    for status in [Status::Failed, Status::Completed] {
        world.advance(10);
        world.report("job", status).await;
    }
    world.deliver().await;
    assert_eq!(kinds(&pager.arrivals()), [AlertKind::Opened, AlertKind::Resolved]);
}

#[tokio::test]
async fn deleting_a_sick_scheduler_closes_what_receivers_keep_open() {
    let world = World::new();
    let pager = world.channels.add("pager", true);
    world.register_hourly("job").await;
    world.report("job", Status::Failed).await;
    world.deliver().await;
    world.app.delete(&crate::world::admin(), crate::world::name("job")).await.expect("deleted");
    world.deliver().await;
    assert_eq!(kinds(&pager.arrivals()), [AlertKind::Opened, AlertKind::Dropped]);
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_is_not_sent_again_because_the_store_was_away_when_it_was_written_down() {
    let forgetful = |ports: &mut app::Ports| {
        ports.outbox = Arc::new(Forgetful { inner: ports.outbox.clone(), times: 5.into(), posts: 0.into() });
    };
    let world = World::with(forgetful, Settings::default());
    let pager = world.channels.add("pager", true);
    world.register_hourly("job").await;
    world.report("job", Status::Failed).await;
    assert_eq!(world.deliver().await, 1);
    world.advance(600);
    assert_eq!((world.deliver().await, pager.taken().len()), (0, 1));
}
