//! `PUT` and `DELETE /schedulers/{id}/pause`.

use axum::http::StatusCode;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::World;

const PAUSE: &str = "/api/v1/schedulers/billing-nightly/pause";

#[tokio::test]
async fn a_pause_lasts_until_an_instant_or_until_it_is_ended() {
    let world = World::new();
    world.billing().await;
    let reply = world.put(PAUSE, r#"{"until":"2026-03-03T08:00:00+01:00"}"#).await;
    assert_snapshot!(reply, @r#"
200 OK
cache-control: no-store
content-length: 389
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
etag: "1"
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac003da8cb435c8e74616796

{"scheduler_id":"billing-nightly","service_name":"billing","job_name":"nightly","status":"pending","health":"paused","created_at":"2026-03-02T08:00:00.000Z","updated_at":"2026-03-02T08:00:00.000Z","ping_url":"/ping/71bb54d8-d101-45b9-834d-0bff90150280","open_runs":[],"consecutive_failures":0,"paused_since":"2026-03-02T08:00:00.000Z","paused_until":"2026-03-03T07:00:00.000Z","version":2}
"#);
    let reply = world.put(PAUSE, "").await;
    assert_eq!((&reply.json()["health"], &reply.json()["paused_until"]), (&json!("paused"), &Value::Null));
    let reply = world.delete(PAUSE).await;
    assert_eq!((reply.status, &reply.json()["paused_since"]), (StatusCode::OK, &Value::Null));
    assert_eq!(world.delete(PAUSE).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_pause_that_is_over_already_is_refused() {
    let world = World::new();
    world.billing().await;
    let reply = world.put(PAUSE, r#"{"until":"2026-03-02T08:00:00Z"}"#).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_snapshot!(reply.details(), @r#"until: must lie in the future, was 2026-03-02T08:00:00.000Z while it is 2026-03-02T08:00:00.000Z"#);
    assert_eq!(world.put("/api/v1/schedulers/nobody/pause", "{}").await.status, StatusCode::NOT_FOUND);
}
