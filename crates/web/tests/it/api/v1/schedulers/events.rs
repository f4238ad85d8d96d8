//! `GET /schedulers/{id}/events`.

use axum::http::StatusCode;
use insta::assert_snapshot;
use serde_json::json;

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
{"version":2,"at":"2026-03-02T08:00:00.000Z","type":"run_finished","duration_ms":1500,"expected":"2026-03-02T08:15:00.000Z","meets":false,"outcome":"failed","report":{"execution_time_ms":1500,"happened_at":"2026-03-02T08:00:00.000Z","received_at":"2026-03-02T08:00:00.000Z","timestamp":"2026-03-02T08:00:00.000Z"},"run":1,"standing":"current","started_at":"2026-03-02T07:59:58.500Z"},
{"version":3,"at":"2026-03-02T08:00:00.000Z","type":"incident_opened","causes":["failing"],"incident":"inc_01kjprzb007pmcpgtwhst62swp"}]
"#);
    let later = world.get(&format!("{EVENTS}?after=1&limit=1")).await.json();
    assert_eq!((later.as_array().map(Vec::len), &later[0]["version"]), (Some(1), &json!(2)));
    assert_eq!(world.get(&format!("{EVENTS}?after=3")).await.text(), "[]");
    assert_eq!(world.get(&format!("{EVENTS}?after=x")).await.status, StatusCode::BAD_REQUEST);
}
