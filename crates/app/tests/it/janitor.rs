//! Forgetting in measure: one checkpoint for one cut, and nothing lost that people still want.

use app::ports::{Retention, Schedulers};
use app::roles::{Janitor, Role as _};
use app::{AppError, Settings};
use domain::{Duration, Report, Status};
use testkit::fixtures::{key, registration, report, report_id};

use crate::world::{World, admin, name};

async fn walk(janitor: &Janitor) {
    janitor.run_once().await.expect("walked");
}

async fn extent(world: &World) -> (u64, u64) {
    let extent = world.store.log_extent(&key("job")).await.expect("extent").expect("there");
    (extent.first, extent.last)
}

fn day(world: &World) {
    world.clock.advance(Duration::DAY);
}

#[tokio::test]
async fn an_old_log_is_cut_once_behind_a_checkpoint() {
    let world = World::new();
    world.register_hourly("job").await;
    world.report("job", Status::Failed).await;
    let before = world.loaded("job").await;
    world.clock.advance(Duration::DAY.times(32));
    let janitor = Janitor::new(world.app.clone());
    for _ in 0..3 {
        walk(&janitor).await;
        world.advance(3600);
    }
    let after = world.loaded("job").await;
    assert_eq!(extent(&world).await, (4, 4));
    assert_eq!((after.scheduler.state, after.wake), (before.scheduler.state, before.wake));
    let answer = world.app.events(&admin(), name("job"), 0, 10).await;
    assert_eq!(answer, Err(AppError::Pruned { first: 4 }));
    assert_eq!(world.app.events(&admin(), name("job"), 3, 10).await.expect("kept").len(), 1);
}

#[tokio::test]
async fn a_young_and_short_log_is_left_alone() {
    let world = World::new();
    world.register_hourly("job").await;
    for _ in 0..29 {
        day(&world);
        world.report("job", Status::Completed).await;
        walk(&Janitor::new(world.app.clone())).await;
    }
    assert_eq!(extent(&world).await.0, 1);
}

#[tokio::test]
async fn a_log_that_is_too_long_keeps_the_newest_successes_and_is_not_cut_at_every_round() {
    let settings = Settings { routine_kept: 100, ..Settings::default() };
    let world = World::with(|_| {}, settings);
    world.register("job", registration()).await;
    let janitor = Janitor::new(world.app.clone());
    let mut cuts = 0;
    for number in 0..2000 {
        world.advance(60);
        world.report("job", Status::Completed).await;
        if number % 60 == 0 {
            let first = extent(&world).await.0;
            walk(&janitor).await;
            cuts += usize::from(extent(&world).await.0 != first);
        }
    }
    assert_eq!(cuts, 1);
}

#[tokio::test]
async fn what_is_kept_behind_a_checkpoint_goes_when_its_time_comes() {
    let settings = Settings { routine_kept: 100, ..Settings::default() };
    let world = World::with(|_| {}, settings);
    world.register("job", registration()).await;
    world.report("job", Status::Failed).await;
    for _ in 0..1300 {
        world.advance(1);
        world.report("job", Status::Completed).await;
    }
    let history = async || {
        let query = app::ports::HistoryQuery {
            from: None,
            to: None,
            status: Some(Status::Failed),
            system: false,
            limit: 100,
            cursor: None,
        };
        world.app.history(&admin(), name("job"), &query).await.expect("history").items.len()
    };
    let janitor = Janitor::new(world.app.clone());
    walk(&janitor).await;
    let (first, last) = extent(&world).await;
    assert_eq!((first, history().await), (last, 1), "cut for its length, and the failure is kept");
    world.clock.advance(Duration::DAY.times(30));
    walk(&janitor).await;
    assert_eq!((extent(&world).await, history().await), ((first, last), 0), "gone without a new checkpoint");
}

#[tokio::test]
async fn a_checkpoint_behind_which_nothing_could_be_pruned_is_used_again() {
    let world = World::new();
    world.register_hourly("job").await;
    world.report("job", Status::Failed).await;
    world.clock.advance(Duration::DAY.times(32));
    let scribe = testkit::Scribe::new(world.store.stores(), 7);
    let checkpoint = scribe.checkpoint(&key("job"), world.now()).await;
    world.store.commit(checkpoint).await.expect("written, and then a crash");
    walk(&Janitor::new(world.app.clone())).await;
    assert_eq!(extent(&world).await, (4, 4));
}

#[tokio::test]
async fn a_report_id_is_known_for_fifteen_days_and_not_for_ever() {
    let world = World::new();
    world.register("job", registration()).await;
    let twice = |world: &World| Report {
        report_id: Some(report_id("r-1")),
        ..report(Status::Completed, world.now())
    };
    world.try_report("job", twice(&world)).await.expect("taken");
    let janitor = Janitor::new(world.app.clone());
    for (days, version) in [(15, 2), (2, 3)] {
        world.clock.advance(Duration::DAY.times(days));
        walk(&janitor).await;
        let view = world.try_report("job", twice(&world)).await.expect("taken");
        assert_eq!(view.scheduler.version, version);
    }
}
