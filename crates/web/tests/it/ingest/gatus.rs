//! Gatus' external endpoints.

use app::ports::Role;
use axum::http::Method;
use domain::ProjectId;
use insta::assert_snapshot;

use super::kept::{TOKEN, said};
use crate::support::{Ask, Reply, World};

async fn result(world: &World, key: &str, query: &str, authorization: &str) -> Reply {
    let path = format!("/api/v1/endpoints/{key}/external{query}");
    let ask = Ask::new(Method::POST, &path).without("x-api-key");
    world.ask(if authorization.is_empty() { ask } else { ask.header("authorization", authorization) }).await
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[tokio::test]
async fn a_result_is_taken_and_found_in_the_history() {
    let world = World::heard().await;
    assert_snapshot!(result(&world, "backup", "?success=true&duration=10s", &bearer(TOKEN)).await, @r#"
200 OK
cache-control: no-store
content-length: 0
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac003da8cb435c8e74616796
"#);
    world.pass(60);
    let failed = "?success=false&error=disk+full&duration=1m30.5s";
    assert_eq!(said(&result(&world, "db_nightly-backup", failed, &bearer(TOKEN)).await), "200 ");
    world.pass(60);
    let path = "/api/v1/endpoints/backup/external?success=false&error=one";
    let ask = Ask::new(Method::POST, path).without("x-api-key").body(r#"{"error":"two"}"#);
    assert_eq!(world.ask(ask.header("authorization", &bearer(TOKEN))).await.status, 200);
    assert_snapshot!(world.backup().await, @r#"
completed took=10000ms by gatus POST
failed took=90500ms error="disk full" by gatus POST
failed error="one\ntwo" by gatus POST
"#);
}

#[tokio::test]
async fn what_is_wrong_is_said_in_gatus_order_and_words() {
    let world = World::heard().await;
    let good = bearer(TOKEN);
    let mut answers = Vec::new();
    for (key, query, authorization) in [
        ("nobody", "", ""),
        ("backup", "?success=yes", good.as_str()),
        ("nobody", "?success=true", ""),
        ("nobody", "?success=true", "Basic abc"),
        ("nobody", "?success=true", "Bearer "),
        ("nobody", "?success=true", good.as_str()),
        ("backup", "?success=true", "Bearer wrong-token"),
        ("backup", "?success=true&duration=soon", good.as_str()),
        ("backup", "?success=true&duration=10", good.as_str()),
    ] {
        answers.push(said(&result(&world, key, query, authorization).await));
    }
    assert_snapshot!(answers.join("\n"), @r#"
400 missing or invalid success query parameter
400 missing or invalid success query parameter
401 invalid Authorization header
401 invalid Authorization header
401 bearer token must not be empty
404 not found
401 invalid token
400 invalid duration: time: invalid duration "soon"
400 invalid duration: time: missing unit in duration "10"
"#);
    assert_snapshot!(world.vain().await, @r#"
gatus invalid_parameter backup ×2
gatus invalid_token wrong-… ×1
gatus unknown_address nobody ×1
"#);
    assert_eq!(world.backup().await, "");
}

#[tokio::test]
async fn a_key_of_the_project_sends_for_all_its_schedulers() {
    let world = World::new();
    let reporter = world.key(Role::Reporter, &[]).await;
    let ping_key = "pingkeyofthedefault22x";
    let project = format!(r#"{{"name":"Default","ping_key":"{ping_key}"}}"#);
    assert_eq!(world.put("/api/v1/projects/default", &project).await.status, 200);
    world.register("backup", TOKEN).await;
    world.register("restore", "other-token").await;
    for key in [ping_key, reporter.as_str()] {
        assert_eq!(said(&result(&world, "backup", "?success=true", &bearer(key)).await), "200 ");
        assert_eq!(said(&result(&world, "restore", "?success=true", &bearer(key)).await), "200 ");
        assert_eq!(said(&result(&world, "nobody", "?success=true", &bearer(key)).await), "404 not found");
    }
    assert_eq!(world.backup().await.lines().count(), 2);
}

#[tokio::test]
async fn a_key_that_may_not_report_or_is_of_another_project_is_no_token() {
    let world = World::heard().await;
    for (key, answer) in [
        (world.key(Role::Viewer, &[]).await, "401 invalid token"),
        (world.key(Role::ServiceOwner, &["billing"]).await, "401 invalid token"),
        (world.key_in(ProjectId::trusted("other"), Role::Admin, &[]).await, "404 not found"),
    ] {
        assert_eq!(said(&result(&world, "backup", "?success=true", &bearer(&key)).await), answer);
    }
    assert_eq!(world.backup().await, "");
}

#[tokio::test]
async fn a_slug_that_was_changed_is_its_key_at_once() {
    let world = World::heard().await;
    assert_eq!(said(&result(&world, "backup", "?success=true", &bearer(TOKEN)).await), "200 ");
    assert_eq!(world.patch("/api/v1/schedulers/backup", r#"{"slug":"core_backup"}"#).await.status, 200);
    assert_eq!(said(&result(&world, "core_backup", "?success=true", &bearer(TOKEN)).await), "200 ");
}
