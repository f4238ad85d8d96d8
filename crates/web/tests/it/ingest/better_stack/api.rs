//! Better Stack's API of heartbeats.

use app::ports::Role;
use axum::http::Method;
use domain::ProjectId;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::super::kept::said;
use crate::support::{ADMIN, Ask, Reply, World};

const HEARTBEATS: &str = "/api/v2/heartbeats";

async fn ask_as(world: &World, key: &str, method: Method, path: &str, body: &str) -> Reply {
    let ask = Ask::new(method, path).without("x-api-key").body(body.to_owned());
    world.ask(ask.header("authorization", &format!("Bearer {key}")).header("host", "punctual.example")).await
}

async fn ask(world: &World, method: Method, path: &str, body: &str) -> Reply {
    ask_as(world, ADMIN, method, path, body).await
}

async fn nightly(world: &World) {
    let reply =
        ask(world, Method::POST, HEARTBEATS, r#"{"name":"Nightly","period":86400,"grace":3600}"#).await;
    assert_eq!(reply.status, 201, "{reply}");
}

#[tokio::test]
async fn a_heartbeat_is_made_and_beats_where_it_says() {
    let world = World::new();
    let body = r#"{"name":"Testing heartbeat","period":10800,"grace":300,"call":false,"email":true,"team_wait":180}"#;
    let reply = ask(&world, Method::POST, HEARTBEATS, body).await;
    assert_snapshot!(reply, @r#"
201 Created
cache-control: no-store
content-length: 583
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67

{"data":{"attributes":{"call":false,"created_at":"2026-03-02T08:00:00.000Z","email":true,"grace":300,"heartbeat_group_id":null,"maintenance_days":[],"maintenance_from":null,"maintenance_timezone":"UTC","maintenance_to":null,"name":"Testing heartbeat","paused":false,"paused_at":null,"period":10800,"policy_id":null,"push":true,"sms":false,"sort_index":null,"status":"pending","team_name":"default","team_wait":null,"updated_at":"2026-03-02T08:00:00.000Z","url":"http://punctual.example/api/v1/heartbeat/71bb54d8d10145b9834d0bff90150280"},"id":"testing-heartbeat","type":"heartbeat"}}
"#);
    let url = reply.json()["data"]["attributes"]["url"].as_str().expect("a url").to_owned();
    let path = url.strip_prefix("http://punctual.example").expect("where we were asked");
    assert_eq!(said(&world.tell(Method::POST, path, "done").await), "200 OK");
    assert_snapshot!(world.kept("testing-heartbeat").await, @r#"completed output=4b by better_stack POST"#);
}

#[tokio::test]
async fn a_heartbeat_is_changed_attribute_by_attribute() {
    let world = World::new();
    nightly(&world).await;
    let path = format!("{HEARTBEATS}/nightly");
    let attributes = |reply: Reply| reply.json()["data"]["attributes"].clone();
    let changed = attributes(ask(&world, Method::PATCH, &path, r#"{"name":"Renamed","grace":60}"#).await);
    assert_eq!(
        (&changed["name"], &changed["period"], &changed["grace"]),
        (&json!("Renamed"), &json!(86400), &json!(60))
    );
    for (body, paused, status) in [
        (r#"{"paused":true}"#, true, "paused"),
        (r#"{"period":30}"#, true, "paused"),
        (r#"{"paused":false}"#, false, "pending"),
    ] {
        let changed = attributes(ask(&world, Method::PATCH, &path, body).await);
        assert_eq!((&changed["paused"], &changed["status"]), (&json!(paused), &json!(status)), "{body}");
        assert_eq!(changed["paused_at"].is_null(), !paused, "{body}");
    }
}

#[tokio::test]
async fn a_heartbeat_shows_how_it_stands_until_it_is_deleted() {
    let world = World::new();
    nightly(&world).await;
    let path = format!("{HEARTBEATS}/nightly");
    let shown = ask(&world, Method::GET, &path, "").await.json();
    let url = shown["data"]["attributes"]["url"].as_str().expect("a url").to_owned();
    let beat = url.strip_prefix("http://punctual.example").expect("where we were asked").to_owned();
    for (end, status) in [("", "up"), ("/fail", "down"), ("", "up")] {
        assert_eq!(world.tell(Method::GET, &format!("{beat}{end}"), "").await.status, 200);
        let shown = ask(&world, Method::GET, &path, "").await.json();
        assert_eq!(shown["data"]["attributes"]["status"], status, "{end}");
        world.pass(60);
    }
    let deleted = ask(&world, Method::DELETE, &path, "").await;
    assert_eq!((deleted.status.as_u16(), deleted.body.len()), (204, 0));
    assert_eq!(ask(&world, Method::GET, &path, "").await.status, 404);
}

#[tokio::test]
async fn heartbeats_are_listed_by_page() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        let body = format!(r#"{{"name":"{name}","period":60,"grace":0,"paused":true}}"#);
        assert_eq!(ask(&world, Method::POST, HEARTBEATS, &body).await.status, 201);
    }
    let page = ask(&world, Method::GET, &format!("{HEARTBEATS}?page=2&per_page=2"), "").await.json();
    let ids: Vec<&Value> = page["data"].as_array().expect("data").iter().map(|one| &one["id"]).collect();
    assert_eq!(ids, ["c"]);
    assert_snapshot!(page["pagination"], @r#"{"first":"http://punctual.example/api/v2/heartbeats?page=1&per_page=2","last":"http://punctual.example/api/v2/heartbeats?page=2&per_page=2","next":null,"prev":"http://punctual.example/api/v2/heartbeats?page=1&per_page=2"}"#);
    let none = ask(&world, Method::GET, &format!("{HEARTBEATS}?page=9&per_page=x"), "").await.json();
    assert_eq!((&none["data"], &none["pagination"]["next"]), (&json!([]), &Value::Null));
}

#[tokio::test]
async fn its_address_is_no_ones_who_may_only_view() {
    let world = World::new();
    nightly(&world).await;
    let viewer = world.key(Role::Viewer, &[]).await;
    let shown = ask_as(&world, &viewer, Method::GET, &format!("{HEARTBEATS}/nightly"), "").await.json();
    assert_eq!(
        (&shown["data"]["id"], &shown["data"]["attributes"]["url"]),
        (&json!("nightly"), &Value::Null)
    );
}

#[tokio::test]
async fn what_may_not_be_is_refused_in_better_stacks_shapes() {
    let world = World::new();
    nightly(&world).await;
    let path = format!("{HEARTBEATS}/nightly");
    let viewer = world.key(Role::Viewer, &[]).await;
    let reporter = world.key(Role::Reporter, &[]).await;
    let other = world.key_in(ProjectId::trusted("other"), Role::Admin, &[]).await;
    let good = r#"{"name":"x","period":60,"grace":0}"#;
    let mut answers = Vec::new();
    for (key, method, path, body) in [
        ("nobodys-key", Method::GET, HEARTBEATS, ""),
        (&viewer, Method::POST, HEARTBEATS, good),
        (&reporter, Method::POST, HEARTBEATS, r#"{"name":"x","period":60,"grace":0,"paused":true}"#),
        (&reporter, Method::DELETE, &path, ""),
        (&other, Method::GET, &path, ""),
        (ADMIN, Method::POST, HEARTBEATS, "{}"),
        (ADMIN, Method::POST, HEARTBEATS, r#"{"name":"x","period":29,"grace":-1}"#),
        (ADMIN, Method::PATCH, &path, "no JSON"),
    ] {
        answers.push(said(&ask_as(&world, key, method, path, body).await));
    }
    assert_snapshot!(answers.join("\n"), @r#"
401 {"errors":"Invalid API token"}
403 {"errors":"a key with the role reporter is needed, this one has the role viewer"}
403 {"errors":"a key with the role service-owner is needed, this one has the role reporter"}
403 {"errors":"a key with the role service-owner is needed, this one has the role reporter"}
404 {"errors":"Resource with provided ID was not found"}
422 {"errors":{"grace":["can't be blank"],"name":["can't be blank"],"period":["can't be blank"]}}
422 {"errors":{"grace":["must be a whole number from 0 to 31622400, was -1"],"period":["must be a whole number from 30 to 31622400, was 29"]}}
422 {"errors":{"body":["the body is not JSON: expected ident at line 1 column 2"]}}
"#);
    let kept = r#"{"name":"Kept","period":60,"grace":0,"maintenance_days":["sun"]}"#;
    assert_eq!(ask(&world, Method::POST, HEARTBEATS, kept).await.status, 201);
    assert_snapshot!(world.vain().await, @r#"
better_stack left_out kept ×1
better_stack wrong_api_key nobody… ×1
"#);
    assert_eq!(ask(&world, Method::GET, &format!("{HEARTBEATS}/x"), "").await.status, 404);
}
