//! `POST /schedulers/register`.

use axum::http::StatusCode;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::World;

const REGISTER: &str = "/api/v1/schedulers/register";

#[tokio::test]
async fn a_scheduler_is_created_and_answered_in_full() {
    let world = World::new();
    let body = json!({
        "scheduler_id": "billing-nightly", "service_name": "billing", "job_name": "nightly",
        "owner_email": "ops@example.com", "alert_user_id": "U123", "description": "Bills everyone.",
        "tags": ["money", "night", "money"],
        "schedule": { "cron": "0 2 * * *", "timezone": "asia/jakarta", "grace": "30m", "early": 30,
            "expect_from": "first_report" },
        "max_runtime": "2h30m", "heartbeat_timeout": 300, "failure_threshold": "2", "recovery_threshold": 3.0,
        "missed_threshold": 1, "realert_after": "off", "remind_every": "1d", "channels": ["ops"],
    });
    let reply = world.post(REGISTER, &body.to_string()).await;
    assert_snapshot!(reply, @r#"
201 Created
cache-control: no-store
content-length: 703
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
etag: "1"
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67

{"scheduler_id":"billing-nightly","service_name":"billing","job_name":"nightly","status":"pending","health":"new","created_at":"2026-03-02T08:00:00.000Z","updated_at":"2026-03-02T08:00:00.000Z","owner_email":"ops@example.com","alert_user_id":"U123","description":"Bills everyone.","tags":["money","night"],"schedule":{"cron":"0 2 * * *","timezone":"Asia/Jakarta","grace":"30m","early":"30s","expect_from":"first_report"},"max_runtime":"2h30m","heartbeat_timeout":"5m","failure_threshold":2,"recovery_threshold":3,"missed_threshold":1,"realert_after":"off","remind_every":"1d","channels":["ops"],"ping_url":"/ping/71bb54d8-d101-45b9-834d-0bff90150280","open_runs":[],"consecutive_failures":0,"version":1}
"#);
}

#[tokio::test]
async fn registering_again_updates_what_is_given_and_null_means_absent() {
    let world = World::new();
    world.billing().await;
    let body = json!({ "scheduler_id": "billing-nightly", "service_name": null, "description": "New.", "tags": null });
    let reply = world.post("/api/v1/schedulers", &body.to_string()).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(
        (&reply.json()["service_name"], &reply.json()["description"]),
        (&json!("billing"), &json!("New."))
    );
    assert_eq!(reply.header("etag"), Some("\"2\""));
    let again = world.post(REGISTER, &body.to_string()).await;
    assert_eq!((again.status, again.header("etag")), (StatusCode::OK, Some("\"2\"")));
}

#[tokio::test]
async fn names_are_required_on_creation_only() {
    let world = World::new();
    let reply = world.post(REGISTER, r#"{"scheduler_id":"a","service_name":null}"#).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_snapshot!(reply.details(), @r#"
service_name: is required to register a scheduler, was absent
job_name: is required to register a scheduler, was absent
"#);
}

#[tokio::test]
async fn every_problem_is_told_at_once() {
    let body = json!({
        "scheduler_id": " a", "service_name": "", "job_name": 7, "owner_email": "nobody", "alert_user_id": "x".repeat(65),
        "description": "d".repeat(2001), "tags": ["ok", ""], "max_runtime": "0s", "heartbeat_timeout": "soon",
        "failure_threshold": 0, "recovery_threshold": 101, "missed_threshold": "1.5", "realert_after": "366d",
        "remind_every": "30s", "channels": "ops", "schedule": { "cron": "61 * * * *", "timezone": "Mars/Olympus",
        "grace": -1, "early": "x", "expect_from": "birth", "form": "start" },
        "shcedule": {}, "interval": 5,
    });
    let reply = World::new().post(REGISTER, &body.to_string()).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_snapshot!(reply.details(), @r#"
scheduler_id: must not begin or end with a space
service_name: must not be empty
job_name: must be a text, was 7
owner_email: must be an e-mail address of at most 254 characters, was 'nobody'
alert_user_id: must have at most 64 characters, begins 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'
description: must have at most 2000 characters, begins 'dddddddddddddddddddddddddddddddddddddddd…'
tags: has at place 1 one that must not be empty
schedule.cron: at character 1: minute 61 is above 59
schedule.timezone: 'Mars/Olympus' is not a time zone of the IANA database, such as Europe/Riga or UTC
schedule.grace: must be a duration from 0s to 366d, such as 90s or 2h30m, was -1
schedule.early: must be a duration from 0s to 366d, such as 90s or 2h30m, was 'x'
schedule.expect_from: must be one of registration, first_report, was 'birth'
schedule.form: is not a field of a schedule
max_runtime: must be a duration from 1s to 365d, or off, such as 90s or 2h30m, was '0s'
heartbeat_timeout: must be a duration from 1s to 365d, or off, such as 90s or 2h30m, was 'soon'
failure_threshold: must be a whole number from 1 to 100, was 0
recovery_threshold: must be a whole number from 1 to 100, was 101
missed_threshold: must be a whole number from 1 to 100, was '1.5'
realert_after: must be a duration from 1s to 365d, or off, such as 90s or 2h30m, was '366d'
remind_every: must be a duration from 1m to 365d, or off, such as 90s or 2h30m, was '30s'
channels: must be an array of texts, was 'ops'
interval: is not a field of a registration
shcedule: is not a field of a registration
"#);
}

/// A field's value, and what is said of it; nothing, where it is taken.
async fn check(field: &str, value: Value, problem: &str) {
    let mut body = json!({ "scheduler_id": "a", "service_name": "s", "job_name": "j" });
    body[field] = value.clone();
    let reply = World::new().post(REGISTER, &body.to_string()).await;
    let told = if reply.status == StatusCode::CREATED { String::new() } else { reply.details() };
    assert_eq!(told, problem, "{field}: {value}");
}

#[tokio::test]
async fn fields_are_taken_up_to_their_limits() {
    check("scheduler_id", json!("é".repeat(255)), "").await;
    check("scheduler_id", json!("team/nightly"), "").await;
    check("service_name", json!("s".repeat(255)), "").await;
    check("alert_user_id", json!("U".repeat(64)), "").await;
    check("description", json!("d\n".repeat(1000)), "").await;
    check("description", json!(""), "").await;
    check("tags", json!(vec!["t".repeat(64); 20]), "").await;
    check("tags", json!([]), "").await;
    check("channels", json!([]), "").await;
    for limit in ["max_runtime", "heartbeat_timeout", "realert_after"] {
        for value in [json!("1s"), json!(1), json!("365d"), json!("off"), json!("OFF"), json!("90")] {
            check(limit, value, "").await;
        }
    }
    check("remind_every", json!("1m"), "").await;
    for threshold in ["failure_threshold", "recovery_threshold", "missed_threshold"] {
        check(threshold, json!(1), "").await;
        check(threshold, json!("100"), "").await;
    }
}

#[tokio::test]
async fn fields_are_refused_past_their_limits() {
    let long = "s".repeat(256);
    let begins = "s".repeat(40);
    check(
        "scheduler_id",
        json!(long),
        &format!("scheduler_id: must have at most 255 characters, begins '{begins}…'"),
    )
    .await;
    check("job_name", json!("a\u{7}b"), "job_name: must not contain control characters, was 'a\u{fffd}b'")
        .await;
    check("tags", json!(vec!["t"; 21]), "tags: must be at most 20, were 21").await;
    let tag = "t".repeat(65);
    let problem = format!(
        "tags: has at place 1 one that must have at most 64 characters, begins '{}…'",
        "t".repeat(40)
    );
    check("tags", json!(["a", tag]), &problem).await;
    check("tags", json!([7]), "tags: has at place 0 one that must be a text, was 7").await;
    check("channels", json!(vec!["c"; 21]), "channels: must be at most 20, were 21").await;
    let problem =
        "max_runtime: must be a duration from 1s to 365d, or off, such as 90s or 2h30m, was '365d1s'";
    check("max_runtime", json!("365d1s"), problem).await;
    let problem = "remind_every: must be a duration from 1m to 365d, or off, such as 90s or 2h30m, was 59";
    check("remind_every", json!(59), problem).await;
    let problem = "failure_threshold: must be a whole number from 1 to 100, was 101";
    check("failure_threshold", json!(101), problem).await;
    check(
        "failure_threshold",
        json!(true),
        "failure_threshold: must be a whole number from 1 to 100, was true",
    )
    .await;
}

async fn check_schedule(schedule: Value, problem: &str) {
    check("schedule", schedule, problem).await;
}

#[tokio::test]
async fn a_schedule_has_exactly_one_way_to_recur() {
    let one = "schedule: must have exactly one of every, cron and on_calendar";
    check_schedule(json!({}), one).await;
    check_schedule(json!({ "every": "5m", "cron": "@daily" }), one).await;
    check_schedule(json!("@daily"), "schedule: must be a JSON object, was '@daily'").await;
    check_schedule(json!({ "every": "5s" }), "").await;
    check_schedule(json!({ "every": 5, "from": "end", "cron": null }), "").await;
    check_schedule(json!({ "every": "366d", "grace": "366d", "early": 0 }), "").await;
    check_schedule(json!({ "on_calendar": "Mon..Fri 02:00", "timezone": "Europe/Riga" }), "").await;
    let short = "schedule.every: must be a duration from 5s to 366d, such as 90s or 2h30m, was '4s'";
    check_schedule(json!({ "every": "4s" }), short).await;
    let stray = "schedule.timezone: belongs to cron and on_calendar only, was 'UTC'";
    check_schedule(json!({ "every": "5m", "timezone": "UTC" }), stray).await;
    check_schedule(
        json!({ "cron": "@daily", "from": "end" }),
        "schedule.from: belongs to every only, was 'end'",
    )
    .await;
    let never = "schedule.cron: at character 5: ";
    let reply = World::new();
    let body = json!({ "scheduler_id": "a", "service_name": "s", "job_name": "j", "schedule": { "cron": "0 0 31 2 *" } });
    let told = reply.post(REGISTER, &body.to_string()).await.details();
    assert!(told.starts_with(never), "{told}");
}

#[tokio::test]
async fn the_answer_gives_advice_where_limits_do_not_fit() {
    let world = World::new();
    world.billing().await;
    world
        .put(
            "/api/v1/schedulers/billing-nightly/status",
            r#"{"status":"completed","execution_time_ms":7200000}"#,
        )
        .await;
    let body = json!({ "scheduler_id": "billing-nightly", "max_runtime": "1h" });
    let reply = world.post(REGISTER, &body.to_string()).await;
    assert_eq!(
        reply.json()["hints"],
        json!(["max_runtime is 1h, but a run took 2h: it would be called overrun"])
    );
}
