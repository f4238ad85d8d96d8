//! Each route with each role: the table of roles is what is in force.

use std::collections::BTreeMap;

use app::ports::Role;
use axum::http::{Method, StatusCode};
use web::roles_table::{RULES, Rule};

use crate::support::{Ask, World};

fn ask(rule: &Rule) -> Ask {
    let path = format!("/api/v1{}", rule.path.replace("{id}", "nobody").replace("{version}", "1"));
    let method = Method::from_bytes(rule.method.as_bytes()).expect("a method");
    Ask::new(method, &path).body("{}")
}

#[tokio::test]
async fn each_route_asks_for_its_role_and_for_no_more() {
    let world = World::new();
    let mut keys = BTreeMap::new();
    for role in Role::ALL {
        let services: &[&str] = if role == Role::ServiceOwner { &["billing"] } else { &[] };
        keys.insert(role, world.key(role, services).await);
    }
    for rule in RULES {
        let name = format!("{} {}", rule.method, rule.path);
        let nobody = world.ask(ask(rule).without("x-api-key")).await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED, "{name} without a key");
        for (role, key) in &keys {
            let status = world.ask(ask(rule).key(key)).await.status;
            assert_eq!(status == StatusCode::FORBIDDEN, *role < rule.least, "{name} as {role:?}: {status}");
            assert!(
                status != StatusCode::UNAUTHORIZED && !status.is_server_error(),
                "{name} as {role:?}: {status}"
            );
        }
    }
}

#[tokio::test]
async fn a_scheduler_may_be_called_register() {
    let world = World::new();
    let body = r#"{"scheduler_id":"register","service_name":"s","job_name":"j"}"#;
    assert_eq!(world.post("/api/v1/schedulers/register", body).await.status, StatusCode::CREATED);
    assert_eq!(world.get("/api/v1/schedulers/register").await.json()["scheduler_id"], "register");
    assert_eq!(world.patch("/api/v1/schedulers/register", "{}").await.status, StatusCode::OK);
    let viewer = world.key(Role::Viewer, &[]).await;
    let ask = |method| world.ask(Ask::new(method, "/api/v1/schedulers/register").body("{}").key(&viewer));
    assert_eq!(ask(Method::PATCH).await.status, StatusCode::FORBIDDEN);
    assert_eq!(ask(Method::GET).await.status, StatusCode::OK);
    assert_eq!(world.delete("/api/v1/schedulers/register").await.status, StatusCode::NO_CONTENT);
}
