//! `GET /schedulers/{id}/events`.

use app::ports::Cut;
use axum::http::StatusCode;
use insta::assert_snapshot;
use serde_json::json;
use testkit::fixtures::{after, key};

use crate::support::World;

const EVENTS: &str = "/api/v1/schedulers/a/events";

#[tokio::test]
async fn events_are_told_in_the_words_of_the_api() {
    let world = World::new();
    let body = json!({
        "scheduler_id": "a", "service_name": "s", "job_name": "j", "max_runtime": "2h", "remind_every": "off",
        "schedule": { "every": "15m", "grace": "5m" },
    });
    world.post("/api/v1/schedulers", &body.to_string()).await;
    world.put("/api/v1/schedulers/a/status", r#"{"status":"failed","execution_time_ms":1500}"#).await;
    let reply = world.get(EVENTS).await;
    assert_snapshot!(reply.text().replace("},{\"version\"", "},\n{\"version\""), @r#"
[{"version":1,"at":"2026-03-02T08:00:00.000Z","type":"registered","config":{"job_name":"j","max_runtime":"2h","remind_every":"off","schedule":{"every":"15m","expect_from":"registration","from":"start","grace":"5m"},"service_name":"s"},"expected":"2026-03-02T08:15:00.000Z"},
{"version":2,"at":"2026-03-02T08:00:00.000Z","type":"run_finished","duration_ms":1500,"expected":"2026-03-02T08:15:00.000Z","meets":false,"outcome":"failed","report":{"execution_time_ms":1500,"happened_at":"2026-03-02T08:00:00.000Z","no":1,"received_at":"2026-03-02T08:00:00.000Z","timestamp":"2026-03-02T08:00:00.000Z"},"run":1,"standing":"current","started_at":"2026-03-02T07:59:58.500Z"},
{"version":3,"at":"2026-03-02T08:00:00.000Z","type":"incident_opened","causes":["failing"],"incident":"inc_01kjprzb009xgsnz6m9macz2zy"}]
"#);
    let later = world.get(&format!("{EVENTS}?after=1&limit=1")).await.json();
    assert_eq!((later.as_array().map(Vec::len), &later[0]["version"]), (Some(1), &json!(2)));
    assert_eq!(world.get(&format!("{EVENTS}?after=3")).await.text(), "[]");
    assert_eq!(world.get(&format!("{EVENTS}?after=x")).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_is_pruned_is_gone_and_the_first_version_kept_is_named() {
    let world = World::new();
    world.billing().await;
    for _ in 0..3 {
        world.put("/api/v1/schedulers/billing-nightly/status", r#"{"status":"completed"}"#).await;
    }
    let retention = &world.app().ports().retention;
    let cut = Cut { checkpoint: 3, before: after(86_400), routine_kept: 0 };
    retention.prune_log(&key("billing-nightly"), &cut).await.expect("pruned");
    let events = "/api/v1/schedulers/billing-nightly/events";
    assert_snapshot!(world.get(events).await, @r#"
410 Gone
cache-control: no-store
content-length: 249
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac007135b6b9aeef0d2df7ab

{"statusCode":410,"timestamp":"2026-03-02T08:00:00.000Z","path":"/api/v1/schedulers/billing-nightly/events","method":"GET","error":"Gone","message":"events before version 3 are pruned","requestId":"019cad8fac007135b6b9aeef0d2df7ab","firstVersion":3}
"#);
    assert_eq!(world.get(&format!("{events}?after=2")).await.json()[0]["version"], 3);
}
