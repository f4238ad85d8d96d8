//! Many at once: each answers for itself, in the order given, and one scheduler's keep their order.

use app::AppError;
use domain::Status;
use testkit::fixtures::{registration, report, report_of, run_id};

use crate::world::{World, admin, name};

#[tokio::test]
async fn each_report_is_answered_in_its_place() {
    let world = World::new();
    for number in 0..200 {
        world.register(&format!("job-{number}"), registration()).await;
    }
    let reports = (0..300)
        .map(|number| (name(&format!("job-{}", number % 250)), report(Status::Completed, world.now())));
    let answers = world.app.report_many(&admin(), reports.collect()).await;
    for (place, answer) in answers.iter().enumerate() {
        let id = name(&format!("job-{}", place % 250));
        match answer {
            Ok(view) => assert_eq!(view.scheduler.key.id, id),
            Err(error) => assert_eq!((*error).clone(), AppError::NotRegistered(id)),
        }
    }
    assert_eq!((answers.len(), answers.iter().filter(|answer| answer.is_ok()).count()), (300, 250));
}

#[tokio::test]
async fn reports_of_one_scheduler_keep_their_order() {
    let world = World::new();
    for job in ["a", "b"] {
        world.register(job, registration()).await;
    }
    let all = (0..50).flat_map(|number| {
        let run = format!("run-{number}");
        [("a", Status::Running), ("b", Status::Running), ("a", Status::Completed), ("b", Status::Failed)]
            .map(|(job, status)| (name(job), report_of(&run, status, world.now())))
    });
    let answers = world.app.report_many(&admin(), all.collect()).await;
    for (place, answer) in answers.iter().enumerate() {
        let status = [Status::Running, Status::Running, Status::Completed, Status::Failed][place % 4];
        assert_eq!(answer.as_ref().expect("taken").scheduler.status(), status, "{place}");
    }
}

#[tokio::test]
async fn heartbeats_go_in_together_and_a_closed_run_is_told_to_stop() {
    let world = World::new();
    world.register("job", registration()).await;
    for (run, status) in [("a", Status::Completed), ("b", Status::Running)] {
        world.try_report("job", report_of(run, status, world.now())).await.expect("taken");
    }
    world.advance(60);
    let beats = [("job", Some("a")), ("job", Some("b")), ("none", None)];
    let beats = beats.map(|(job, run)| (name(job), run.map(run_id))).to_vec();
    let answers = world.app.heartbeat_many(&admin(), beats, world.now()).await;
    assert!(matches!(answers[0], Err(AppError::Rejected(_))));
    assert_eq!(answers[1], Ok(world.now()));
    assert_eq!(answers[2], Err(AppError::NotRegistered(name("none"))));
    assert_eq!(world.view("job").await.last_heartbeat, Some(world.now()));
}
