//! `PATCH /schedulers/{id}`.

use axum::http::{Method, StatusCode};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Ask, World};

const PATH: &str = "/api/v1/schedulers/a";

async fn world() -> World {
    let world = World::new();
    let body = json!({
        "scheduler_id": "a", "service_name": "s", "job_name": "j", "owner_email": "ops@example.com",
        "alert_user_id": "U1", "description": "d", "tags": ["t"], "schedule": { "every": "15m" }, "max_runtime": "1h",
        "heartbeat_timeout": "5m", "failure_threshold": 2, "recovery_threshold": 2, "missed_threshold": 2,
        "realert_after": "2h", "remind_every": "1d", "channels": ["ops"],
    });
    assert_eq!(world.post("/api/v1/schedulers", &body.to_string()).await.status, StatusCode::CREATED);
    world
}

#[tokio::test]
async fn null_clears_every_field_that_has_a_default() {
    let world = world().await;
    let fields = [
        "owner_email",
        "alert_user_id",
        "description",
        "tags",
        "schedule",
        "max_runtime",
        "heartbeat_timeout",
        "failure_threshold",
        "recovery_threshold",
        "missed_threshold",
        "realert_after",
        "remind_every",
        "channels",
    ];
    let nulls: Value = fields.iter().map(|field| ((*field).to_owned(), Value::Null)).collect();
    let reply = world.patch(PATH, &nulls.to_string()).await;
    assert_snapshot!(reply, @r#"
200 OK
cache-control: no-store
content-length: 276
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
etag: "2"
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac003da8cb435c8e74616796

{"scheduler_id":"a","service_name":"s","job_name":"j","status":"pending","health":"new","created_at":"2026-03-02T08:00:00.000Z","updated_at":"2026-03-02T08:00:00.000Z","ping_url":"/ping/71bb54d8-d101-45b9-834d-0bff90150280","open_runs":[],"consecutive_failures":0,"version":2}
"#);
}

#[tokio::test]
async fn what_is_absent_stays() {
    let world = world().await;
    let reply = world.patch(PATH, r#"{"scheduler_id":"a","max_runtime":"off"}"#).await;
    assert_eq!((&reply.json()["max_runtime"], &reply.json()["tags"]), (&json!("off"), &json!(["t"])));
}

#[tokio::test]
async fn names_cannot_be_cleared() {
    let reply = world().await.patch(PATH, r#"{"service_name":null,"job_name":null,"x":1}"#).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_snapshot!(reply.details(), @r#"
service_name: cannot be cleared, was null
job_name: cannot be cleared, was null
x: is not a field of a scheduler that can be changed
"#);
}

#[tokio::test]
async fn if_match_holds_the_version_of_the_configuration_and_not_of_the_reports() {
    let world = world().await;
    let patch = |tag: &str| {
        world.ask(Ask::new(Method::PATCH, PATH).body(r#"{"description":"new"}"#).header("if-match", tag))
    };
    world.put(&format!("{PATH}/status"), r#"{"status":"running"}"#).await;
    let seen = world.get(PATH).await.header("etag").expect("a tag").to_owned();
    assert_eq!(seen, "\"1\"");
    assert_eq!(patch(&seen).await.header("etag"), Some("\"2\""));
    let stale = patch(&seen).await;
    assert_eq!(
        (stale.status, stale.message().as_str()),
        (StatusCode::PRECONDITION_FAILED, "the configuration has version 2 by now, not 1")
    );
    for (tag, status) in [("*", 200), ("2", 200), ("W/\"2\"", 200), ("\"x\"", 412), ("\"2\", \"3\"", 412)] {
        assert_eq!(patch(tag).await.status.as_u16(), status, "{tag}");
    }
    let nobody = Ask::new(Method::PATCH, "/api/v1/schedulers/nobody").body("{}").header("if-match", "\"1\"");
    assert_eq!(world.ask(nobody).await.status, StatusCode::NOT_FOUND);
}
