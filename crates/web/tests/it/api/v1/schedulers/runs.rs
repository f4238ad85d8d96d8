//! `GET /schedulers/{id}/runs`.

use axum::http::StatusCode;
use insta::assert_snapshot;

use crate::support::World;

const PATH: &str = "/api/v1/schedulers/billing-nightly";

#[tokio::test]
async fn runs_have_start_end_duration_and_outcome() {
    let world = World::new();
    world.billing().await;
    let status = format!("{PATH}/status");
    world.put(&status, r#"{"status":"running","run_id":"r1"}"#).await;
    world.pass(90);
    world.put(&status, r#"{"status":"failed","run_id":"r1","exit_code":2}"#).await;
    world.put(&status, r#"{"status":"completed","execution_time_ms":1500}"#).await;
    world.put(&status, r#"{"status":"running"}"#).await;
    let reply = world.get(&format!("{PATH}/runs")).await;
    assert_snapshot!(reply.text().replace("},{", "},\n{"), @r#"
[{"run":3,"status":"running","started_at":"2026-03-02T08:01:30.000Z","start_reported":true},
{"run":2,"status":"completed","started_at":"2026-03-02T08:01:28.500Z","start_reported":false,"ended_at":"2026-03-02T08:01:30.000Z","duration_ms":1500},
{"run":1,"run_id":"r1","status":"failed","started_at":"2026-03-02T08:00:00.000Z","start_reported":true,"ended_at":"2026-03-02T08:01:30.000Z","duration_ms":90000,"exit_code":2}]
"#);
    let failed = world.get(&format!("{PATH}/runs?status=failed")).await.json();
    assert_eq!((failed.as_array().map(Vec::len), failed[0]["run_id"].as_str()), (Some(1), Some("r1")));
    assert_eq!(world.get(&format!("{PATH}/runs?status=pending")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.get("/api/v1/schedulers/nobody/runs").await.status, StatusCode::NOT_FOUND);
}
