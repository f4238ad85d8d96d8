//! Checks: made, changed, found, paused, deleted.

use axum::http::{Method, StatusCode};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{made, ping, uuid, world};
use crate::support::{Ask, World};

const FULL: &str = r#"{
    "name": "Nightly backup", "slug": "backup", "tags": "db  prod", "desc": "dumps", "schedule": "0 2 * * *",
    "tz": "Europe/Riga", "grace": 600, "manual_resume": true, "methods": "POST", "start_kw": "begin",
    "success_kw": "done", "failure_kw": "error", "filter_http_body": true, "channels": ""
}"#;

#[tokio::test]
async fn a_check_is_made_and_answered_in_healthchecks_own_order() {
    let world = world();
    let reply = world.post("/api/v3/checks/", FULL).await;
    assert_snapshot!(reply, @r#"
201 Created
access-control-allow-headers: X-Api-Key
access-control-allow-methods: GET, POST
access-control-allow-origin: *
access-control-max-age: 600
cache-control: no-store
content-length: 907
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67

{"name":"Nightly backup","slug":"backup","tags":"db prod","desc":"dumps","grace":600,"n_pings":0,"status":"new","started":false,"last_ping":null,"next_ping":null,"manual_resume":true,"methods":"POST","subject":"","subject_fail":"","start_kw":"begin","success_kw":"done","failure_kw":"error","filter_subject":false,"filter_body":false,"filter_http_body":true,"filter_default_fail":false,"badge_url":"https://hc.example/b/2/a573e8d3-e701-722e-9bcb-fe17b282d883.svg","uuid":"f893a2ee-fb32-455e-b1c1-8690ee42c90b","ping_url":"https://hc.example/ping/f893a2ee-fb32-455e-b1c1-8690ee42c90b","update_url":"https://hc.example/api/v3/checks/f893a2ee-fb32-455e-b1c1-8690ee42c90b","pause_url":"https://hc.example/api/v3/checks/f893a2ee-fb32-455e-b1c1-8690ee42c90b/pause","resume_url":"https://hc.example/api/v3/checks/f893a2ee-fb32-455e-b1c1-8690ee42c90b/resume","channels":"","schedule":"0 2 * * *","tz":"Europe/Riga"}
"#);
    let reply = world.get("/api/v1/schedulers/backup").await;
    assert_snapshot!(reply.text(), @r#"{"scheduler_id":"backup","service_name":"default","job_name":"Nightly backup","status":"pending","health":"new","created_at":"2026-03-02T08:00:00.000Z","updated_at":"2026-03-02T08:00:00.000Z","description":"dumps","tags":["db","prod"],"schedule":{"cron":"0 2 * * *","timezone":"Europe/Riga","grace":"10m","early":"0s","expect_from":"first_report"},"max_runtime":"10m","heartbeat_timeout":"off","channels":[],"ping_url":"https://hc.example/ping/f893a2ee-fb32-455e-b1c1-8690ee42c90b","slug":"backup","while_paused":"ignore","open_runs":[],"consecutive_failures":0,"version":1}"#);
}

#[tokio::test]
async fn a_check_of_which_nothing_is_said_has_defaults_and_no_name() {
    let world = world();
    let check = made(&world, "{}").await;
    assert_eq!(
        (&check["name"], &check["slug"], &check["timeout"], &check["grace"], &check["status"]),
        (&json!(""), &json!(""), &json!(86_400), &json!(3600), &json!("new"))
    );
    // Its ping address is a secret, and no part of what readers see.
    let list = world.get("/api/v1/schedulers").await.json();
    let id = list[0]["scheduler_id"].as_str().expect("an id").to_owned();
    assert!(id.starts_with("check-") && !uuid(&check).contains(&id[6..]), "{id}");
    assert_eq!(list[0]["job_name"], json!(format!("unnamed ({id})")));
    assert_eq!(list[0]["service_name"], json!("default"));
}

#[tokio::test]
async fn who_may_only_read_sees_a_key_in_the_place_of_addresses() {
    let world = world();
    let check = made(&world, FULL).await;
    let viewer = world.key(app::ports::Role::Viewer, &[]).await;
    let reply = world.ask(Ask::new(Method::GET, "/api/v2/checks/").key(&viewer)).await;
    assert_snapshot!(reply.text(), @r#"{"checks":[{"name":"Nightly backup","slug":"backup","tags":"db prod","desc":"dumps","grace":600,"n_pings":0,"status":"new","started":false,"last_ping":null,"next_ping":null,"manual_resume":true,"methods":"POST","subject":"","subject_fail":"","start_kw":"begin","success_kw":"done","failure_kw":"error","filter_subject":false,"filter_body":false,"filter_http_body":true,"filter_default_fail":false,"badge_url":"https://hc.example/b/2/a573e8d3-e701-722e-9bcb-fe17b282d883.svg","unique_key":"e49bc9216bcac905bf42d8710ce9e69246deb2bf","schedule":"0 2 * * *","tz":"Europe/Riga"}]}"#);
    let key = reply.json()["checks"][0]["unique_key"].as_str().expect("a key").to_owned();
    assert!(!reply.text().contains(&uuid(&check)));
    let one = world.ask(Ask::new(Method::GET, &format!("/api/v3/checks/{key}")).key(&viewer)).await;
    assert_eq!((one.status, &one.json()["name"]), (StatusCode::OK, &json!("Nightly backup")));
    let none = world.get(&format!("/api/v3/checks/{}", "0".repeat(40))).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_slug_is_made_of_the_name_in_the_first_two_versions_and_given_in_the_third() {
    let world = world();
    for (version, slug) in [(1, "nightly-backup"), (2, "nightly-backup"), (3, "given")] {
        let path = format!("/healthchecks/api/v{version}/checks/");
        let reply = world.post(&path, r#"{"name":"Nightly Backup","slug":"given"}"#).await;
        assert_eq!(reply.json()["slug"], json!(slug), "{reply}");
        let update = reply.json()["update_url"].as_str().expect("an address").to_owned();
        assert!(update.starts_with(&format!("https://hc.example/healthchecks/api/v{version}/checks/")));
        assert!(update.ends_with(&uuid(&reply.json())));
    }
    // Two have one slug: the second is called otherwise here, and both are there.
    let list = world.get("/api/v3/checks/?slug=nightly-backup").await.json();
    assert_eq!(list["checks"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn checks_are_listed_by_slug_and_by_every_tag() {
    let world = world();
    made(&world, r#"{"name":"a","tags":"db prod"}"#).await;
    made(&world, r#"{"name":"b","tags":"db","slug":"bee"}"#).await;
    made(&world, r#"{"name":"c"}"#).await;
    for (query, names) in [
        ("", "a b c"),
        ("?tag=db", "a b"),
        ("?tag=db&tag=prod", "a"),
        ("?tag=none", ""),
        ("?slug=bee", "b"),
        ("?slug=bee&tag=prod", ""),
        ("?color=red", "a b c"),
    ] {
        let list = world.get(&format!("/api/v3/checks/{query}")).await.json();
        let checks = list["checks"].as_array().expect("checks");
        let mut found: Vec<_> = checks.iter().filter_map(|check| check["name"].as_str()).collect();
        found.sort_unstable();
        assert_eq!(found.join(" "), names, "{query}");
    }
}

#[tokio::test]
async fn what_is_called_unique_finds_a_check_again() {
    let world = world();
    let first = made(&world, r#"{"name":"a","slug":"s","tags":"x y","timeout":120,"grace":60}"#).await;
    for (spec, found) in [
        (r#"{"name":"a","unique":["name"]}"#, true),
        (r#"{"slug":"s","unique":["slug"]}"#, true),
        (r#"{"tags":"x  y","unique":["tags"]}"#, true),
        (r#"{"timeout":120,"grace":60,"unique":["timeout","grace"]}"#, true),
        (r#"{"name":"a","tags":"x y","unique":["name","tags"]}"#, true),
        (r#"{"name":"A","unique":["name"]}"#, false),
        (r#"{"name":"ab","unique":["name"]}"#, false),
        (r#"{"unique":["name"]}"#, false),
        (r#"{"name":"a","unique":[]}"#, false),
        (r#"{"name":"a","timeout":180,"unique":["name","timeout"]}"#, false),
    ] {
        let reply = world.post("/api/v3/checks/", spec).await;
        assert_eq!(reply.status.as_u16(), if found { 200 } else { 201 }, "{spec}");
        let check = reply.json();
        assert_eq!(check["uuid"] == first["uuid"], found, "{spec}");
        if !found {
            world.delete(&format!("/api/v3/checks/{}", uuid(&check))).await;
        }
    }
}

#[tokio::test]
async fn a_change_changes_what_it_names() {
    let world = world();
    let check = made(&world, FULL).await;
    let path = format!("/api/v3/checks/{}", uuid(&check));
    let changed =
        world.post(&path, r#"{"name":"Other","timeout":300,"grace":120,"filter_http_body":false}"#).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed}");
    let expected = json!({
        "name": "Other", "slug": "backup", "tags": "db prod", "desc": "dumps", "timeout": 300, "grace": 120,
        "manual_resume": true, "methods": "POST", "filter_http_body": false, "start_kw": "begin",
    });
    for (field, value) in expected.as_object().expect("fields") {
        assert_eq!(&changed.json()[field], value, "{field}");
    }
    assert_eq!(changed.json().get("schedule"), None);
    assert_eq!(world.get(&path).await.json(), changed.json());
    // It is a scheduler as any: its people find it, and who changed it, in our own API.
    let scheduler = world.get("/api/v1/schedulers/backup").await.json();
    assert_eq!((&scheduler["schedule"]["every"], &scheduler["max_runtime"]), (&json!("5m"), &json!("2m")));
    let audit = world.get("/api/v1/audit").await.json();
    let actions: Vec<_> = audit.as_array().expect("a log").iter().map(|entry| &entry["action"]).collect();
    assert!(actions.contains(&&json!("scheduler.patch")) && actions.contains(&&json!("scheduler.register")));
}

#[tokio::test]
async fn a_check_is_paused_and_resumed_and_is_new_then() {
    let world = world();
    let check = made(&world, r#"{"name":"a","timeout":60}"#).await;
    let path = format!("/api/v3/checks/{}", uuid(&check));
    let early = world.post(&format!("{path}/resume"), "").await;
    assert_snapshot!(early, @r#"
409 Conflict
access-control-allow-headers: X-Api-Key
access-control-allow-methods: POST
access-control-allow-origin: *
access-control-max-age: 600
cache-control: no-store
content-length: 19
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: text/plain; charset=utf-8
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac004f619afcd44d14cf8bfe

check is not paused
"#);
    ping(&world, &uuid(&check), "").await;
    assert_eq!(
        standing(&world, &path).await,
        json!(["up", "2026-03-02T08:00:00+00:00", "2026-03-02T08:01:00+00:00"])
    );
    for _ in 0..2 {
        let paused = world.post(&format!("{path}/pause"), "").await;
        assert_eq!((paused.status, &paused.json()["status"]), (StatusCode::OK, &json!("paused")));
    }
    let resumed = world.post(&format!("{path}/resume"), "{}").await;
    assert_eq!((resumed.status, &resumed.json()["status"]), (StatusCode::OK, &json!("new")));
    assert_eq!(standing(&world, &path).await, json!(["new", null, null]));
    // A ping ends a pause as well, and counts.
    world.post(&format!("{path}/pause"), "").await;
    world.pass(5);
    ping(&world, &uuid(&check), "").await;
    assert_eq!(
        standing(&world, &path).await,
        json!(["up", "2026-03-02T08:00:05+00:00", "2026-03-02T08:01:05+00:00"])
    );
}

async fn standing(world: &World, path: &str) -> Value {
    let check = world.get(path).await.json();
    json!([check["status"], check["last_ping"], check["next_ping"]])
}

#[tokio::test]
async fn a_check_is_late_then_down_and_running_between_its_pings() {
    let world = world();
    let check = made(&world, r#"{"name":"a","timeout":60,"grace":60}"#).await;
    let id = uuid(&check);
    let words = async || {
        let mut words = Vec::new();
        for version in 1..=3 {
            let check = world.get(&format!("/healthchecks/api/v{version}/checks/{id}")).await.json();
            words.push(format!("{} {}", check["status"].as_str().expect("a word"), check["started"]));
        }
        words.join(", ")
    };
    ping(&world, &format!("{id}/start"), "").await;
    assert_eq!(words().await, "started true, new true, new true");
    world.pass(10);
    ping(&world, &id, "").await;
    let shown = world.get(&format!("/api/v3/checks/{id}")).await.json();
    assert_eq!((&shown["last_duration"], &shown["n_pings"]), (&json!(10), &json!(2)));
    for (seconds, word) in [(59, "up"), (1, "grace"), (59, "grace"), (1, "down")] {
        world.pass(seconds);
        assert_eq!(words().await, [word; 3].map(|word| format!("{word} false")).join(", "), "{seconds}");
    }
    ping(&world, &format!("{id}/fail"), "").await;
    assert_eq!(words().await, "down false, down false, down false");
    ping(&world, &format!("{id}/0"), "").await;
    ping(&world, &format!("{id}/start"), "").await;
    assert_eq!(words().await, "started true, up true, up true");
    world.pass(60);
    assert_eq!(words().await, "down true, down true, down true");
}

#[tokio::test]
async fn a_deleted_check_is_told_once_more_and_is_gone() {
    let world = world();
    let check = made(&world, FULL).await;
    let path = format!("/api/v3/checks/{}", uuid(&check));
    let deleted = world.delete(&path).await;
    assert_eq!((deleted.status, deleted.json()), (StatusCode::OK, check));
    assert_eq!(world.delete(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get("/api/v3/checks/").await.json(), json!({"checks": []}));
}

#[tokio::test]
async fn schedulers_made_otherwise_are_checks_too() {
    let world = world();
    world.billing().await;
    world.patch("/api/v1/schedulers/billing-nightly", r#"{"schedule":{"cron":"@daily"}}"#).await;
    let list = world.get("/api/v3/checks/").await.json();
    let check = &list["checks"][0];
    assert_eq!(
        (&check["name"], &check["slug"], &check["schedule"], &check["tz"]),
        (&json!("nightly"), &json!("billing-nightly"), &json!("0 0 * * *"), &json!("UTC"))
    );
}

#[tokio::test]
async fn a_key_that_is_limited_to_services_makes_checks_of_its_own() {
    let world = world();
    world.billing().await;
    let key = world.key(app::ports::Role::ServiceOwner, &["web"]).await;
    let made =
        world.ask(Ask::new(Method::POST, "/api/v3/checks/").key(&key).body(r#"{"slug":"mine"}"#)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made}");
    assert_eq!(world.get("/api/v1/schedulers/mine").await.json()["service_name"], json!("web"));
    let list = world.ask(Ask::new(Method::GET, "/api/v3/checks/").key(&key)).await;
    assert_eq!(list.json()["checks"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn what_the_documentation_shows_is_answered() {
    const PAGE: &str = include_str!("../../../../../../docs/protocols/healthchecks.md");
    let world = world();
    let commands: Vec<&str> = PAGE.lines().filter_map(|line| line.strip_prefix("$ curl ")).collect();
    assert_eq!(commands.len(), 4);
    for (command, status) in commands.into_iter().zip([201, 200, 200, 200]) {
        let path =
            command.split_once("$URL").and_then(|(_, rest)| rest.split(['"', ' ']).next()).expect("a path");
        let body = command.split_once("-d '").map(|(_, rest)| rest.trim_end_matches('\''));
        let (name, value) =
            command.split_once("-H \"").and_then(|(_, rest)| rest.split_once(": ")).expect("a header");
        let value = value.split_once('"').expect("its end").0.replace("$KEY", crate::support::ADMIN);
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let ask = Ask::new(method, path).without("x-api-key").header(&name.to_lowercase(), &value);
        let reply = world.ask(if let Some(body) = body { ask.body(body.to_owned()) } else { ask }).await;
        assert_eq!(reply.status.as_u16(), status, "{command}: {reply}");
    }
    let check = world.get("/api/v1/schedulers/backup").await.json();
    assert_eq!(check["job_name"], json!("Nightly backup"));
}
