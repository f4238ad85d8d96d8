//! The one write path: conflicts, lost answers, and what comes between a load and a commit.

use std::sync::Arc;

use app::ports::{Queries, RunsQuery, StoreError};
use app::roles::{Evaluator, Role as _};
use app::{AppError, Settings};
use domain::{ConfigChange, Duration, Health, Instant, Limit, Patch, Status};
use testkit::fixtures::{key, registration, report, report_of};

use crate::trouble::{Trouble, Troubled};
use crate::world::{World, admin, hourly, name};

pub(crate) fn troubled() -> (World, Arc<Troubled>) {
    let mut store = None;
    let world = World::with(
        |ports| {
            let troubled = Arc::new(Troubled::new(ports.schedulers.clone()));
            ports.schedulers = troubled.clone();
            store = Some(troubled);
        },
        Settings::default(),
    );
    (world, store.expect("made"))
}

async fn runs(world: &World, id: &str) -> usize {
    let query = RunsQuery { from: None, to: None, state: None, limit: 100, cursor: None };
    world.store.runs(&key(id), &query).await.expect("runs").items.len()
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_decided_again() {
    let (world, store) = troubled();
    world.register("job", registration()).await;
    store.next([Trouble::Conflict; 5]);
    assert_eq!(world.report("job", Status::Completed).await.scheduler.status(), Status::Completed);
    assert_eq!(runs(&world, "job").await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_conflicts_ends_after_twenty_tries() {
    let (world, store) = troubled();
    world.register("job", registration()).await;
    store.attempts();
    store.always(Some(Trouble::Conflict));
    let answer = world.try_report("job", report(Status::Completed, world.now())).await;
    assert_eq!(answer.expect_err("busy"), AppError::Busy);
    assert_eq!(store.attempts(), 20);
    assert_eq!(world.app.delete(&admin(), name("job")).await, Err(AppError::Busy));
    assert_eq!(store.attempts(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_commit_whose_answer_was_lost_is_recognised_and_not_made_twice() {
    let (world, store) = troubled();
    world.register("job", registration()).await;
    store.next([Trouble::AnswerLost]);
    let view = world.report("job", Status::Completed).await;
    assert_eq!(view.scheduler.status(), Status::Completed);
    assert_eq!(view.scheduler, world.loaded("job").await.scheduler);
    assert_eq!(runs(&world, "job").await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_was_lost_altogether_is_made_again() {
    let (world, store) = troubled();
    world.register("job", registration()).await;
    store.next([Trouble::Lost, Trouble::Lost]);
    world.report("job", Status::Completed).await;
    assert_eq!(runs(&world, "job").await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_is_written_only_while_it_is_decided_again_is_one_commit() {
    let (world, store) = troubled();
    world.register("job", registration()).await;
    store.next([Trouble::Late]);
    world.report("job", Status::Completed).await;
    assert_eq!(runs(&world, "job").await, 1);
    assert_eq!(world.kinds("job").await, ["registered", "run_finished"]);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_is_told_to_the_caller_at_once() {
    let (world, store) = troubled();
    world.register("job", registration()).await;
    store.attempts();
    store.next([Trouble::Away]);
    let answer = world.try_report("job", report(Status::Completed, world.now())).await;
    assert!(matches!(answer, Err(AppError::Store(StoreError::Unavailable { .. }))), "{answer:?}");
    assert_eq!(store.attempts(), 1);
}

/// A full disk: small writes such as our own stamps still succeed, and what jobs say is refused.
#[tokio::test(start_paused = true)]
async fn what_the_store_refused_is_never_blamed_on_a_job() {
    let (world, store) = troubled();
    world.observe().await;
    world.register("job", hourly()).await;
    world.advance(3600);
    world.observe().await;
    assert!(world.app.takes_reports());
    store.always(Some(Trouble::Away));
    world.try_report("job", report(Status::Completed, world.now())).await.expect_err("refused");
    assert!(!world.app.takes_reports());
    world.advance(10);
    world.observe().await;
    world.advance(291);
    world.try_report("job", report(Status::Completed, world.now())).await.expect_err("refused");
    store.always(None);
    world.advance(61);
    world.observe().await;
    world.evaluate().await;
    assert_eq!(world.view("job").await.health, Health::Late);
    assert_eq!(world.deliveries().await, []);
    world.report("job", Status::Completed).await;
    assert!(world.app.takes_reports());
    assert!(!world.kinds("job").await.contains(&"slots_missed"), "{:?}", world.kinds("job").await);
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_that_comes_while_silence_is_concluded_wins() {
    let (world, store) = troubled();
    let timeout = Patch::Set(Limit::After(Duration::from_minutes(10)));
    world.register("job", ConfigChange { heartbeat_timeout: timeout, ..registration() }).await;
    world.report("job", Status::Running).await;
    world.advance(600);
    store.next([Trouble::Heartbeat(world.now())]);
    Evaluator(world.app.clone()).run_once().await.expect("evaluated");
    assert_eq!(world.view("job").await.health, Health::Healthy);
    assert_eq!(world.kinds("job").await, ["registered", "run_started"]);
    let wake = world.loaded("job").await.wake;
    assert_eq!(wake, Some(world.now() + Duration::from_minutes(10)), "looked at again when it is due");
    world.advance(600);
    world.evaluate().await;
    assert_eq!(world.view("job").await.health, Health::Stale);
}

#[tokio::test(start_paused = true)]
async fn a_report_for_a_scheduler_that_is_deleted_meanwhile_is_for_none() {
    let (world, store) = troubled();
    world.register("job", registration()).await;
    store.next([Trouble::Deleted]);
    let answer = world.try_report("job", report(Status::Completed, world.now())).await;
    assert_eq!(answer.expect_err("gone"), AppError::NotRegistered(name("job")));
}

#[tokio::test(start_paused = true)]
async fn a_patch_does_not_bring_back_what_is_deleted_meanwhile() {
    let (world, store) = troubled();
    world.register("job", registration()).await;
    store.next([Trouble::Deleted]);
    let change = ConfigChange { job_name: Some("other".to_owned()), ..registration() };
    let answer = world.app.patch(&admin(), name("job"), change, None).await;
    assert!(matches!(answer, Err(AppError::Rejected(domain::Rejection::NotFound(_)))), "{answer:?}");
    assert!(!world.loaded("job").await.scheduler.is_born());
}

#[tokio::test(start_paused = true)]
async fn a_deletion_whose_answer_was_lost_has_happened() {
    let (world, store) = troubled();
    world.register("job", registration()).await;
    store.next([Trouble::AnswerLost]);
    assert_eq!(world.app.delete(&admin(), name("job")).await, Ok(()));
    world.register("other", registration()).await;
    store.next([Trouble::Lost, Trouble::Conflict]);
    assert_eq!(world.app.delete(&admin(), name("other")).await, Ok(()));
    assert!(!world.loaded("other").await.scheduler.is_born());
}

#[tokio::test(start_paused = true)]
async fn many_writers_of_one_scheduler_take_turns() {
    let (world, store) = troubled();
    world.register("job", registration()).await;
    store.attempts();
    let all = (0..100).map(|number| {
        let report = report_of(&format!("run-{number}"), Status::Completed, world.now());
        world.try_report("job", report)
    });
    let answers = futures_util::future::join_all(all).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!((store.attempts(), runs(&world, "job").await), (100, 100));
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_costs_no_write_to_the_index_and_moves_the_deadline() {
    let (world, store) = troubled();
    world.register("job", registration()).await;
    world.report("job", Status::Running).await;
    world.heartbeat("job").await;
    let (wake, version) = {
        let loaded = world.loaded("job").await;
        (loaded.wake, loaded.scheduler.version)
    };
    store.attempts();
    for _ in 0..10 {
        world.advance(60);
        world.heartbeat("job").await;
    }
    let loaded = world.loaded("job").await;
    assert_eq!((loaded.wake, loaded.scheduler.version, store.attempts()), (wake, version, 0));
    let deadline: Option<Instant> = world.view("job").await.deadline_at;
    assert_eq!(deadline, Some(world.now() + Duration::from_minutes(10)));
}
