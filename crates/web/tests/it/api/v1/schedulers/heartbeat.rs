//! `POST /schedulers/{id}/heartbeat`.

use axum::http::{Method, StatusCode};
use insta::assert_snapshot;

use crate::support::{Ask, World};

const HEARTBEAT: &str = "/api/v1/schedulers/billing-nightly/heartbeat";

#[tokio::test]
async fn a_heartbeat_is_recorded() {
    let world = World::new();
    world.billing().await;
    assert_snapshot!(world.post(HEARTBEAT, "").await, @r#"
200 OK
cache-control: no-store
content-length: 104
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac003da8cb435c8e74616796

{"message":"Heartbeat recorded","scheduler_id":"billing-nightly","timestamp":"2026-03-02T08:00:00.000Z"}
"#);
}

#[tokio::test]
async fn an_empty_body_of_any_kind_will_do() {
    let world = World::new();
    world.billing().await;
    let form = Ask::new(Method::POST, HEARTBEAT).header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(world.ask(form).await.status, StatusCode::OK);
    for body in ["{}", "null", r#"{"scheduler_id":"other"}"#, r#"{"scheduler_id":null,"run_id":null}"#] {
        assert_eq!(world.post(HEARTBEAT, body).await.status, StatusCode::OK, "{body}");
    }
    for (body, message) in [
        ("[]", "body must be a JSON object, was an array"),
        (r#"{"run_id":""}"#, "run_id must not be empty"),
        (r#"{"status":"running"}"#, "status is not a field of a heartbeat"),
    ] {
        let reply = world.post(HEARTBEAT, body).await;
        assert_eq!((reply.status, reply.message().as_str()), (StatusCode::BAD_REQUEST, message), "{body}");
    }
}

#[tokio::test]
async fn a_run_that_is_over_is_told_to_stop() {
    let world = World::new();
    world.billing().await;
    let status = "/api/v1/schedulers/billing-nightly/status";
    world.put(status, r#"{"status":"running","run_id":"r1"}"#).await;
    assert_eq!(world.post(HEARTBEAT, r#"{"run_id":"r1"}"#).await.status, StatusCode::OK);
    world.put(status, r#"{"status":"completed","run_id":"r1"}"#).await;
    let reply = world.post(HEARTBEAT, r#"{"run_id":"r1"}"#).await;
    assert_eq!(
        (reply.status, reply.message().as_str()),
        (StatusCode::CONFLICT, "Run r1 of scheduler billing-nightly is completed: it should stop")
    );
}

#[tokio::test]
async fn an_unknown_scheduler_is_told_to_register() {
    let reply = World::new().post(HEARTBEAT, "").await;
    assert_eq!(
        (reply.status, reply.message().as_str()),
        (StatusCode::NOT_FOUND, "Scheduler billing-nightly not found. Please register first.")
    );
}
