//! `POST /api/{project}/envelope/`: what is taken, in every form in which clients send it.

use axum::http::{Method, StatusCode};
use insta::assert_snapshot;
use serde_json::json;

use super::{ID, KEY, Project, auth, enveloped, gzip, posted};
use crate::support::Ask;

/// A whole envelope of the Python SDK, with all that it says besides.
fn of_python() -> String {
    let item = json!({
        "type": "check_in", "event_id": "3f2f0d3c9a5f4f0b8a4f9a0c6f1e2d3c", "check_in_id": ID, "monitor_slug": "nightly",
        "status": "in_progress", "duration": null, "environment": "production", "release": "books@4",
        "monitor_config": { "schedule": { "type": "crontab", "value": "0 * * * *" }, "timezone": "Europe/Riga" },
        "timestamp": "2026-03-02T07:59:58.000000Z", "server_name": "host-1", "platform": "python",
        "contexts": { "trace": { "trace_id": "f00df00df00df00df00df00df00df00d", "span_id": "a1b2c3d4e5f60718" } },
    })
    .to_string();
    let header = r#"{"event_id":"3f2f0d3c9a5f4f0b8a4f9a0c6f1e2d3c","sent_at":"2026-03-02T07:59:58.000000Z"}"#;
    let (report, length) = (r#"{"discarded_events":[]}"#, item.len());
    format!(
        "{header}\n{{\"type\":\"client_report\",\"length\":{}}}\n{report}\n\
         {{\"type\":\"check_in\",\"content_type\":\"application/json\",\"length\":{length}}}\n{item}\n",
        report.len()
    )
}

#[tokio::test]
async fn an_envelope_of_the_python_sdk_is_taken_and_told_by_our_own_api() {
    let project = Project::new().await;
    let ask = posted(&project.at("/envelope/"), gzip(of_python().as_bytes()));
    let reply =
        project.world.ask(ask.header("content-encoding", "gzip").header("x-sentry-auth", &auth())).await;
    assert_snapshot!(reply, @r#"
200 OK
cache-control: no-store
content-length: 41
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac00555e71c18690ee42c90b

{"id":"3f2f0d3c9a5f4f0b8a4f9a0c6f1e2d3c"}
"#);
    project.world.pass(90);
    project.check_in(&json!({ "status": "ok", "check_in_id": ID, "duration": 89.5 })).await;
    assert_eq!(project.runs("nightly").await, [format!("{ID} completed 89500")]);
    let history = project.world.get("/api/v1/schedulers/nightly/history").await;
    assert_snapshot!(history.text().replace("},{", "},\n{"), @r#"
[{"id":"3","scheduler_id":"nightly","status":"completed","timestamp":"2026-03-02T08:01:30.000Z","received_at":"2026-03-02T08:01:30.000Z","execution_time_ms":89500,"run_id":"0123456789abcdef0123456789abcdef","origin":{"dialect":"sentry","scheme":"http","method":"POST","remote_addr":"0.0.0.0","user_agent":"sentry.python/2.75.0","environment":"production"}},
{"id":"2","scheduler_id":"nightly","status":"running","timestamp":"2026-03-02T07:59:58.000Z","received_at":"2026-03-02T08:00:00.000Z","metadata":{"release":"books@4","trace_id":"f00df00df00df00df00df00df00df00d"},"run_id":"0123456789abcdef0123456789abcdef","origin":{"dialect":"sentry","scheme":"http","method":"POST","remote_addr":"0.0.0.0","user_agent":"sentry.python/2.75.0","environment":"production"}}]
"#);
    assert_eq!(project.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_key_may_stand_in_the_header_the_query_or_the_envelope() {
    let project = Project::new().await;
    let query = format!("?sentry_version=7&sentry_key={KEY}&sentry_client=sentry.javascript.node%2F11");
    let dsn = format!("{{\"dsn\":\"http://{KEY}@localhost/{}\"}}", project.number);
    let body = |id: usize| enveloped(&json!({ "status": "ok", "check_in_id": format!("{id:032x}") }));
    let asks = [
        posted(&project.at("/envelope/"), body(1)).header("x-sentry-auth", &auth()),
        posted(&project.at("/envelope/"), body(2)).header("authorization", &auth()),
        posted(&project.at(&format!("/envelope/{query}")), body(3)),
        posted(&project.at("/envelope/"), body(4).replacen("{}", &dsn, 1)),
        posted(&project.at("/envelope/"), gzip(body(5).replacen("{}", &dsn, 1).as_bytes()))
            .header("content-encoding", "gzip"),
    ];
    for (place, ask) in asks.into_iter().enumerate() {
        let reply = project.world.ask(ask).await;
        assert_eq!(reply.status, StatusCode::OK, "{place}: {reply}");
    }
    assert_eq!(project.runs("nightly").await.len(), 5);
}

#[tokio::test]
async fn every_way_to_write_the_address_leads_there() {
    let project = Project::new().await;
    for (place, path) in
        ["/envelope", "/envelope/", "//envelope//", "/envelope/?x=//"].into_iter().enumerate()
    {
        let id = format!("{:032x}", place + 1);
        let body = enveloped(&json!({ "status": "ok", "check_in_id": id }));
        let path = if place == 2 { format!("//{}", project.at(path)) } else { project.at(path) };
        let reply = project.world.ask(posted(&path, body).header("x-sentry-auth", &auth())).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {reply}");
    }
    assert_eq!(project.runs("nightly").await.len(), 4);
}

#[tokio::test]
async fn the_api_beside_it_is_found_as_before() {
    let project = Project::new().await;
    let get = async |path: &str| {
        let reply = project.world.get(path).await;
        (reply.status.as_u16(), reply.header("allow").map(str::to_owned))
    };
    assert_eq!(get("/api/v1/schedulers").await, (200, None));
    assert_eq!(get("/api/docs").await, (200, None));
    assert_eq!(get("/api/openapi.json").await, (200, None));
    assert_eq!(get("//api/v1/schedulers").await, (404, None));
    assert_eq!(get("/api/v1/nothing").await, (404, None));
    assert_eq!(get("/api/7/nothing").await, (404, None));
    assert_eq!(get("/api/7/envelope/").await, (405, Some("POST,OPTIONS".to_owned())));
    assert_eq!(get("//api/7/envelope/").await, (405, Some("POST,OPTIONS".to_owned())));
    let refused = project.world.get("//api/v1/schedulers").await;
    assert_eq!(refused.message(), "Cannot GET //api/v1/schedulers");
    let asked = project.world.ask(Ask::new(Method::OPTIONS, "/api/7/cron/nightly")).await;
    assert_eq!((asked.status.as_u16(), asked.header("allow")), (204, Some("GET,HEAD,POST,OPTIONS")));
}

#[tokio::test]
async fn what_is_no_check_in_is_let_go_by() {
    let project = Project::new().await;
    let reply = project
        .send(format!("{{\"event_id\":\"{ID}\"}}\n{{\"type\":\"event\"}}\n{{\"message\":\"boom\"}}\n"))
        .await;
    assert_eq!((reply.status, reply.text()), (StatusCode::OK, format!(r#"{{"id":"{ID}"}}"#).as_str()));
    assert_eq!(project.world.get("/api/v1/schedulers").await.text(), "[]");
    assert_eq!(project.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_check_in_is_found_in_an_envelope_that_unpacks_to_much() {
    let project = Project::new().await;
    let attachment = "x".repeat(5_000_000);
    let check_in = enveloped(&json!({ "status": "ok", "check_in_id": ID }));
    let body = check_in.replacen("{}\n", &format!("{{}}\n{{\"type\":\"attachment\"}}\n{attachment}\n"), 1);
    let packed = gzip(body.as_bytes());
    assert!(packed.len() < 10_000, "it is opened because of what it becomes");
    let ask = posted(&project.at("/envelope/"), packed).header("content-encoding", "gzip");
    assert_eq!(project.world.ask(ask.header("x-sentry-auth", &auth())).await.status, StatusCode::OK);
    assert_eq!(project.send(body).await.status, StatusCode::OK);
    assert_eq!(project.runs("nightly").await, [format!("{ID} completed null")]);
}

#[tokio::test]
async fn an_envelope_that_lay_in_a_queue_happened_when_it_was_written() {
    let project = Project::new().await;
    let check_in = json!({ "status": "ok", "check_in_id": ID, "timestamp": "2026-03-02T01:00:00Z" });
    let body = enveloped(&check_in).replacen("{}", r#"{"sent_at":"2026-03-02T01:20:00Z"}"#, 1);
    assert_eq!(project.send(body).await.status, StatusCode::OK);
    let runs = project.world.get("/api/v1/schedulers/nightly/runs").await.json();
    assert_eq!(runs[0]["ended_at"], "2026-03-02T07:40:00.000Z");
}
