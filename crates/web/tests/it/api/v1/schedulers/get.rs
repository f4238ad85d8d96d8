//! `GET /schedulers/{id}`.

use axum::http::StatusCode;
use insta::assert_snapshot;
use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn a_failing_scheduler_is_shown_in_full() {
    let world = World::new();
    world.billing().await;
    let path = "/api/v1/schedulers/billing-nightly";
    let failed = json!({
        "status": "failed", "timestamp": "2026-03-02T09:59:00+02:00", "execution_time_ms": "1500.9",
        "error_message": "disk full", "metadata": { "rows": 3 }, "exit_code": 1, "run_id": "r1",
    });
    world.put(&format!("{path}/status"), &failed.to_string()).await;
    world.put(&format!("{path}/status"), r#"{"status":"running","run_id":"r2"}"#).await;
    world.pass(5);
    world.post(&format!("{path}/heartbeat"), r#"{"run_id":"r2"}"#).await;
    assert_snapshot!(world.get(path).await, @r#"
200 OK
cache-control: no-store
content-length: 643
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
etag: "1"
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fbf887135b6b9aeef0d2df7ab

{"scheduler_id":"billing-nightly","service_name":"billing","job_name":"nightly","status":"running","health":"failing","timestamp":"2026-03-02T08:00:00.000Z","last_heartbeat":"2026-03-02T08:00:05.000Z","created_at":"2026-03-02T08:00:00.000Z","updated_at":"2026-03-02T08:00:05.000Z","ping_url":"/ping/71bb54d8-d101-45b9-834d-0bff90150280","deadline_at":"2026-03-02T08:10:05.000Z","open_runs":[{"run":2,"run_id":"r2","started_at":"2026-03-02T08:00:00.000Z","last_seen":"2026-03-02T08:00:05.000Z"}],"consecutive_failures":1,"incident":{"id":"inc_01kjprzb009xgsnz6m9macz2zy","opened_at":"2026-03-02T08:00:00.000Z","causes":["failing"]},"version":5}
"#);
}

#[tokio::test]
async fn an_id_may_hold_a_slash_and_any_letter() {
    let world = World::new();
    for (id, path) in
        [("team/nightly", "team%2Fnightly"), ("ночь 1", "%D0%BD%D0%BE%D1%87%D1%8C%201"), ("a%2Fb", "a%252Fb")]
    {
        let body = json!({ "scheduler_id": id, "service_name": "s", "job_name": "j" });
        assert_eq!(world.post("/api/v1/schedulers", &body.to_string()).await.status, StatusCode::CREATED);
        let reply = world.get(&format!("/api/v1/schedulers/{path}")).await;
        assert_eq!((reply.status, &reply.json()["scheduler_id"]), (StatusCode::OK, &json!(id)), "{path}");
    }
}
