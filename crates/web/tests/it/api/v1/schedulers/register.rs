//! `POST /schedulers/register`.

use axum::http::StatusCode;
use insta::assert_snapshot;
use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn a_scheduler_is_created_and_answered_in_full() {
    let world = World::new();
    let body = json!({
        "scheduler_id": "billing-nightly", "service_name": "billing", "job_name": "nightly",
        "owner_email": "ops@example.com", "alert_user_id": "U123", "description": "Bills everyone.",
        "tags": ["money", "night", "money"],
        "schedule": { "cron": "0 2 * * *", "timezone": "asia/jakarta", "grace": "30m", "early": 30, "expect_from": "first_report" },
        "max_runtime": "2h30m", "heartbeat_timeout": 300, "failure_threshold": "2", "recovery_threshold": 3.0,
        "missed_threshold": 1, "realert_after": "off", "remind_every": "1d", "channels": ["ops"],
    });
    let reply = world.post("/api/v1/schedulers/register", &body.to_string()).await;
    assert_snapshot!(reply, @r#"
201 Created
cache-control: no-store
content-length: 647
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
etag: "1"
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67

{"scheduler_id":"billing-nightly","service_name":"billing","job_name":"nightly","status":"pending","health":"new","created_at":"2026-03-02T08:00:00.000Z","updated_at":"2026-03-02T08:00:00.000Z","owner_email":"ops@example.com","alert_user_id":"U123","description":"Bills everyone.","tags":["money","night"],"schedule":{"cron":"0 2 * * *","timezone":"Asia/Jakarta","grace":"30m","early":"30s","expect_from":"first_report"},"max_runtime":"2h30m","heartbeat_timeout":"5m","failure_threshold":2,"recovery_threshold":3,"missed_threshold":1,"realert_after":"off","remind_every":"1d","channels":["ops"],"open_runs":[],"consecutive_failures":0,"version":1}
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
}
