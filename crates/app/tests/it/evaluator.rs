//! Silence becomes events: at its instant, once, and whatever stands beside it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use app::Settings;
use app::ports::{Reindex, Schedulers, Seen};
use app::roles::{Crew, Evaluator, Pace, Role as _};
use domain::{Duration, Health, Status};
use testkit::fixtures::{after, key, registration, start};
use testkit::{FixedChannels, MemoryStore};

use crate::trouble::Trouble;
use crate::world::{World, admin, app_on, hourly, name};
use crate::write_path::troubled;
use testkit::PacedClock;

/// When an hourly job with five minutes of grace is missed for the first time.
const MISSED: i64 = 3900;

#[tokio::test]
async fn a_missed_slot_is_concluded_once_however_often_it_is_looked_at() {
    let world = World::new();
    world.register_hourly("job").await;
    world.advance(MISSED - 1);
    assert_eq!(world.evaluate().await, Pace::Until(after(MISSED)));
    assert_eq!(world.view("job").await.health, Health::Late);
    world.advance(1);
    for _ in 0..3 {
        world.evaluate().await;
    }
    assert_eq!(world.kinds("job").await, ["registered", "slots_missed", "incident_opened"]);
}

#[tokio::test]
async fn two_evaluators_on_one_store_conclude_once() {
    let world = World::new();
    for job in ["a", "b", "c"] {
        world.register_hourly(job).await;
    }
    let other = world.restarted();
    world.advance(MISSED);
    let (first, second) = (Evaluator(world.app.clone()), Evaluator(other.app.clone()));
    let (first, second) = tokio::join!(first.run_once(), second.run_once());
    assert!(first.is_ok() && second.is_ok());
    for job in ["a", "b", "c"] {
        assert_eq!(world.kinds(job).await, ["registered", "slots_missed", "incident_opened"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_running_evaluator_notices_a_missed_slot_at_its_exact_instant() {
    let store = MemoryStore::new();
    let clock = Arc::new(PacedClock::at(start()));
    let app = app_on(&store, clock, &Arc::new(FixedChannels::new()), |_| {}, Settings::default());
    let crew = Crew::new();
    crew.hire(&app, Evaluator(app.clone()));
    app.register(&admin(), name("job"), hourly()).await.expect("registered");
    tokio::time::sleep(std::time::Duration::from_secs(MISSED as u64 + 1)).await;
    let view = app.scheduler(&admin(), name("job")).await.expect("there");
    let missed = view.scheduler.state.missed.expect("missed");
    assert_eq!(missed.recorded_at, after(MISSED));
    crew.dismiss().await;
}

#[tokio::test(start_paused = true)]
async fn a_sleeping_evaluator_is_woken_by_an_earlier_deadline() {
    let world = World::new();
    world.register_hourly("job").await;
    let evaluator = Evaluator(world.app.clone());
    let signal = evaluator.signal().expect("a signal");
    signal.notified().await;
    world.report("job", Status::Completed).await;
    let poked = tokio::time::timeout(std::time::Duration::from_secs(1), signal.notified()).await;
    assert!(poked.is_err(), "a later deadline wakes nobody");
    let sooner = testkit::fixtures::every(Duration::MINUTE, Duration::ZERO);
    world.register("other", domain::ConfigChange { schedule: sooner, ..registration() }).await;
    signal.notified().await;
}

#[tokio::test]
async fn an_index_that_is_early_is_moved_and_concludes_nothing() {
    let world = World::new();
    world.register_hourly("job").await;
    let from = world.loaded("job").await.wake;
    let reindex =
        Reindex { key: key("job"), seen: Seen { incarnation: 1, version: 1 }, from, to: Some(start()) };
    world.store.reindex(reindex).await.expect("moved");
    assert_eq!(world.evaluate().await, Pace::Until(after(MISSED)));
    assert_eq!(world.kinds("job").await, ["registered"]);
}

#[tokio::test]
async fn a_scheduler_that_is_gone_is_passed_by() {
    let world = World::new();
    world.register_hourly("job").await;
    world.advance(MISSED);
    world.app.delete(&admin(), name("job")).await.expect("deleted");
    assert_eq!(world.evaluate().await, Pace::Idle);
}

#[tokio::test(start_paused = true)]
async fn a_scheduler_that_cannot_be_read_stops_nobody_and_is_not_tried_in_a_circle() {
    let (world, store) = troubled();
    let there = world.restarted();
    for job in ["bad", "good"] {
        there.register_hourly(job).await;
    }
    store.cannot_read(key("bad"));
    world.advance(MISSED);
    world.evaluate().await;
    assert_eq!(world.view("good").await.health, Health::Missed);
    let evaluations = || world.app.telemetry().evaluations.load(Ordering::Relaxed);
    let tried = evaluations();
    assert_eq!(world.evaluate().await, Pace::Idle, "what is stuck must not be due at once again");
    assert_eq!(evaluations(), tried, "it stepped aside");
    world.advance(60);
    world.evaluate().await;
    assert_eq!(evaluations(), tried + 1, "and is tried again a minute later");
}

#[tokio::test(start_paused = true)]
async fn while_the_store_is_away_nobody_steps_aside() {
    let (world, store) = troubled();
    world.register_hourly("job").await;
    world.advance(MISSED);
    store.always(Some(Trouble::Away));
    assert!(Evaluator(world.app.clone()).run_once().await.is_err());
    store.always(None);
    world.evaluate().await;
    assert_eq!(world.view("job").await.health, Health::Missed);
}

#[tokio::test(start_paused = true)]
async fn a_scheduler_of_many_conflicts_is_tried_again_soon() {
    let (world, store) = troubled();
    world.register_hourly("job").await;
    world.advance(MISSED);
    store.next([Trouble::Conflict; 20]);
    assert!(Evaluator(world.app.clone()).run_once().await.is_err());
    world.evaluate().await;
    assert_eq!(world.view("job").await.health, Health::Missed);
}

#[tokio::test]
async fn more_than_a_batch_is_taken_at_once_again_and_the_lag_is_told() {
    let world = World::new();
    for number in 0..600 {
        world.register_hourly(&format!("job-{number}")).await;
    }
    world.advance(MISSED + 2);
    assert_eq!(world.evaluate().await, Pace::Again);
    let lag = || world.app.telemetry().evaluator_lag_millis.load(Ordering::Relaxed);
    assert_eq!(lag(), 2000);
    world.evaluate().await;
    world.evaluate().await;
    assert_eq!(lag(), 0);
    assert_eq!(world.view("job-599").await.health, Health::Missed);
}

#[tokio::test]
async fn a_default_timeout_that_changed_between_starts_is_judged_for_every_open_run() {
    let world = World::new();
    world.register("job", registration()).await;
    world.report("job", Status::Running).await;
    world.app.make_ready().await.expect("ready");
    world.evaluate().await;
    world.advance(1200);
    let settings = Settings {
        defaults: domain::Defaults {
            heartbeat_timeout: Some(domain::Limit::After(Duration::from_minutes(15))),
            ..domain::Defaults::default()
        },
        ..Settings::default()
    };
    let app = app_on(&world.store, world.clock.clone(), &world.channels, |_| {}, settings);
    app.make_ready().await.expect("ready");
    Evaluator(app.clone()).run_once().await.expect("evaluated");
    assert_eq!(app.scheduler(&admin(), name("job")).await.expect("there").health, Health::Stale);
}
