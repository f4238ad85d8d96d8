//! `POST /reports` and `POST /heartbeats`.

use axum::http::StatusCode;
use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Reply, World};

/// One item a line.
fn lines(reply: &Reply) -> String {
    reply.text().replace("},{\"statusCode\"", "},\n{\"statusCode\"")
}

#[tokio::test]
async fn each_report_is_answered_for_itself_in_order() {
    let world = World::new();
    world.billing().await;
    let body = json!([
        { "scheduler_id": "billing-nightly", "status": "running", "run_id": "r1" },
        { "scheduler_id": "nobody", "status": "running" },
        { "scheduler_id": "billing-nightly", "status": "completed", "run_id": "r1" },
        { "scheduler_id": "billing-nightly", "status": "failed", "run_id": "r1" },
        { "status": "running" },
        { "scheduler_id": "billing-nightly", "status": "done", "x": 1 },
        null,
        7,
    ]);
    let reply = world.post("/api/v1/reports", &body.to_string()).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_snapshot!(lines(&reply), @r#"
[{"statusCode":200,"scheduler_id":"billing-nightly","status":"running","version":2},
{"statusCode":404,"scheduler_id":"nobody","error":"Not Found","message":"Scheduler nobody not found. Please register first."},
{"statusCode":200,"scheduler_id":"billing-nightly","status":"completed","version":3},
{"statusCode":409,"scheduler_id":"billing-nightly","error":"Conflict","message":"run r1 is completed and stays so: it cannot become failed"},
{"statusCode":400,"error":"Bad Request","message":"scheduler_id is required, was absent","details":[{"field":"scheduler_id","problem":"is required, was absent"}]},
{"statusCode":400,"error":"Bad Request","message":"status must be one of pending, running, completed, failed, was 'done'; x is not a field of a report","details":[{"field":"status","problem":"must be one of pending, running, completed, failed, was 'done'"},{"field":"x","problem":"is not a field of a report"}]},
{"statusCode":400,"error":"Bad Request","message":"body must be a JSON object, was null","details":[{"field":"body","problem":"must be a JSON object, was null"}]},
{"statusCode":400,"error":"Bad Request","message":"body must be a JSON object, was 7","details":[{"field":"body","problem":"must be a JSON object, was 7"}]}]
"#);
}

#[tokio::test]
async fn each_heartbeat_is_answered_for_itself_in_order() {
    let world = World::new();
    world.billing().await;
    let body = json!([{ "scheduler_id": "billing-nightly" }, {}, { "scheduler_id": "nobody" },
        { "scheduler_id": "billing-nightly", "run_id": "gone" }]);
    let reply = world.post("/api/v1/heartbeats", &body.to_string()).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_snapshot!(lines(&reply), @r#"
[{"statusCode":200,"scheduler_id":"billing-nightly","timestamp":"2026-03-02T08:00:00.000Z"},
{"statusCode":400,"error":"Bad Request","message":"scheduler_id is required, was absent","details":[{"field":"scheduler_id","problem":"is required, was absent"}]},
{"statusCode":404,"scheduler_id":"nobody","error":"Not Found","message":"Scheduler nobody not found. Please register first."},
{"statusCode":200,"scheduler_id":"billing-nightly","timestamp":"2026-03-02T08:00:00.000Z"}]
"#);
}

#[tokio::test]
async fn a_bulk_has_at_most_five_hundred_items() {
    let world = World::new();
    let body =
        |count: usize| json!(vec![json!({ "scheduler_id": "x", "status": "running" }); count]).to_string();
    let most = world.post("/api/v1/reports", &body(500)).await;
    assert_eq!((most.status, most.json().as_array().map(Vec::len)), (StatusCode::OK, Some(500)));
    // Each scheduler has its own limit within the bulk, too.
    assert_eq!((&most.json()[59]["statusCode"], &most.json()[60]["statusCode"]), (&json!(404), &json!(429)));
    let more = world.post("/api/v1/reports", &body(501)).await;
    assert_eq!(more.message(), "body must be an array of at most 500 items, has 501");
    assert_eq!(world.post("/api/v1/reports", "[]").await.text(), "[]");
    for (body, sent) in [("{}", "an object"), ("", "null"), ("7", "7")] {
        let reply = world.post("/api/v1/heartbeats", body).await;
        let message = format!("body must be an array of at most 500 items, was {sent}");
        assert_eq!((reply.status, reply.message()), (StatusCode::BAD_REQUEST, message));
    }
}
