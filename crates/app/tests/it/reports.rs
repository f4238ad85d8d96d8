//! What jobs say: taken once, shown as it was taken, counted when it was taken, and written down where it renames.

use std::sync::atomic::Ordering;

use app::AppError;
use app::ports::AuditQuery;
use domain::schedule::{Cron, Recurrence, Zone};
use domain::{ConfigChange, Duration, Health, Limit, Patch, Payload, Rejection, Report, Schedule, Status};
use testkit::fixtures::{payload, registration, report, report_id, report_of, run_id};

use crate::world::{World, admin, name};

#[tokio::test]
async fn an_unknown_scheduler_is_told_to_register() {
    let world = World::new();
    let answer = world.try_report("job", report(Status::Running, world.now())).await;
    assert_eq!(answer.expect_err("unknown").to_string(), "Scheduler job not found. Please register first.");
    let answer = world.app.heartbeat(&admin(), name("job"), None, world.now()).await;
    assert_eq!(answer, Err(AppError::NotRegistered(name("job"))));
    assert_eq!(world.app.telemetry().reports.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn what_is_answered_is_what_is_read_afterwards() {
    let world = World::new();
    world.register("job", registration()).await;
    for (run, status) in
        [(None, Status::Running), (Some("b"), Status::Running), (Some("b"), Status::Completed)]
    {
        world.advance(10);
        let run_id = run.map(run_id);
        let said = Report { run_id, payload: payload("boom"), ..report(status, world.now()) };
        let answered = world.try_report("job", said).await.expect("taken");
        assert_eq!(answered, world.view("job").await, "{run:?} {status:?}");
    }
    assert_eq!(world.view("job").await.payload.error_message, None, "after completed there is none");
}

#[tokio::test]
async fn the_same_report_twice_is_one_report() {
    let world = World::new();
    world.register("job", registration()).await;
    let said = Report { report_id: Some(report_id("once")), ..report(Status::Failed, world.now()) };
    let first = world.try_report("job", said.clone()).await.expect("taken");
    world.advance(60);
    let second = world.try_report("job", said).await.expect("taken");
    assert_eq!(first.scheduler, second.scheduler);
}

#[tokio::test]
async fn a_repeated_report_is_taken_though_something_is_due_that_nobody_has_looked_at() {
    let world = World::new();
    let every = Patch::Set(Limit::After(Duration::from_minutes(10)));
    world.register("job", ConfigChange { remind_every: every, ..registration() }).await;
    let said = Report { report_id: Some(report_id("once")), ..report(Status::Failed, world.now()) };
    world.try_report("job", said.clone()).await.expect("taken");
    world.observe().await;
    world.advance(700);
    world.try_report("job", said).await.expect("taken");
    assert_eq!(world.kinds("job").await[2..], ["incident_opened", "incident_reminded"]);
}

#[tokio::test]
async fn an_outcome_that_contradicts_a_closed_run_is_refused() {
    let world = World::new();
    world.register("job", registration()).await;
    world.try_report("job", report_of("a", Status::Completed, world.now())).await.expect("taken");
    let answer = world.try_report("job", report_of("a", Status::Failed, world.now())).await;
    assert!(matches!(answer, Err(AppError::Rejected(Rejection::InvalidStatusTransition(_)))));
    let beat = world.app.heartbeat(&admin(), name("job"), Some(run_id("a")), world.now()).await;
    assert!(matches!(beat, Err(AppError::Rejected(Rejection::StaleScheduler { .. }))));
}

#[tokio::test]
async fn running_again_is_a_heartbeat_and_no_event() {
    let world = World::new();
    world.register("job", registration()).await;
    world.try_report("job", report_of("a", Status::Running, world.now())).await.expect("taken");
    let before = world.kinds("job").await;
    world.advance(60);
    let view = world.try_report("job", report_of("a", Status::Running, world.now())).await.expect("taken");
    assert_eq!((view.last_heartbeat, world.kinds("job").await), (Some(world.now()), before));
}

#[tokio::test]
async fn a_report_that_renames_is_in_the_audit_log_and_no_other() {
    let world = World::new();
    world.register("job", registration()).await;
    world.report("job", Status::Running).await;
    let same = Report { job_name: Some("nightly".to_owned()), ..report(Status::Completed, world.now()) };
    world.try_report("job", same).await.expect("taken");
    let other = Report { job_name: Some("weekly".to_owned()), ..report(Status::Completed, world.now()) };
    world.try_report("job", other).await.expect("taken");
    let query = AuditQuery { subject: Some("job".to_owned()), limit: 10, cursor: None };
    let log = world.app.audit_log(&admin(), &query).await.expect("log").items;
    let said: Vec<_> = log.iter().map(|it| (it.action.as_str(), it.detail.as_str())).collect();
    assert_eq!(said[0], ("scheduler.rename", "job_name"));
    assert_eq!(said.len(), 2, "{said:?}");
}

#[tokio::test]
async fn what_is_taken_is_counted() {
    let world = World::new();
    world.register("job", registration()).await;
    world.report("job", Status::Running).await;
    world.heartbeat("job").await;
    world.advance(30);
    let ahead = world.now() + Duration::HOUR;
    let cut = Payload { cut: vec!["metadata".to_owned()], ..Payload::default() };
    let said = Report { timestamp: Some(ahead), payload: cut, ..report(Status::Completed, world.now()) };
    world.try_report("job", said).await.expect("taken");
    let counted = world.app.telemetry();
    let read = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    assert_eq!((read(&counted.reports), read(&counted.heartbeats)), (2, 1));
    assert_eq!((read(&counted.cut_fields), read(&counted.future_reports)), (1, 1));
    assert_eq!((read(&counted.runs_timed), read(&counted.run_millis)), (1, 30_000));
}

#[tokio::test]
async fn a_start_said_again_is_a_sign_of_life_whatever_else_came_to_be_recorded_with_it() {
    let world = World::new();
    let every_ten_minutes = Recurrence::Cron {
        expression: Cron::parse("*/10 * * * *").expect("an expression"),
        timezone: Zone::utc(),
    };
    let schedule = Schedule { grace: Some(Duration::ZERO), ..Schedule::new(every_ten_minutes) };
    let limits = ConfigChange {
        schedule: Patch::Set(schedule),
        heartbeat_timeout: Patch::Set(Limit::After(Duration::from_minutes(7))),
        ..registration()
    };
    world.register("job", limits).await;
    for _ in 0..10 {
        world.try_report("job", report_of("a", Status::Running, world.now())).await.expect("taken");
        world.advance(5 * 60);
        world.evaluate().await;
    }
    assert!(world.kinds("job").await.contains(&"slots_skipped"), "slots passed under the run");
    assert_eq!(world.view("job").await.health, Health::Healthy);
}
