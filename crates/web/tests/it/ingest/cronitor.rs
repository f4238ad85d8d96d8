//! Cronitor's telemetry.

mod monitors;

use app::ports::Role;
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use insta::assert_snapshot;
use std::io::Write;

use super::kept::{TOKEN, said};
use crate::support::{ADMIN, Ask, World};

const PING_KEY: &str = "pingkeyofthedefault22x";

/// A world whose default project has a ping key, with the scheduler `backup`.
async fn world() -> World {
    let world = World::heard().await;
    let project = format!(r#"{{"name":"Default","ping_key":"{PING_KEY}"}}"#);
    assert_eq!(world.put("/api/v1/projects/default", &project).await.status, 200);
    world
}

async fn get(world: &World, path: &str) -> String {
    said(&world.tell(Method::GET, path, "").await)
}

pub(super) fn basic(key: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{key}:")))
}

#[tokio::test]
async fn an_event_is_answered_ok_by_every_method_at_both_addresses() {
    let world = world().await;
    let path = format!("/p/{PING_KEY}/backup?state=complete");
    assert_snapshot!(world.tell(Method::GET, &path, "").await, @r#"
200 OK
cache-control: no-store
content-length: 2
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: text/plain; charset=utf-8
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac004f619afcd44d14cf8bfe

OK
"#);
    for method in [Method::GET, Method::POST, Method::HEAD] {
        for root in ["/p", "/ping"] {
            let reply =
                world.tell(method.clone(), &format!("{root}/{PING_KEY}/backup?state=complete"), "").await;
            assert_eq!(reply.status, 200, "{method} {root}");
        }
    }
    assert_eq!(world.tell(Method::DELETE, &path, "").await.status, 405);
    assert_eq!(world.backup().await.lines().count(), 7);
}

#[tokio::test]
async fn a_job_is_found_in_the_history_as_it_was_told() {
    let world = world().await;
    for query in [
        "state=run&series=1700000000.25&host=h1&stamp=1700000000.251",
        "state=complete&series=1700000000.25&metric=duration:12.5&metric=count:100&message=all+done",
        "state=run&series=b",
        "state=fail&series=b&message=no+room&status_code=3&duration=1.5",
        "state=ok",
        "state=tick&metric=error_count:2",
        "",
        "state=logs&series=b&message=see+there",
    ] {
        assert_eq!(get(&world, &format!("/p/{PING_KEY}/backup?{query}")).await, "200 OK", "{query}");
        world.pass(60);
    }
    assert_snapshot!(world.backup().await, @r#"
running run=1700000000.25 {"host":"h1"} by cronitor GET
completed run=1700000000.25 took=12500ms {"message":"all done","metrics":{"count":100}} by cronitor GET
running run=b by cronitor GET
failed run=b took=1500ms exit=3 error="no room" by cronitor GET
completed run=ok 019cad935580fc17879e2e2256feff0c by cronitor GET
completed {"metrics":{"error_count":2}} by cronitor GET
completed by cronitor GET
noted run=b {"message":"see there"} by cronitor GET
"#);
    assert_eq!(world.vain().await, "");
}

#[tokio::test]
async fn what_a_client_sends_again_counts_once() {
    let world = world().await;
    for n in 0..3 {
        let path = format!("/p/{PING_KEY}/backup?state=fail&stamp=1700000000.123456&try={n}");
        assert_eq!(get(&world, &path).await, "200 OK");
    }
    assert_eq!(world.backup().await.lines().count(), 1);
}

#[tokio::test]
async fn a_tick_keeps_an_open_run_alive_and_setting_right_leaves_it_open() {
    let world = world().await;
    for query in ["state=run&series=a", "state=tick", "state=ok"] {
        assert_eq!(get(&world, &format!("/p/{PING_KEY}/backup?{query}")).await, "200 OK");
        world.pass(1);
    }
    let runs = world.get("/api/v1/schedulers/backup/runs").await.json();
    let states: Vec<_> = runs.as_array().expect("runs").iter().map(|run| run["status"].clone()).collect();
    assert_eq!(states, ["completed", "running"]);
}

#[tokio::test]
async fn a_monitor_nobody_has_heard_of_comes_to_be_and_expects_nothing() {
    let world = world().await;
    let key = world.key(Role::Reporter, &[]).await;
    assert_eq!(get(&world, &format!("/p/{PING_KEY}/Nightly%20Job?state=run")).await, "200 OK");
    assert_eq!(get(&world, &format!("/p/{key}/Nightly%20Job?state=complete")).await, "200 OK");
    let made = world.get("/api/v1/schedulers/Nightly%20Job").await.json();
    assert_eq!((&made["service_name"], &made["status"]), (&"default".into(), &"completed".into()));
    assert!(made.get("schedule").is_none_or(serde_json::Value::is_null), "{made}");
    assert_eq!(world.vain().await, "");
}

#[tokio::test]
async fn an_environment_is_a_scheduler_of_its_own_like_that_of_production() {
    let world = world().await;
    let schedule = r#"{"schedule":{"cron":"0 2 * * *","grace":"10m"},"failure_threshold":2}"#;
    assert_eq!(world.patch("/api/v1/schedulers/backup", schedule).await.status, 200);
    for query in ["state=fail&env=staging", "state=complete&env=production", "state=complete&env=staging"] {
        assert_eq!(get(&world, &format!("/p/{PING_KEY}/backup?{query}")).await, "200 OK");
        world.pass(60);
    }
    assert_snapshot!(world.kept("backup@staging").await, @r#"
failed by cronitor GET in staging
completed by cronitor GET in staging
"#);
    assert_eq!(world.backup().await.lines().count(), 1);
    let made = world.get("/api/v1/schedulers/backup@staging").await.json();
    assert_eq!(made["schedule"]["cron"], "0 2 * * *");
    assert_eq!(made["schedule"]["expect_from"], "first_report");
    assert_eq!((&made["failure_threshold"], &made["service_name"]), (&2.into(), &"db".into()));
    assert_eq!(made["tags"], serde_json::json!(["monitor:backup", "environment:staging"]));
}

#[tokio::test]
async fn what_is_wrong_is_told_to_the_projects_people_and_to_no_client() {
    let world = world().await;
    let billing = world.key(Role::Reporter, &["billing"]).await;
    let viewer = world.key(Role::Viewer, &[]).await;
    for path in [
        "/p/nobodys-key/backup?state=run".to_owned(),
        format!("/p/{viewer}/backup?state=run"),
        format!("/p/{PING_KEY}/backup?state=done"),
        format!("/p/{billing}/backup?state=run"),
        format!("/p/{PING_KEY}/%00?state=run"),
        format!("/p/{PING_KEY}/{}?state=run", "x".repeat(300)),
        "/ping/nobodys-key/backup?state=run".to_owned(),
        "/nobodys-code/run".to_owned(),
    ] {
        assert_eq!(get(&world, &path).await, "200 OK", "{path}");
    }
    assert_snapshot!(world.vain().await, @r#"
cronitor forbidden backup ×1
cronitor invalid_key nobody… ×2
cronitor invalid_key pun_hq… ×1
cronitor invalid_key xxxxxx… ×1
cronitor invalid_key � ×1
cronitor unknown_address nobody… ×1
cronitor unknown_state backup ×1
"#);
    assert_eq!(world.backup().await, "");
}

#[tokio::test]
async fn who_guesses_keys_or_sends_too_often_is_told_to_wait() {
    let world = world().await;
    for _ in 0..60 {
        assert_eq!(get(&world, &format!("/p/{PING_KEY}/backup")).await, "200 OK");
    }
    let reply = world.tell(Method::GET, &format!("/p/{PING_KEY}/backup"), "").await;
    assert_eq!((said(&reply).as_str(), reply.header("retry-after")), ("429 rate limited", Some("1")));
    for n in 0..30 {
        assert_eq!(get(&world, &format!("/p/guess-{n}/backup")).await, "200 OK");
    }
    assert_eq!(get(&world, "/p/guess-30/backup").await, "429 rate limited");
}

#[tokio::test]
async fn a_ping_stays_a_ping_unless_it_has_a_parameter_of_cronitors_or_an_api_key() {
    let world = world().await;
    let id =
        world.get("/api/v1/schedulers/backup").await.json()["ping_url"].as_str().expect("a url").to_owned();
    for (path, dialect) in [
        (format!("/ping/{PING_KEY}/backup"), "ping"),
        (format!("/ping/{PING_KEY}/backup?rid=5e0b9d3c-7f7c-4a5b-9d53-1d3e4d0c2f11&create=1"), "ping"),
        (format!("/ping/{PING_KEY}/backup?schedule=x&name=y&service=z&tags=t"), "ping"),
        (format!("/ping/{PING_KEY}/backup/start?state=run"), "ping"),
        (format!("{id}?state=fail&series=a"), "ping"),
        (format!("{id}/fail?state=complete&series=a"), "ping"),
        (format!("/ping/{PING_KEY}/backup?state=complete"), "cronitor"),
        (format!("/ping/{PING_KEY}/backup?series=a"), "cronitor"),
        (format!("/ping/{PING_KEY}/backup?stamp=1"), "cronitor"),
        (format!("/ping/{PING_KEY}/backup?metric=count:1"), "cronitor"),
        (format!("/ping/{PING_KEY}/backup?msg=x"), "cronitor"),
        (format!("/ping/{ADMIN}/backup"), "cronitor"),
    ] {
        assert_eq!(world.tell(Method::GET, &path, "").await.status, 200, "{path}");
        world.pass(60);
        let last = world.backup().await.lines().last().expect("a line").to_owned();
        assert!(last.contains(&format!("by {dialect} ")), "{path}: {last}");
    }
    assert_eq!(get(&world, "/ping/nobodys-key/backup").await, "404 not found");
}

#[tokio::test]
async fn the_addresses_of_old_take_an_alias_or_a_ping_id() {
    let world = world().await;
    for path in [
        format!("/{TOKEN}/run"),
        format!("/{TOKEN}/complete?msg=fine&auth_key=x"),
        format!("/cronitor/{TOKEN}/fail?msg=no+room"),
        format!("/cronitor/{TOKEN}/ok"),
        format!("/{TOKEN}/tick"),
    ] {
        assert_eq!(get(&world, &path).await, "200 OK", "{path}");
        world.pass(60);
    }
    assert_snapshot!(world.backup().await, @r#"
running by cronitor GET
completed {"message":"fine"} by cronitor GET
failed error="no room" by cronitor GET
completed run=ok 019cad926b20cd27ff6c67e81909778a by cronitor GET
completed by cronitor GET
"#);
    for path in [format!("/{TOKEN}/done"), format!("/{TOKEN}/logs"), "/abc/run".to_owned()] {
        let reply = world.tell(Method::GET, &path, "").await;
        assert_eq!((reply.status.as_u16(), reply.message()), (404, format!("Cannot GET {path}")));
    }
    assert_eq!(world.tell(Method::DELETE, &format!("/{TOKEN}/run"), "").await.status, 404);
}

#[tokio::test]
async fn what_a_job_printed_is_kept_as_a_log_of_its_run() {
    let world = world().await;
    assert_eq!(get(&world, &format!("/p/{PING_KEY}/backup?state=complete&series=1700.25")).await, "200 OK");
    let ask = Ask::new(Method::POST, "/api/logs/presign").without("x-api-key");
    let ask = ask.body(r#"{"job_key":"backup","series":"1700.25"}"#).header("host", "punctual.example");
    let reply = world.ask(ask.header("authorization", &basic(ADMIN))).await;
    assert_eq!(reply.status, 200, "{reply}");
    let url = reply.json()["url"].as_str().expect("a url").to_owned();
    let path = url.strip_prefix("http://punctual.example").expect("where we were asked").to_owned();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(b"rows: 42\n").expect("packed");
    let packed = gzip.finish().expect("packed");
    let put = Ask::new(Method::PUT, &path).without("x-api-key").body(packed);
    assert_eq!(world.ask(put).await.status, 200);
    assert_snapshot!(world.backup().await, @r#"
completed run=1700.25 by cronitor GET
noted run=1700.25 output=9b by cronitor PUT
"#);
    let broken = Ask::new(Method::PUT, &path).without("x-api-key").body(vec![0x1f, 0x8b, 9, 9]);
    assert_eq!(world.ask(broken).await.status, 400);
    let nobody = Ask::new(Method::PUT, "/cronitor/logs/nobody-there").without("x-api-key").body("x");
    assert_eq!(said(&world.ask(nobody).await), r#"404 {"error":"Not found"}"#);
    assert_eq!(world.backup().await.lines().count(), 2);
}

#[tokio::test]
async fn an_address_for_an_output_needs_a_key_that_may_report_and_a_run() {
    let world = world().await;
    let viewer = world.key(Role::Viewer, &[]).await;
    let mut answers = Vec::new();
    for (authorization, body) in [
        (String::new(), r#"{"job_key":"backup","series":"a"}"#),
        (basic(&viewer), r#"{"job_key":"backup","series":"a"}"#),
        (basic(ADMIN), r#"{"job_key":"backup"}"#),
        (basic(ADMIN), "no JSON"),
    ] {
        let ask = Ask::new(Method::POST, "/api/logs/presign").without("x-api-key").body(body);
        let ask = if authorization.is_empty() { ask } else { ask.header("authorization", &authorization) };
        answers.push(said(&world.ask(ask).await));
    }
    assert_snapshot!(answers.join("\n"), @r#"
403 {"error":"Invalid API key"}
403 {"error":"Invalid API key"}
400 {"error":"job_key and series are required"}
400 {"error":"job_key and series are required"}
"#);
}
