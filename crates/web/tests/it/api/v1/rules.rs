//! `/rules`.

use std::sync::Arc;

use app::ports::Role;
use axum::http::{Method, StatusCode};
use domain::ProjectId;
use insta::assert_snapshot;
use serde_json::{Value, json};
use testkit::FixedChannels;
use web::WebSettings;

use crate::support::{Ask, World};

const RULES: &str = "/api/v1/rules";

/// A world with the channels `ops` and `night`.
fn world() -> World {
    let channels = Arc::new(FixedChannels::new());
    channels.add("ops", true);
    channels.add("night", false);
    World::on(WebSettings::default(), |ports| ports.channels = channels)
}

async fn made(world: &World, body: &Value) -> Value {
    let reply = world.post(RULES, &body.to_string()).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{reply}");
    reply.json()
}

fn path(rule: &Value) -> String {
    format!("{RULES}/{}", rule["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn a_rule_is_made_shown_replaced_and_deleted() {
    let world = world();
    let body = json!({
        "name": "billing", "position": 7, "selector": { "services": ["billing"], "tags": ["eu"], "schedulers": ["a"] },
        "causes": ["failing", "missed", "failing"], "severity": "error", "channels": ["ops", "night", "ops"], "last": true
    });
    let rule = made(&world, &body).await;
    assert_snapshot!(rule, @r#"{"causes":["missed","failing"],"channels":["ops","night"],"created_at":"2026-03-02T08:00:00.000Z","id":"rule_01kjprzb00anf73gc6j3q45j8b","last":true,"name":"billing","position":7,"selector":{"schedulers":["a"],"services":["billing"],"tags":["eu"]},"severity":"error","updated_at":"2026-03-02T08:00:00.000Z","version":1}"#);
    let shown = world.get(&path(&rule)).await;
    assert_eq!((shown.json(), shown.header("etag")), (rule.clone(), Some("\"1\"")));
    world.pass(60);
    let replaced = world.put(&path(&rule), r#"{"name":"all","channels":[]}"#).await;
    assert_eq!((replaced.status, replaced.header("etag")), (StatusCode::OK, Some("\"2\"")));
    assert_snapshot!(replaced.json(), @r#"{"channels":[],"created_at":"2026-03-02T08:00:00.000Z","id":"rule_01kjprzb00anf73gc6j3q45j8b","last":false,"name":"all","position":100,"selector":{},"updated_at":"2026-03-02T08:01:00.000Z","version":2}"#);
    assert_eq!(world.get(RULES).await.json(), json!([replaced.json()]));
    assert_eq!(world.delete(&path(&rule)).await.status, StatusCode::NO_CONTENT);
    for reply in [
        world.get(&path(&rule)).await,
        world.delete(&path(&rule)).await,
        world.put(&path(&rule), &body.to_string()).await,
    ] {
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{reply}");
        assert!(reply.message().starts_with("rule rule_"), "{reply}");
    }
    let audit =
        world.get(&format!("/api/v1/audit?subject={}", rule["id"].as_str().expect("an id"))).await.json();
    let actions: Vec<_> = audit.as_array().expect("entries").iter().map(|it| it["action"].clone()).collect();
    assert_eq!(actions, ["rule.delete", "rule.replace", "rule.create"]);
}

#[tokio::test]
async fn rules_are_listed_in_the_order_in_which_they_are_looked_at() {
    let world = world();
    for (name, position) in [("b", 100), ("z", 1), ("a", 100)] {
        made(&world, &json!({ "name": name, "position": position, "channels": ["ops"] })).await;
    }
    let listed = world.get(RULES).await.json();
    let names: Vec<_> = listed.as_array().expect("rules").iter().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["z", "a", "b"]);
}

#[tokio::test]
async fn what_is_wrong_with_a_rule_is_named() {
    let world = world();
    for (body, details) in [
        (json!({}), "name: is required, was absent\nchannels: is required, was absent"),
        (json!({ "name": "", "channels": [] }), "name: must not be empty"),
        (
            json!({ "name": "a", "channels": ["ops", "day"] }),
            "channels: must name channels that are there: 'day' is not, there are ops, night",
        ),
        (json!({ "name": "a", "channels": [], "last": "yes" }), "last: must be true or false, was 'yes'"),
        (
            json!({ "name": "a", "channels": [], "position": -1 }),
            "position: must be a whole number from 0 to 10000, was -1",
        ),
        (
            json!({ "name": "a", "channels": [], "causes": ["late"] }),
            "causes: has one that must be one of missed, overrun, stale, failing, was 'late'",
        ),
        (
            json!({ "name": "a", "channels": [], "severity": "high" }),
            "severity: must be one of info, warning, error, critical, was 'high'",
        ),
        (
            json!({ "name": "a", "channels": [], "selector": { "service": ["x"] } }),
            "selector.service: is not a field of a selector",
        ),
        (
            json!({ "name": "a", "channels": [], "selector": { "tags": [""] } }),
            "selector.tags: has at place 0 one that must not be empty",
        ),
        (json!({ "name": "a", "channels": [], "when": 1 }), "when: is not a field of a routing rule"),
    ] {
        let reply = world.post(RULES, &body.to_string()).await;
        assert_eq!((reply.status, reply.details().as_str()), (StatusCode::BAD_REQUEST, details), "{body}");
    }
    let long = json!({ "name": "x".repeat(65), "channels": vec!["c"; 21], "selector": { "services": (0..101).map(|n| n.to_string()).collect::<Vec<_>>() } });
    assert_eq!(world.post(RULES, &long.to_string()).await.details().lines().count(), 3);
    assert_eq!(world.get(RULES).await.text(), "[]");
}

#[tokio::test]
async fn a_name_is_taken_once_and_rules_are_bounded() {
    let world = world();
    let first = made(&world, &json!({ "name": "a", "channels": [] })).await;
    let second = made(&world, &json!({ "name": "b", "channels": [] })).await;
    for reply in [
        world.post(RULES, r#"{"name":"a","channels":[]}"#).await,
        world.put(&path(&second), r#"{"name":"a","channels":[]}"#).await,
    ] {
        assert_eq!(
            (reply.status, reply.message()),
            (StatusCode::CONFLICT, "there is a rule called 'a' already".to_owned())
        );
    }
    assert_eq!(world.put(&path(&first), r#"{"name":"a","channels":[]}"#).await.status, StatusCode::OK);
    for number in 2..200 {
        world.pass(1);
        made(&world, &json!({ "name": number.to_string(), "channels": [] })).await;
    }
    let reply = world.post(RULES, r#"{"name":"one more","channels":[]}"#).await;
    assert_eq!(
        (reply.status, reply.message()),
        (StatusCode::CONFLICT, "a project has at most 200 rules: delete one".to_owned())
    );
}

#[tokio::test]
async fn a_rule_that_changed_meanwhile_is_neither_replaced_nor_deleted() {
    let world = world();
    let rule = made(&world, &json!({ "name": "a", "channels": [] })).await;
    let seen = |method: Method, tag: &str| {
        world.ask(
            Ask::new(method, &path(&rule)).body(r#"{"name":"a","channels":["ops"]}"#).header("if-match", tag),
        )
    };
    assert_eq!(seen(Method::PUT, "\"1\"").await.status, StatusCode::OK);
    for method in [Method::PUT, Method::DELETE] {
        for tag in ["\"1\"", "\"x\""] {
            assert_eq!(
                seen(method.clone(), tag).await.status,
                StatusCode::PRECONDITION_FAILED,
                "{method} {tag}"
            );
        }
    }
    assert_eq!(seen(Method::DELETE, "\"2\"").await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_key_sees_the_rules_that_concern_it_and_only_administrators_write() {
    let world = world();
    let ours =
        made(&world, &json!({ "name": "ours", "selector": { "services": ["billing"] }, "channels": [] }))
            .await;
    let theirs =
        made(&world, &json!({ "name": "theirs", "selector": { "services": ["shop"] }, "channels": [] }))
            .await;
    let all = made(&world, &json!({ "name": "all", "channels": [] })).await;
    let owner = world.key(Role::ServiceOwner, &["billing"]).await;
    let stranger = world.key_in(ProjectId::parse("other").expect("a project"), Role::Admin, &[]).await;
    let ask = |key: &str, method: Method, path: &str| {
        world.ask(Ask::new(method, path).key(key).body(r#"{"name":"x","channels":[]}"#))
    };
    assert_eq!(ask(&owner, Method::GET, RULES).await.json(), json!([all, ours]));
    assert_eq!(ask(&owner, Method::GET, &path(&theirs)).await.status, StatusCode::NOT_FOUND);
    for method in [Method::PUT, Method::DELETE] {
        assert_eq!(ask(&owner, method.clone(), &path(&ours)).await.status, StatusCode::FORBIDDEN);
        assert_eq!(ask(&stranger, method, &path(&ours)).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(ask(&stranger, Method::GET, RULES).await.text(), "[]");
    assert_eq!(ask(&stranger, Method::GET, &path(&ours)).await.status, StatusCode::NOT_FOUND);
}
