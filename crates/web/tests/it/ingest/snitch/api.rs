//! Dead Man's Snitch's API.

use app::ports::Role;
use axum::http::Method;
use domain::ProjectId;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::super::cronitor::basic;
use super::super::kept::{TOKEN, said};
use crate::support::{ADMIN, Ask, Reply, World};

const SNITCHES: &str = "/v1/snitches";

async fn ask_as(world: &World, key: &str, method: Method, path: &str, body: &str) -> Reply {
    let ask = Ask::new(method, path).without("x-api-key").body(body.to_owned());
    world.ask(ask.header("authorization", &basic(key)).header("host", "punctual.example")).await
}

async fn ask(world: &World, method: Method, path: &str, body: &str) -> Reply {
    ask_as(world, ADMIN, method, path, body).await
}

async fn made(world: &World) -> String {
    let body = r#"{"name":"Daily Backups","interval":"daily","notes":"On Marvin","tags":["critical"]}"#;
    let reply = ask(world, Method::POST, SNITCHES, body).await;
    assert_eq!(reply.status, 201, "{reply}");
    reply.json()["token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn a_snitch_is_made_and_checks_in_where_it_says() {
    let world = World::new();
    let body = r#"{"name":"Daily Backups","interval":"daily","notes":"On Marvin","tags":["critical"],"alert_email":["ops@example.org"]}"#;
    let reply = ask(&world, Method::POST, SNITCHES, body).await;
    assert_snapshot!(reply, @r#"
201 Created
cache-control: no-store
content-length: 425
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67

{"alert_email":["ops@example.org"],"alert_type":"basic","check_in_url":"http://punctual.example/snitch/71bb54d8d10145b9834d0bff90150280","checked_in_at":null,"created_at":"2026-03-02T08:00:00.000Z","href":"/v1/snitches/71bb54d8d10145b9834d0bff90150280","interval":"daily","name":"Daily Backups","notes":"On Marvin","status":"pending","tags":["critical"],"token":"71bb54d8d10145b9834d0bff90150280","type":{"interval":"daily"}}
"#);
    let url = reply.json()["check_in_url"].as_str().expect("a url").to_owned();
    let path = url.strip_prefix("http://punctual.example").expect("where we were asked");
    assert_eq!(world.tell(Method::GET, path, "").await.status, 202);
    let token = reply.json()["token"].as_str().expect("a token").to_owned();
    assert_eq!(world.tell(Method::GET, &format!("/{token}?s=1&m=no+room"), "").await.status, 202);
    assert_snapshot!(world.kept("daily-backups").await, @r#"
completed by snitch GET
failed exit=1 error="no room" by snitch GET
"#);
    let scheduler = world.get("/api/v1/schedulers/daily-backups").await.json();
    assert_eq!(scheduler["schedule"]["cron"], "0 0 * * *");
}

#[tokio::test]
async fn two_of_one_name_are_two() {
    let world = World::new();
    assert_ne!(made(&world).await, made(&world).await);
    assert_eq!(world.get("/api/v1/schedulers/daily-backups-2").await.json()["job_name"], "Daily Backups");
}

#[tokio::test]
async fn an_alias_is_the_token_of_a_scheduler_that_has_one() {
    let world = World::heard().await;
    let shown = ask(&world, Method::GET, &format!("{SNITCHES}/{TOKEN}"), "").await.json();
    assert_eq!((&shown["token"], &shown["name"]), (&json!(TOKEN), &json!("Nightly backup")));
}

#[tokio::test]
async fn snitches_are_listed_by_all_of_some_tags() {
    let world = World::new();
    for (name, tags) in [("a", r#"["x","y"]"#), ("b", r#"["x"]"#), ("c", "[]")] {
        let body = format!(r#"{{"name":"{name}","interval":"hourly","tags":{tags}}}"#);
        assert_eq!(ask(&world, Method::POST, SNITCHES, &body).await.status, 201);
    }
    for (query, expected) in
        [("", vec!["a", "b", "c"]), ("?tags=x", vec!["a", "b"]), ("?tags=x,y", vec!["a"])]
    {
        let reply = ask(&world, Method::GET, &format!("{SNITCHES}{query}"), "").await.json();
        let names: Vec<&Value> =
            reply.as_array().expect("a list").iter().map(|snitch| &snitch["name"]).collect();
        assert_eq!(names, expected, "{query}");
    }
}

#[tokio::test]
async fn a_snitch_is_changed_field_by_field_and_tag_by_tag() {
    let world = World::new();
    let path = format!("{SNITCHES}/{}", made(&world).await);
    let changed =
        ask(&world, Method::PATCH, &path, r#"{"type":{"interval":"weekly"},"notes":null}"#).await.json();
    assert_eq!(
        (&changed["interval"], &changed["notes"], &changed["name"]),
        (&json!("weekly"), &Value::Null, &json!("Daily Backups"))
    );
    let tags = ask(&world, Method::POST, &format!("{path}/tags"), r#"["red", "critical", "dark red"]"#).await;
    assert_eq!(said(&tags), r#"200 ["critical","red","dark red"]"#);
    let gone = ask(&world, Method::DELETE, &format!("{path}/tags/dark%20red"), "").await;
    assert_eq!((gone.status.as_u16(), gone.body.len()), (204, 0));
    assert_eq!(ask(&world, Method::GET, &path, "").await.json()["tags"], json!(["critical", "red"]));
    let replaced = ask(&world, Method::PATCH, &path, r#"{"tags":[]}"#).await.json();
    assert_eq!(replaced["tags"], json!([]));
}

#[tokio::test]
async fn a_pause_ends_with_a_check_in_or_only_when_somebody_ends_it() {
    let world = World::new();
    let token = made(&world).await;
    let path = format!("{SNITCHES}/{token}");
    for (body, after) in
        [("", "healthy"), (r#"{"until":"unpaused"}"#, "paused"), (r#"{"until":"healthy"}"#, "healthy")]
    {
        assert_eq!(ask(&world, Method::POST, &format!("{path}/pause"), body).await.status, 204, "{body}");
        assert_eq!(ask(&world, Method::GET, &path, "").await.json()["status"], "paused", "{body}");
        world.pass(60);
        assert_eq!(world.tell(Method::GET, &format!("/{token}"), "").await.status, 202);
        assert_eq!(ask(&world, Method::GET, &path, "").await.json()["status"], after, "{body}");
        assert_eq!(ask(&world, Method::POST, &format!("{path}/unpause"), "").await.status, 204);
        assert_eq!(ask(&world, Method::GET, &path, "").await.json()["status"], "healthy", "{body}");
    }
}

#[tokio::test]
async fn a_snitch_shows_how_it_stands_until_it_is_deleted() {
    let world = World::new();
    let token = made(&world).await;
    let path = format!("{SNITCHES}/{token}");
    assert_eq!(ask(&world, Method::GET, &path, "").await.json()["status"], "pending");
    for (query, status) in [("", "healthy"), ("?s=1", "errored"), ("?s=0", "healthy")] {
        assert_eq!(world.tell(Method::GET, &format!("/{token}{query}"), "").await.status, 202);
        assert_eq!(ask(&world, Method::GET, &path, "").await.json()["status"], status, "{query}");
        world.pass(60);
    }
    assert_eq!(ask(&world, Method::DELETE, &path, "").await.status, 204);
    assert_eq!(ask(&world, Method::GET, &path, "").await.status, 404);
}

#[tokio::test]
async fn what_may_not_be_is_refused_in_the_snitchs_shapes() {
    let world = World::new();
    let path = format!("{SNITCHES}/{}", made(&world).await);
    let viewer = world.key(Role::Viewer, &[]).await;
    let reporter = world.key(Role::Reporter, &[]).await;
    let billing = world.key(Role::ServiceOwner, &["billing"]).await;
    let other = world.key_in(ProjectId::trusted("other"), Role::Admin, &[]).await;
    let mut answers = Vec::new();
    for (key, method, path, body) in [
        ("nobodys-key", Method::GET, SNITCHES, ""),
        (&viewer, Method::GET, SNITCHES, ""),
        (&reporter, Method::DELETE, &path, ""),
        (&billing, Method::GET, &path, ""),
        (&other, Method::GET, &path, ""),
        (ADMIN, Method::GET, "/v1/snitches/nobody", ""),
        (ADMIN, Method::POST, SNITCHES, "{}"),
        (ADMIN, Method::POST, SNITCHES, r#"{"name":"x","interval":"yearly"}"#),
        (ADMIN, Method::PATCH, &path, "no JSON"),
        (ADMIN, Method::POST, &format!("{path}/pause"), r#"{"until":"soon"}"#),
        (ADMIN, Method::POST, &format!("{path}/pause"), r#"{"until":"2020-01-01T00:00:00Z"}"#),
        (ADMIN, Method::POST, &format!("{path}/tags"), r#"{"a":1}"#),
    ] {
        answers.push(said(&ask_as(&world, key, method, path, body).await));
    }
    assert_snapshot!(answers.join("\n").replace(path.strip_prefix("/v1/snitches/").expect("a token"), "TOKEN"), @r#"
401 {"error":"API key is not valid","type":"api_key_invalid"}
403 {"error":"a key with the role reporter is needed, this one has the role viewer","type":"api_key_invalid"}
403 {"error":"a key with the role service-owner is needed, this one has the role reporter","type":"api_key_invalid"}
404 {"error":"Snitch not found","type":"resource_not_found"}
404 {"error":"Snitch not found","type":"resource_not_found"}
404 {"error":"Snitch not found","type":"resource_not_found"}
422 {"error":"Invalid resource","type":"resource_invalid","validations":[{"attribute":"name","message":"can't be blank"},{"attribute":"interval","message":"can't be blank"}]}
422 {"error":"Invalid resource","type":"resource_invalid","validations":[{"attribute":"interval","message":"must be one of 15_minute, 30_minute, hourly, daily, weekly, monthly, was 'yearly'"}]}
422 {"error":"Invalid resource","type":"resource_invalid","validations":[{"attribute":"body","message":"the body is not JSON: expected ident at line 1 column 2"}]}
422 {"error":"Invalid resource","type":"resource_invalid","validations":[{"attribute":"until","message":"must be healthy, unpaused or an instant to come: must be an instant: 'soon' is not an ISO 8601 instant such as 2024-01-15T01:30:00Z"}]}
422 {"error":"Invalid resource","type":"resource_invalid","validations":[{"attribute":"until","message":"must lie in the future, was 2020-01-01T00:00:00.000Z while it is 2026-03-02T08:00:00.000Z"}]}
422 {"error":"Invalid resource","type":"resource_invalid","validations":[{"attribute":"tags","message":"must be an array of texts, was an object"}]}
"#);
    assert_snapshot!(world.vain().await, @r#"snitch wrong_api_key nobody… ×1"#);
}
