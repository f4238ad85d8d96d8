//! What people do: register, change, pause, acknowledge, delete; and what is written down of it.

use app::AppError;
use app::ports::{AuditEntry, AuditQuery};
use domain::{AlertKind, ConfigChange, Health, Patch, Rejection, Status};
use testkit::fixtures::{after, key, registration};

use crate::world::{World, admin, hourly, name};

async fn audit(world: &World) -> Vec<AuditEntry> {
    let query = AuditQuery { subject: None, limit: 100, cursor: None };
    let mut log = world.app.audit_log(&admin(), &query).await.expect("log").items;
    log.reverse();
    log
}

#[tokio::test]
async fn registering_again_changes_what_is_given_and_nothing_twice() {
    let world = World::new();
    let first = world.app.register(&admin(), name("job"), hourly()).await.expect("registered");
    let again = world.app.register(&admin(), name("job"), hourly()).await.expect("registered");
    assert!(first.created && !again.created);
    assert_eq!(first.view, again.view);
    let tagged = ConfigChange { tags: Patch::Set(vec!["night".to_owned()]), ..ConfigChange::default() };
    let view = world.register("job", tagged).await;
    assert_eq!((view.scheduler.config.tags.len(), view.scheduler.config.schedule.is_some()), (1, true));
    let actions: Vec<_> = audit(&world).await.into_iter().map(|it| (it.action, it.detail)).collect();
    assert_eq!(actions.len(), 2, "{actions:?}");
    assert_eq!(actions[1], ("scheduler.register".to_owned(), "tags".to_owned()));
}

#[tokio::test]
async fn a_registration_without_names_says_all_that_is_missing() {
    let world = World::new();
    let answer = world.app.register(&admin(), name("job"), ConfigChange::default()).await;
    let Err(AppError::Rejected(Rejection::Invalid(problems))) = answer else { panic!("not refused") };
    assert_eq!(problems.len(), 2);
}

#[tokio::test]
async fn a_patch_rests_on_the_version_that_was_seen() {
    let world = World::new();
    let seen = world.register("job", registration()).await.scheduler.state.config_version;
    world.report("job", Status::Completed).await;
    let rename = |job: &str| ConfigChange { job_name: Some(job.to_owned()), ..ConfigChange::default() };
    let patched = world.app.patch(&admin(), name("job"), rename("a"), Some(seen)).await.expect("patched");
    assert_eq!(patched.scheduler.config.job_name, "a");
    let late = world.app.patch(&admin(), name("job"), rename("b"), Some(seen)).await;
    assert!(matches!(late, Err(AppError::Rejected(Rejection::VersionMismatch { .. }))));
    let unknown = world.app.patch(&admin(), name("none"), registration(), None).await;
    assert_eq!(unknown.err(), Some(AppError::Rejected(Rejection::NotFound(name("none")))));
}

#[tokio::test]
async fn a_paused_scheduler_is_not_judged_and_its_pause_runs_out() {
    let world = World::new();
    world.register_hourly("job").await;
    let until = Some(after(3 * 3600));
    let paused = world.app.pause(&admin(), name("job"), until).await.expect("paused");
    assert_eq!(paused.health, Health::Paused);
    world.advance(2 * 3600);
    world.evaluate().await;
    assert_eq!(world.view("job").await.health, Health::Paused);
    world.advance(3600);
    world.evaluate().await;
    assert_eq!(world.view("job").await.health, Health::New);
    assert_eq!(world.loaded("job").await.wake, Some(after(4 * 3600 + 300)));
    let resumed = world.app.resume(&admin(), name("job")).await.expect("resumed");
    assert_eq!(resumed.health, Health::New, "resuming what is not paused changes nothing");
}

#[tokio::test]
async fn an_incident_is_acknowledged_by_whoever_says_so() {
    let world = World::new();
    world.register("job", registration()).await;
    let early = world.app.acknowledge(&admin(), name("job"), true).await;
    assert_eq!(early.err(), Some(AppError::Rejected(Rejection::NoIncident(name("job")))));
    world.report("job", Status::Failed).await;
    let view = world.app.acknowledge(&admin(), name("job"), true).await.expect("acknowledged");
    let by = view.scheduler.state.incident.and_then(|it| it.acknowledged).map(|it| it.by);
    assert_eq!(by.as_deref(), Some("cli"));
    let view = world.app.acknowledge(&admin(), name("job"), false).await.expect("withdrawn");
    assert_eq!(view.scheduler.state.incident.and_then(|it| it.acknowledged), None);
}

#[tokio::test]
async fn a_deleted_name_comes_back_as_another_life() {
    let world = World::new();
    let pager = world.channels.add("pager", true);
    world.register("job", registration()).await;
    world.report("job", Status::Failed).await;
    world.app.delete(&admin(), name("job")).await.expect("deleted");
    let gone = Rejection::NotFound(name("job"));
    assert_eq!(world.app.delete(&admin(), name("job")).await, Err(gone.clone().into()));
    assert_eq!(world.app.scheduler(&admin(), name("job")).await.err(), Some(gone.into()));
    let view = world.register("job", registration()).await;
    assert_eq!((view.scheduler.incarnation, view.health), (2, Health::New));
    while world.deliver().await > 0 {}
    let app::Notice::Alert(last) = pager.arrivals().pop().expect("told").notice else { panic!("an alert") };
    assert_eq!((last.kind, last.key), (AlertKind::Dropped, key("job")));
    let actions: Vec<String> = audit(&world).await.into_iter().map(|it| it.action).collect();
    assert_eq!(actions, ["scheduler.register", "scheduler.delete", "scheduler.register"]);
}

#[tokio::test]
async fn a_preview_shows_so_many_instants_and_no_more_than_a_hundred() {
    let schedule = hourly().schedule;
    let Patch::Set(schedule) = schedule else { panic!("a schedule") };
    assert_eq!(app::read::preview(&schedule, after(0), 2), [after(3600), after(7200)]);
    assert_eq!(app::read::preview(&schedule, after(0), 1_000_000).len(), app::read::PREVIEW_MAX);
}
