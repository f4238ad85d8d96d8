//! What we could not see is never blamed on a job, and each project is told once.

use app::Notice;
use app::ports::{Observation, Outbox};
use app::roles::{Evaluator, Observer, Role as _};
use domain::{ConfigChange, Duration, Gap, Health, Instant, Limit, Patch, Status};
use testkit::fixtures::{after, registration, start};

use crate::world::World;

async fn gaps(world: &World) -> Vec<Gap> {
    world.store.gaps(Instant::MIN).await.expect("gaps")
}

fn gap(from: i64, until: i64) -> Gap {
    Gap { from: after(from), until: after(until) }
}

/// Notices of unobserved time that wait to be routed: from, until, slots.
async fn told(world: &World) -> Vec<(Gap, u64)> {
    let notices = world.store.unrouted(domain::Instant::MAX, 1000).await.expect("notices");
    let told = notices.into_iter().filter_map(|waiting| match waiting.notice {
        Notice::Unobserved(it) => Some((Gap { from: it.from, until: it.until }, it.slots)),
        _ => None,
    });
    told.collect()
}

/// Goes on for so long with a look every ten seconds, as a running server does.
async fn go_on(world: &World, observer: &Observer, seconds: i64) {
    for _ in 0..seconds / 10 {
        world.advance(10);
        observer.run_once().await.expect("observed");
        world.evaluate().await;
    }
}

#[tokio::test]
async fn the_first_start_of_all_has_no_past_to_be_blind_to() {
    let world = World::new();
    world.app.make_ready().await.expect("ready");
    world.observe().await;
    world.observe().await;
    assert_eq!(gaps(&world).await, []);
    assert_eq!(world.store.last_stamp().await, Ok(Some(start())));
}

#[tokio::test]
async fn a_first_start_that_takes_a_moment_is_not_blind_to_what_follows() {
    let world = World::new();
    world.observe().await;
    world.advance(1);
    world.app.make_ready().await.expect("ready");
    let limited =
        ConfigChange { max_runtime: Patch::Set(Limit::After(Duration::from_seconds(1))), ..registration() };
    world.register("job", limited).await;
    world.report("job", Status::Running).await;
    world.advance(1);
    world.evaluate().await;
    assert_eq!(world.view("job").await.health, Health::Overrun);
}

#[tokio::test]
async fn a_restart_makes_one_gap_from_the_last_stamp_to_a_minute_from_now() {
    let world = World::new();
    world.observe().await;
    world.advance(300);
    let again = world.restarted();
    again.observe().await;
    again.observe().await;
    assert_eq!(gaps(&world).await, [gap(0, 360)]);
}

#[tokio::test]
async fn three_hours_without_us_are_unobserved_and_told_once() {
    let world = World::new();
    world.observe().await;
    for job in ["a", "b"] {
        world.register_hourly(job).await;
    }
    world.advance(3 * 3600);
    let again = world.restarted();
    again.app.make_ready().await.expect("ready");
    let observer = Observer::new(again.app.clone());
    observer.run_once().await.expect("observed");
    again.evaluate().await;
    assert_eq!(again.view("a").await.health, Health::Late, "not missed");
    go_on(&again, &observer, 120).await;
    let unobserved = gap(0, 3 * 3600 + 60);
    assert_eq!(told(&again).await, [(unobserved, 4)]);
    assert_eq!(again.kinds("a").await, ["registered", "slots_unobserved"]);
    go_on(&again, &observer, 600).await;
    assert_eq!(told(&again).await.len(), 1);
    assert_eq!(again.restarted().deliver().await, 0, "nobody is set up to hear it");
}

#[tokio::test]
async fn whoever_wakes_first_after_a_suspension_blames_no_job() {
    let world = World::new();
    let observer = Observer::new(world.app.clone());
    observer.run_once().await.expect("observed");
    world.register_hourly("evaluated").await;
    world.register_hourly("reported").await;
    world.clock.step_to(after(2 * 3600));
    world.evaluate().await;
    assert_eq!(gaps(&world).await, [gap(0, 2 * 3600 + 60)]);
    assert_eq!(world.kinds("evaluated").await, ["registered"]);
    world.report("reported", Status::Completed).await;
    assert_eq!(world.view("reported").await.scheduler.state.incident, None);
    observer.run_once().await.expect("observed");
    assert_eq!(gaps(&world).await.len(), 1, "and it is one gap");
}

#[tokio::test]
async fn a_report_that_wakes_us_first_finds_no_missed_slot_either() {
    let world = World::new();
    world.observe().await;
    world.register_hourly("job").await;
    world.advance(2 * 3600);
    world.report("job", Status::Completed).await;
    assert!(!world.kinds("job").await.contains(&"slots_missed"));
    assert_eq!(gaps(&world).await, [gap(0, 2 * 3600 + 60)]);
}

