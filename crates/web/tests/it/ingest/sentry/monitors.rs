//! What a check-in makes of its monitor, and how check-ins of one run come together in whatever order.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{ID, Project};

fn hourly() -> Value {
    json!({
        "schedule": { "type": "crontab", "value": "0 * * * *" }, "checkin_margin": 5, "max_runtime": 30,
        "timezone": "Europe/Riga", "failure_issue_threshold": 2, "recovery_threshold": 3, "owner": "team:books",
    })
}

#[tokio::test]
async fn a_check_in_makes_its_monitor_as_it_says() {
    let project = Project::new().await;
    project.check_in(&json!({ "status": "ok", "monitor_config": hourly() })).await;
    let made = project.scheduler("nightly").await;
    for (field, value) in [
        ("service_name", json!("default")),
        ("job_name", json!("nightly")),
        (
            "schedule",
            json!({ "cron": "0 * * * *", "timezone": "Europe/Riga", "grace": "5m", "expect_from": "first_report" }),
        ),
        ("max_runtime", json!("30m")),
        ("heartbeat_timeout", json!("off")),
        ("failure_threshold", json!(2)),
        ("missed_threshold", json!(2)),
        ("recovery_threshold", json!(3)),
        ("tags", json!(["monitor:nightly", "environment:production", "owner:team:books"])),
        ("status", json!("completed")),
    ] {
        assert_eq!(made[field], value, "{field} of {made:#}");
    }
    let audit = project.world.get("/api/v1/audit").await.json();
    assert_eq!(
        (audit[0]["action"].as_str(), audit[0]["actor"].as_str()),
        (Some("scheduler.register"), Some("sentry"))
    );
}

#[tokio::test]
async fn saying_the_same_again_writes_nothing_but_the_check_in() {
    let project = Project::new().await;
    let check_in = json!({ "status": "ok", "monitor_config": hourly() });
    project.check_in(&check_in).await;
    let before = project.events("nightly").await;
    project.world.pass(5);
    project.check_in(&check_in).await;
    project.world.pass(5);
    project.check_in(&json!({ "status": "ok" })).await;
    assert_eq!(project.events("nightly").await, before + 2);
    let audit = project.world.get("/api/v1/audit").await;
    assert_eq!(audit.text().matches("scheduler.register").count(), 1);
}

#[tokio::test]
async fn what_a_check_in_says_of_its_monitor_holds_whoever_changed_it_meanwhile() {
    let project = Project::new().await;
    project.check_in(&json!({ "status": "ok", "monitor_config": hourly() })).await;
    let by_hand = r#"{"schedule":{"cron":"30 3 * * *","grace":"2h"},"tags":["mine"],"description":"Books"}"#;
    let patched = project.world.patch("/api/v1/schedulers/nightly", by_hand).await;
    assert_eq!(patched.status, StatusCode::OK, "{patched}");
    project.check_in(&json!({ "status": "ok" })).await;
    assert_eq!(project.scheduler("nightly").await["schedule"]["cron"], "30 3 * * *", "it said nothing of it");
    let mut changed = hourly();
    changed["schedule"]["value"] = json!("15 * * * *");
    for config in [hourly(), changed] {
        project.check_in(&json!({ "status": "ok", "monitor_config": config })).await;
        let now = project.scheduler("nightly").await;
        assert_eq!(now["schedule"]["cron"], config["schedule"]["value"]);
        assert_eq!(
            now["tags"],
            json!(["mine", "monitor:nightly", "environment:production", "owner:team:books"])
        );
        assert_eq!((&now["schedule"]["grace"], &now["description"]), (&json!("5m"), &json!("Books")));
    }
}

#[tokio::test]
async fn each_environment_is_a_scheduler_of_its_own_that_tags_link() {
    let project = Project::new().await;
    for environment in [json!("production"), json!("qa"), Value::Null] {
        project.check_in(&json!({ "status": "ok", "environment": environment })).await;
    }
    let linked = project.world.get("/api/v1/schedulers?tag=monitor:nightly").await.json();
    let ids: Vec<_> =
        linked.as_array().expect("a list").iter().map(|it| it["scheduler_id"].as_str()).collect();
    assert_eq!(ids, [Some("nightly"), Some("nightly@qa")]);
    assert_eq!((project.runs("nightly").await.len(), project.runs("nightly@qa").await.len()), (2, 1));
    assert_eq!(project.history("nightly@qa").await[0]["origin"]["environment"], "qa");
}

#[tokio::test]
async fn an_end_that_overtakes_its_start_is_not_lost_and_the_start_completes_it() {
    let project = Project::new().await;
    project.world.pass(2);
    project.check_in(&json!({ "status": "ok", "check_in_id": ID, "duration": 2 })).await;
    assert!(project.scheduler("nightly").await.get("schedule").is_none());
    project
        .check_in(&json!({ "status": "in_progress", "check_in_id": ID, "monitor_config": hourly() }))
        .await;
    assert_eq!(project.runs("nightly").await, [format!("{ID} completed 2000")]);
    let made = project.scheduler("nightly").await;
    assert_eq!((&made["status"], &made["schedule"]["cron"]), (&json!("completed"), &json!("0 * * * *")));
    assert_eq!(made["schedule"]["expect_from"], "first_report");
}

#[tokio::test]
async fn a_run_that_is_over_stays_so_unless_it_failed_after_all() {
    let project = Project::new().await;
    for status in ["in_progress", "ok", "in_progress", "ok"] {
        project.world.pass(1);
        project.check_in(&json!({ "status": status, "check_in_id": ID })).await;
    }
    assert_eq!(project.runs("nightly").await, [format!("{ID} completed 1000")]);
    project.check_in(&json!({ "status": "error", "check_in_id": ID })).await;
    project.check_in(&json!({ "status": "ok", "check_in_id": ID })).await;
    let runs = project.runs("nightly").await;
    assert_eq!(runs, [format!("{ID} completed 1000"), format!("{ID} again failed null")]);
    assert_eq!(project.scheduler("nightly").await["status"], "failed");
}

#[tokio::test]
async fn a_bad_config_is_told_and_the_check_in_counts() {
    let project = Project::new().await;
    let bad = json!({ "schedule": { "type": "crontab", "value": "61 * * * *" } });
    project.check_in(&json!({ "status": "ok", "monitor_config": bad })).await;
    project.check_in(&json!({ "status": "error", "monitor_config": bad, "duration": -1 })).await;
    assert_eq!(project.runs("nightly").await, ["- completed null", "- failed null"]);
    let problems = project.problems().await;
    assert_eq!(
        problems,
        [
            "invalid_field nightly 1: duration must be a number of seconds from 0 to 366d, was -1",
            "invalid_monitor_config nightly 2: monitor_config.schedule.value at character 1: minute 61 is above 59",
        ]
    );
}

#[tokio::test]
async fn a_monitor_that_was_deleted_comes_back_with_its_next_check_in() {
    let project = Project::new().await;
    let check_in = json!({ "status": "ok", "monitor_config": hourly() });
    project.check_in(&check_in).await;
    assert_eq!(project.world.delete("/api/v1/schedulers/nightly").await.status, StatusCode::NO_CONTENT);
    project.check_in(&check_in).await;
    assert_eq!(project.runs("nightly").await.len(), 1);
    assert_eq!(project.scheduler("nightly").await["schedule"]["cron"], "0 * * * *");
}
