//! `/projects`.

use app::ports::Role;
use axum::http::{Method, StatusCode};
use domain::ProjectId;
use insta::assert_snapshot;

use crate::support::{Ask, World};

const PROJECTS: &str = "/api/v1/projects";

#[tokio::test]
async fn a_project_is_made_renamed_and_listed() {
    let world = World::new();
    assert_snapshot!(world.put(&format!("{PROJECTS}/payments"), r#"{"name":"Payments"}"#).await, @r#"
201 Created
cache-control: no-store
content-length: 122
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67

{"id":"payments","name":"Payments","created_at":"2026-03-02T08:00:00.000Z","ping_key":"miufezdugnsdhrxku387qt","number":1}
"#);
    let renamed = world.put(&format!("{PROJECTS}/payments"), r#"{"id":"x","name":"Money"}"#).await;
    assert_eq!(renamed.status, StatusCode::OK);
    assert_snapshot!(world.get(PROJECTS).await.text(), @r#"[{"id":"default","name":"Default","created_at":"1970-01-01T00:00:00.000Z","ping_key":"","number":0},{"id":"payments","name":"Money","created_at":"2026-03-02T08:00:00.000Z","ping_key":"miufezdugnsdhrxku387qt","number":1}]"#);
}

#[tokio::test]
async fn a_project_needs_a_name_and_a_plain_id() {
    let world = World::new();
    for (id, body, message) in [
        ("A", r#"{"name":"x"}"#, "id must be 1 to 64 of a-z, 0-9, '-' and '_', was 'A'"),
        ("a", "{}", "name is required, was absent"),
        ("a", r#"{"name":""}"#, "name must not be empty"),
    ] {
        let reply = world.put(&format!("{PROJECTS}/{id}"), body).await;
        assert_eq!((reply.status, reply.message().as_str()), (StatusCode::BAD_REQUEST, message));
    }
}

#[tokio::test]
async fn an_admin_of_another_project_sees_and_names_its_own() {
    let world = World::new();
    let stranger = world.key_in(ProjectId::parse("other").expect("a project"), Role::Admin, &[]).await;
    let listed = world.ask(Ask::new(Method::GET, PROJECTS).key(&stranger)).await.json();
    assert_eq!((listed.as_array().map(Vec::len), listed[0]["id"].as_str()), (Some(1), Some("other")));
    let put = |id: &str| {
        world.ask(Ask::new(Method::PUT, &format!("{PROJECTS}/{id}")).body(r#"{"name":"N"}"#).key(&stranger))
    };
    assert_eq!(
        (put("other").await.status, put("third").await.status),
        (StatusCode::OK, StatusCode::FORBIDDEN)
    );
}
