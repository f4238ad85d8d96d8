//! `/api-keys`.

use axum::http::{Method, StatusCode};
use domain::ProjectId;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Ask, World};

const KEYS: &str = "/api/v1/api-keys";

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn a_key_is_shown_once_and_then_by_its_beginning() {
    let world = World::new();
    let body = json!({ "name": "billing jobs", "role": "reporter", "services": ["billing"], "expires_at": "2027-01-01" });
    assert_snapshot!(world.post(KEYS, &body.to_string()).await, @r#"
201 Created
cache-control: no-store
content-length: 275
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67

{"key":"pun_b8j54q3j6cg37fnajsyxehejr0m0a18y6hwnen","id":"key_01kjprzb007jjrbsxv1w92f1bn","name":"billing jobs","role":"reporter","services":["billing"],"project":"default","prefix":"pun_b8j54q","created_at":"2026-03-02T08:00:00.000Z","expires_at":"2027-01-01T00:00:00.000Z"}
"#);
    assert_snapshot!(world.get(KEYS).await.text(), @r#"[{"id":"key_01kjprzb007jjrbsxv1w92f1bn","name":"billing jobs","role":"reporter","services":["billing"],"project":"default","prefix":"pun_b8j54q","created_at":"2026-03-02T08:00:00.000Z","expires_at":"2027-01-01T00:00:00.000Z"}]"#);
}

#[tokio::test]
async fn every_problem_is_told_at_once() {
    let world = World::new();
    let body = json!({ "name": "", "role": "king", "services": [""], "expires_at": "soon", "project": "A B", "x": 1 });
    let reply = world.post(KEYS, &body.to_string()).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_snapshot!(reply.details(), @r#"
name: must not be empty
role: must be one of viewer, reporter, service-owner, admin, was 'king'
services: has at place 0 one that must not be empty
expires_at: must be an instant: 'soon' is not an ISO 8601 instant such as 2024-01-15T01:30:00Z
project: must be 1 to 64 of a-z, 0-9, '-' and '_', was 'A B'
x: is not a field of a key
"#);
    for (body, message) in [
        (
            json!({ "name": "a", "role": "service-owner" }),
            "services must name at least one service for a service-owner",
        ),
        (
            json!({ "name": "a", "role": "admin", "services": ["s"] }),
            "services must be absent for an admin, who reaches all",
        ),
        (
            json!({ "name": "a", "role": "viewer", "expires_at": "2020-01-01" }),
            "expires_at must lie in the future, was 2020-01-01T00:00:00.000Z",
        ),
    ] {
        assert_eq!(world.post(KEYS, &body.to_string()).await.message(), message);
    }
    let reply = world.post(KEYS, r#"{"name":"a","role":"viewer","project":"nowhere"}"#).await;
    assert_eq!(
        (reply.status, reply.message().as_str()),
        (StatusCode::NOT_FOUND, "project nowhere not found")
    );
}

#[tokio::test]
async fn a_rotated_key_works_for_the_overlap() {
    let world = World::new();
    let made = world.post(KEYS, r#"{"name":"a","role":"viewer"}"#).await.json();
    let (old, id) = (text(&made["key"]), text(&made["id"]));
    let reply = world.post(&format!("{KEYS}/{id}/rotate"), r#"{"overlap":"1h"}"#).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{reply}");
    let new = text(&reply.json()["key"]);
    let ask = |key: &str| world.ask(Ask::new(Method::GET, "/api/v1/schedulers").key(key));
    assert_eq!((ask(&old).await.status, ask(&new).await.status), (StatusCode::OK, StatusCode::OK));
    world.pass(3600);
    assert_eq!((ask(&old).await.status, ask(&new).await.status), (StatusCode::UNAUTHORIZED, StatusCode::OK));
    let reply = world.post(&format!("{KEYS}/{id}/rotate"), "").await;
    assert_eq!(reply.message(), "id names a key that is revoked or expired: create a new one");
    let reply = world.post(&format!("{KEYS}/key_nobody/rotate"), "").await;
    assert_eq!(
        (reply.status, reply.message().as_str()),
        (StatusCode::NOT_FOUND, "API key key_nobody not found")
    );
    let reply = world.post(&format!("{KEYS}/{id}/rotate"), r#"{"overlap":"31d"}"#).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn revoking_twice_is_revoking_once_and_other_projects_keys_are_not_there() {
    let world = World::new();
    let id = text(&world.post(KEYS, r#"{"name":"a","role":"viewer"}"#).await.json()["id"]);
    let stranger =
        world.key_in(ProjectId::parse("other").expect("a project"), app::ports::Role::Admin, &[]).await;
    let path = format!("{KEYS}/{id}");
    assert_eq!(world.ask(Ask::new(Method::DELETE, &path).key(&stranger)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.delete(&path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.get(KEYS).await.json()[0]["revoked_at"], "2026-03-02T08:00:00.000Z");
}
