//! `GET /schedulers/{id}/history`.

use axum::http::StatusCode;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Reply, World};

const PATH: &str = "/api/v1/schedulers/billing-nightly";

/// Started at 0 s, failed at 60 s by a clock that is ahead, completed at 120 s.
async fn world() -> World {
    let world = World::new();
    world.billing().await;
    let put = async |body: Value| world.put(&format!("{PATH}/status"), &body.to_string()).await;
    put(json!({ "status": "running", "run_id": "r1" })).await;
    world.pass(60);
    put(json!({ "status": "failed", "run_id": "r1", "timestamp": "2030-01-01T00:00:00Z", "error_message": "no",
        "exit_code": 3, "metadata": { "rows": 1 } })).await;
    world.pass(60);
    put(json!({ "status": "completed", "execution_time_ms": 1000 })).await;
    world
}

/// One entry a line.
fn lines(reply: &Reply) -> String {
    reply.text().replace("},{\"id\"", "},\n{\"id\"")
}

#[tokio::test]
async fn reports_are_shown_newest_first() {
    assert_snapshot!(lines(&world().await.get(&format!("{PATH}/history")).await), @r#"
[{"id":"5","scheduler_id":"billing-nightly","status":"completed","timestamp":"2026-03-02T08:02:00.000Z","received_at":"2026-03-02T08:02:00.000Z","execution_time_ms":1000},
{"id":"3","scheduler_id":"billing-nightly","status":"failed","timestamp":"2026-03-02T08:01:00.000Z","timestamp_as_sent":"2030-01-01T00:00:00.000Z","received_at":"2026-03-02T08:01:00.000Z","error_message":"no","metadata":{"rows":1},"run_id":"r1","exit_code":3},
{"id":"2","scheduler_id":"billing-nightly","status":"running","timestamp":"2026-03-02T08:00:00.000Z","received_at":"2026-03-02T08:00:00.000Z","run_id":"r1"}]
"#);
}

#[tokio::test]
async fn what_we_concluded_is_shown_where_it_is_asked_for() {
    let world = world().await;
    let status = format!("{PATH}/status");
    world.put(&status, r#"{"status":"running"}"#).await;
    world.put(&status, r#"{"status":"pending"}"#).await;
    assert_snapshot!(lines(&world.get(&format!("{PATH}/history?include=system&limit=5")).await), @r#"
[{"id":"9","scheduler_id":"billing-nightly","status":"pending","timestamp":"2026-03-02T08:02:00.000Z","received_at":"2026-03-02T08:02:00.000Z"},
{"id":"8","scheduler_id":"billing-nightly","kind":"abandoned","timestamp":"2026-03-02T08:02:00.000Z","run":3},
{"id":"7","scheduler_id":"billing-nightly","status":"running","timestamp":"2026-03-02T08:02:00.000Z","received_at":"2026-03-02T08:02:00.000Z"},
{"id":"6","scheduler_id":"billing-nightly","kind":"recovered","timestamp":"2026-03-02T08:02:00.000Z","incident":"inc_01kjps15k01dhx1epgv9bjqaqh"},
{"id":"5","scheduler_id":"billing-nightly","status":"completed","timestamp":"2026-03-02T08:02:00.000Z","received_at":"2026-03-02T08:02:00.000Z","execution_time_ms":1000}]
"#);
}

#[tokio::test]
async fn a_history_is_filtered_and_paged() {
    let world = world().await;
    let count = async |query: &str| {
        let reply = world.get(&format!("{PATH}/history?{query}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{query}: {reply}");
        reply.json().as_array().map_or(0, Vec::len)
    };
    assert_eq!(count("status=failed").await, 1);
    assert_eq!(count("from=2026-03-02T08:01:00Z").await, 2);
    assert_eq!(count("to=2026-03-02T08:01:00").await, 1);
    assert_eq!(count("from=2026-03-02T10:01:00%2B02:00&to=2026-03-02T10:02:00+02:00").await, 1);
    let first = world.get(&format!("{PATH}/history?limit=1")).await;
    let link = first.header("link").expect("a link");
    let target = link.trim_start_matches('<').trim_end_matches(">; rel=\"next\"");
    assert_eq!(world.get(target).await.json()[0]["status"], "failed");
}

#[tokio::test]
async fn nobody_has_no_history_and_odd_questions_are_refused() {
    let world = World::new();
    assert_eq!(world.get(&format!("{PATH}/history")).await.status, StatusCode::NOT_FOUND);
    let reply = world.get(&format!("{PATH}/history?limit=1001&from=x&include=all&status=late")).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_snapshot!(reply.details(), @r#"
from: must be an instant: 'x' is not an ISO 8601 instant such as 2024-01-15T01:30:00Z
status: must be one of pending, running, completed, failed, was 'late'
include: must be one of system, was 'all'
limit: must be a whole number from 1 to 1000, was '1001'
"#);
}
