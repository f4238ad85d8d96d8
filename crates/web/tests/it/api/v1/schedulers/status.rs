//! `PUT` and `POST /schedulers/{id}/status`.

use axum::http::{Method, StatusCode};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Ask, Reply, World};

const STATUS: &str = "/api/v1/schedulers/billing-nightly/status";

async fn world() -> World {
    let world = World::new();
    world.billing().await;
    world
}

#[tokio::test]
async fn a_report_is_answered_with_the_scheduler() {
    let world = world().await;
    let body = json!({
        "scheduler_id": "another", "status": "completed", "timestamp": "2026-03-02T07:59:58Z", "sent_at": null,
        "execution_time_ms": 90500, "error_message": null, "metadata": { "rows": 12 }, "run_id": "r1", "exit_code": "0",
    });
    assert_snapshot!(world.put(STATUS, &body.to_string()).await, @r#"
200 OK
cache-control: no-store
content-length: 440
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
etag: "1"
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac003da8cb435c8e74616796

{"scheduler_id":"billing-nightly","service_name":"billing","job_name":"nightly","status":"completed","health":"healthy","timestamp":"2026-03-02T07:59:58.000Z","execution_time_ms":90500,"metadata":{"rows":12},"last_heartbeat":"2026-03-02T08:00:00.000Z","created_at":"2026-03-02T08:00:00.000Z","updated_at":"2026-03-02T08:00:00.000Z","ping_url":"/ping/71bb54d8-d101-45b9-834d-0bff90150280","open_runs":[],"consecutive_failures":0,"version":2}
"#);
}

#[tokio::test]
async fn post_is_put() {
    let world = world().await;
    let reply = world.post(STATUS, r#"{"status":"running"}"#).await;
    assert_eq!((reply.status, &reply.json()["status"]), (StatusCode::OK, &json!("running")));
}

#[tokio::test]
async fn an_unknown_scheduler_is_told_to_register() {
    let reply = World::new().put(STATUS, r#"{"status":"running"}"#).await;
    assert_eq!(
        (reply.status, reply.message().as_str()),
        (StatusCode::NOT_FOUND, "Scheduler billing-nightly not found. Please register first.")
    );
}

#[tokio::test]
async fn another_outcome_for_a_closed_run_is_a_conflict_and_the_same_one_is_not() {
    let world = world().await;
    let report = |status: &str| json!({ "status": status, "run_id": "r1" }).to_string();
    assert_eq!(world.put(STATUS, &report("completed")).await.status, StatusCode::OK);
    assert_eq!(world.put(STATUS, &report("completed")).await.status, StatusCode::OK);
    let reply = world.put(STATUS, &report("failed")).await;
    assert_eq!((reply.status, &reply.json()["error"]), (StatusCode::CONFLICT, &json!("Conflict")));
}

async fn reported(world: &World, key: Option<&str>, body: &Value) -> Reply {
    let ask = Ask::new(Method::PUT, STATUS).body(body.to_string());
    let ask = match key {
        Some(key) => ask.header("idempotency-key", key),
        None => ask,
    };
    world.ask(ask).await
}

#[tokio::test]
async fn a_report_with_an_id_is_taken_once_whether_header_or_body_names_it() {
    let world = world().await;
    let body = json!({ "status": "failed" });
    let named = json!({ "status": "failed", "report_id": "k1" });
    assert_eq!(reported(&world, Some("k1"), &body).await.json()["consecutive_failures"], 1);
    assert_eq!(reported(&world, Some("k1"), &body).await.json()["consecutive_failures"], 1);
    assert_eq!(reported(&world, None, &named).await.json()["consecutive_failures"], 1);
    // Where both name one, the body's counts.
    assert_eq!(reported(&world, Some("k2"), &named).await.json()["consecutive_failures"], 1);
    assert_eq!(reported(&world, Some("k2"), &body).await.json()["consecutive_failures"], 2);
    assert_eq!(reported(&world, None, &body).await.json()["consecutive_failures"], 3);
    let long = reported(&world, Some(&"k".repeat(129)), &body).await;
    assert_eq!(
        (long.status, long.details().starts_with("Idempotency-Key: must have at most 128")),
        (StatusCode::BAD_REQUEST, true)
    );
}

#[tokio::test]
async fn every_problem_is_told_at_once() {
    let body = json!({
        "status": "done", "timestamp": 1_700_000_000, "sent_at": "yesterday", "execution_time_ms": -1, "error_message": 5,
        "metadata": [], "run_id": "", "report_id": "r".repeat(129), "exit_code": 1.5, "service_name": "",
        "job_name": "a\n", "foo": 1,
    });
    let reply = world().await.put(STATUS, &body.to_string()).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_snapshot!(reply.details(), @r#"
status: must be one of pending, running, completed, failed, was 'done'
run_id: must not be empty
report_id: must have at most 128 characters, begins 'rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr…'
timestamp: must be an ISO 8601 instant, was 1700000000
sent_at: must be an instant: 'yesterday' is not an ISO 8601 instant such as 2024-01-15T01:30:00Z
execution_time_ms: must be a number of milliseconds from 0 to 31622400000 (366d), was -1
exit_code: must be a whole number, was 1.5
service_name: must not be empty
job_name: must not contain control characters, was 'a�'
error_message: must be a text, was 5
metadata: must be an object, was an array
foo: is not a field of a report
"#);
    let reply = world().await.put(STATUS, r#"{"status":null}"#).await;
    assert_eq!(reply.message(), "status is required, was absent");
}

#[tokio::test]
async fn execution_time_has_its_edges() {
    let world = world().await;
    for (value, status) in [
        (json!(0), 200),
        (json!(31_622_400_000_u64), 200),
        (json!("31622400000"), 200),
        (json!(0.4), 200),
        (json!(31_622_400_001_u64), 400),
        (json!(-0.5), 400),
        (json!("NaN"), 400),
        (json!(null), 200),
    ] {
        let body = json!({ "status": "completed", "execution_time_ms": value });
        assert_eq!(world.put(STATUS, &body.to_string()).await.status.as_u16(), status, "{value}");
    }
}

#[tokio::test]
async fn a_report_is_never_refused_for_its_size_or_its_clock() {
    let world = world().await;
    let deep = (0..300).fold(json!(1), |inner, _| json!({ "a": inner }));
    let body = json!({
        "status": "failed", "timestamp": "2031-01-01T00:00:00Z", "error_message": "é".repeat(20_000),
        "metadata": { "big": "x".repeat(40_000), "deep": deep, "kept": 1 },
    });
    let reply = world.put(STATUS, &body.to_string()).await;
    let json = reply.json();
    assert_eq!((reply.status, &json["timestamp"]), (StatusCode::OK, &json!("2026-03-02T08:00:00.000Z")));
    assert_eq!(json["error_message"].as_str().map(|text| text.chars().count()), Some(10_000));
    assert_eq!((&json["metadata"]["kept"], &json["metadata"]["big"]), (&json!(1), &Value::Null));
    assert_eq!(json["cut"], json!(["error_message", "metadata"]));
    let surrogate = r#"{"status":"failed","error_message":"cut \ud83d"}"#;
    assert_eq!(world.put(STATUS, surrogate).await.json()["error_message"], "cut \u{fffd}");
}

#[tokio::test]
async fn after_completed_there_is_no_error_message() {
    let world = world().await;
    let reply = world.put(STATUS, r#"{"status":"completed","error_message":"but"}"#).await;
    assert_eq!((reply.status, &reply.json()["error_message"]), (StatusCode::OK, &Value::Null));
}

#[tokio::test]
async fn a_report_may_rename_the_scheduler() {
    let world = world().await;
    let reply =
        world.put(STATUS, r#"{"status":"running","service_name":"invoices","job_name":"weekly"}"#).await;
    assert_eq!(
        (&reply.json()["service_name"], &reply.json()["job_name"]),
        (&json!("invoices"), &json!("weekly"))
    );
}
