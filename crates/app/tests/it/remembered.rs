//! What a process remembers of the schedulers that it wrote: it spares the loading, and is never believed against what
//! others have written meanwhile.

use app::AppError;
use domain::{Rejection, RunId, Status};
use testkit::fixtures::{registration, report};

use crate::trouble::Trouble;
use crate::world::{World, admin, hourly, name};
use crate::write_path::troubled;

fn run_id(text: &str) -> RunId {
    RunId::parse(text).expect("a run id")
}

async fn report_run(world: &World, run: &str, status: Status) {
    let named = domain::Report { run_id: Some(run_id(run)), ..report(status, world.now()) };
    world.try_report("job", named).await.expect("reported");
}

#[tokio::test(start_paused = true)]
async fn whoever_reports_again_costs_no_loading() {
    let (world, store) = troubled();
    world.register("job", registration()).await;
    store.loads();
    for _ in 0..3 {
        world.advance(60);
        world.report("job", Status::Running).await;
        world.heartbeat("job").await;
        world.advance(60);
        world.heartbeat("job").await;
        world.report("job", Status::Completed).await;
    }
    assert_eq!(store.loads(), 0);
    assert_eq!(world.loaded("job").await.scheduler, world.view("job").await.scheduler);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_not_known_is_looked_for() {
    let (world, store) = troubled();
    world.register("job", registration()).await;
    report_run(&world, "one", Status::Running).await;
    store.loads();
    report_run(&world, "one", Status::Completed).await;
    assert_eq!(store.loads(), 0, "it was open");
    report_run(&world, "one", Status::Completed).await;
    assert_eq!(store.loads(), 1, "it may be closed");
}

#[tokio::test(start_paused = true)]
async fn what_another_process_wrote_is_seen_by_the_next_report() {
    let (world, store) = troubled();
    world.register("job", hourly()).await;
    world.report("job", Status::Running).await;
    let there = world.restarted();
    there.report("job", Status::Failed).await;
    store.loads();
    world.report("job", Status::Running).await;
    assert_eq!(store.loads(), 1);
    let kinds = world.kinds("job").await;
    assert_eq!(kinds.iter().filter(|kind| **kind == "run_started").count(), 2, "{kinds:?}");
    assert!(kinds.contains(&"incident_opened"), "{kinds:?}");
}

#[tokio::test(start_paused = true)]
async fn a_job_is_told_to_stop_by_what_another_process_wrote() {
    let (world, _) = troubled();
    world.register("job", registration()).await;
    report_run(&world, "one", Status::Running).await;
    let there = world.restarted();
    report_run(&there, "one", Status::Failed).await;
    let answer = world.app.heartbeat(&admin(), name("job"), Some(run_id("one")), world.now()).await;
    assert!(matches!(answer, Err(AppError::Rejected(Rejection::StaleScheduler { .. }))), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_never_rests_on_memory() {
    let (world, store) = troubled();
    world.register("job", registration()).await;
    world.report("job", Status::Completed).await;
    store.loads();
    let answer = world.app.acknowledge(&admin(), name("job"), true).await;
    assert!(matches!(answer, Err(AppError::Rejected(Rejection::NoIncident(_)))), "{answer:?}");
    assert_eq!(store.loads(), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_remembered_of_a_write_that_failed() {
    let (world, store) = troubled();
    world.register("job", registration()).await;
    store.next([Trouble::Away]);
    world.try_report("job", report(Status::Completed, world.now())).await.expect_err("away");
    store.loads();
    world.report("job", Status::Completed).await;
    assert_eq!(store.loads(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_was_deleted_is_not_remembered() {
    let (world, _) = troubled();
    world.register("job", registration()).await;
    world.app.delete(&admin(), name("job")).await.expect("deleted");
    let answer = world.try_report("job", report(Status::Completed, world.now())).await;
    assert!(matches!(answer, Err(AppError::NotRegistered(_))), "{answer:?}");
    assert_eq!(world.register("job", registration()).await.scheduler.incarnation, 2);
}