#[tokio::test]
async fn a_restarted_server_takes_reports_before_its_first_look_and_blames_nobody() {
    let world = World::new();
    world.observe().await;
    world.register_hourly("job").await;
    world.advance(2 * 3600);
    let again = world.restarted();
    again.app.make_ready().await.expect("ready");
    again.evaluate().await;
    again.report("job", Status::Completed).await;
    assert!(!again.kinds("job").await.contains(&"slots_missed"));
}

#[tokio::test]
async fn an_evaluator_alone_blames_no_job_while_nobody_takes_reports() {
    let world = World::new();
    world.observe().await;
    world.register_hourly("job").await;
    world.advance(3895);
    let alone = world.restarted();
    alone.app.make_ready().await.expect("ready");
    world.advance(3600);
    Evaluator(alone.app.clone()).run_once().await.expect("evaluated");
    assert_eq!(alone.kinds("job").await, ["registered"]);
    assert_eq!(gaps(&world).await, [], "those who take reports record it");
}

#[tokio::test]
async fn an_evaluator_that_starts_beside_those_who_take_reports_goes_on_where_it_was() {
    let world = World::new();
    let observer = Observer::new(world.app.clone());
    go_on(&world, &observer, 10).await;
    let limited =
        ConfigChange { max_runtime: Patch::Set(Limit::After(Duration::from_seconds(30))), ..registration() };
    world.register("job", limited).await;
    world.report("job", Status::Running).await;
    world.advance(5);
    let alone = world.restarted();
    alone.app.make_ready().await.expect("ready");
    go_on(&alone, &observer, 30).await;
    assert_eq!(alone.view("job").await.health, Health::Overrun);
}

#[tokio::test]
async fn a_clock_set_forward_or_back_is_a_gap_and_small_steps_are_none() {
    let world = World::new();
    let observer = Observer::new(world.app.clone());
    go_on(&world, &observer, 20).await;
    world.clock.step_to(after(24));
    observer.run_once().await.expect("observed");
    assert_eq!(gaps(&world).await, []);
    world.clock.step_to(after(4000));
    observer.run_once().await.expect("observed");
    assert_eq!(gaps(&world).await, [gap(24, 4060)]);
    world.clock.step_to(after(1000));
    observer.run_once().await.expect("observed");
    assert_eq!(gaps(&world).await, [gap(24, 4060), gap(1000, 1060)]);
}

#[tokio::test]
async fn a_clock_that_was_a_year_ahead_for_a_moment_does_not_blind_us_for_a_year() {
    let world = World::new();
    let observer = Observer::new(world.app.clone());
    observer.run_once().await.expect("observed");
    world.clock.step_to(start() + Duration::DAY.times(365));
    observer.run_once().await.expect("observed");
    world.clock.step_to(after(30));
    observer.run_once().await.expect("observed");
    world.register_hourly("job").await;
    go_on(&world, &observer, 4000).await;
    assert_eq!(world.view("job").await.health, Health::Missed);
}

#[tokio::test]
async fn gaps_that_overlap_are_told_as_one_and_later_ones_again() {
    let world = World::new();
    world.observe().await;
    world.register_hourly("job").await;
    world.advance(3890);
    world.restarted().observe().await;
    world.advance(20);
    let again = world.restarted();
    let observer = Observer::new(again.app.clone());
    observer.run_once().await.expect("observed");
    go_on(&again, &observer, 200).await;
    let first = (gap(0, 3970), 1);
    assert_eq!(told(&again).await, [first]);
    go_on(&again, &observer, 600).await;
    again.report("job", Status::Completed).await;
    let reported = again.now();
    again.clock.step_to(reported + Duration::from_seconds(7500));
    go_on(&again, &observer, 200).await;
    let told = told(&again).await;
    assert_eq!((told.len(), told[0], told[1].1), (2, first, 2), "only the new slots are counted");
}

#[tokio::test]
async fn silence_is_not_counted_through_a_gap() {
    let world = World::new();
    world.observe().await;
    world.register_hourly("job").await;
    world.report("job", Status::Running).await;
    world.heartbeat("job").await;
    world.advance(3600);
    let again = world.restarted();
    let observer = Observer::new(again.app.clone());
    observer.run_once().await.expect("observed");
    go_on(&again, &observer, 600).await;
    assert_eq!(again.view("job").await.health, Health::Healthy);
    go_on(&again, &observer, 60).await;
    assert_eq!(again.view("job").await.health, Health::Stale);
}
