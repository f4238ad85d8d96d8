//! Who may enter.

use app::ports::Role;
use axum::http::{HeaderName, Method, StatusCode};
use domain::ProjectId;
use insta::assert_snapshot;
use web::WebSettings;

use crate::support::{ADMIN, Ask, World};

const LIST: &str = "/api/v1/schedulers";

#[tokio::test]
async fn no_key_is_a_401_that_names_the_header() {
    let reply = World::new().ask(Ask::new(Method::GET, LIST).without("x-api-key")).await;
    assert_snapshot!(reply, @r#"
401 Unauthorized
cache-control: no-store
content-length: 218
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
www-authenticate: Bearer realm="punctual"
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67

{"statusCode":401,"timestamp":"2026-03-02T08:00:00.000Z","path":"/api/v1/schedulers","method":"GET","error":"Unauthorized","message":"Missing API key in x-api-key header","requestId":"019cad8fac005cc1beeb8da1658eec67"}
"#);
}

#[tokio::test]
async fn a_key_that_nobody_has_is_a_401() {
    let world = World::new();
    for key in ["x", "pun_0000000000000000000000000000000000000000", "ключ", &"k".repeat(5000)] {
        let reply = world.ask(Ask::new(Method::GET, LIST).header_bytes("x-api-key", key.as_bytes())).await;
        assert_eq!(
            (reply.status, reply.message().as_str()),
            (StatusCode::UNAUTHORIZED, "Invalid API key"),
            "{key}"
        );
    }
    let blank = world.ask(Ask::new(Method::GET, LIST).key("")).await;
    assert_eq!(blank.message(), "Missing API key in x-api-key header");
}

#[tokio::test]
async fn a_key_may_come_as_a_bearer_token_or_in_a_header_of_another_name() {
    let world = World::new();
    let bearer =
        |value: &str| Ask::new(Method::GET, LIST).without("x-api-key").header("authorization", value);
    assert_eq!(world.ask(bearer(&format!("Bearer {ADMIN}"))).await.status, StatusCode::OK);
    assert_eq!(world.ask(bearer(&format!("bearer   {ADMIN} "))).await.status, StatusCode::OK);
    assert_eq!(world.ask(bearer(&format!("Basic {ADMIN}"))).await.status, StatusCode::UNAUTHORIZED);

    let key_header = HeaderName::from_static("x-punctual-key");
    let world = World::with(WebSettings { key_header, ..WebSettings::default() });
    let reply = world.get(LIST).await;
    assert_eq!(reply.message(), "Missing API key in x-punctual-key header");
    assert_eq!(
        world.ask(Ask::new(Method::GET, LIST).header("x-punctual-key", ADMIN)).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_key_that_was_revoked_or_has_expired_is_a_401() {
    let world = World::new();
    let key = world.key(Role::Viewer, &[]).await;
    assert_eq!(world.ask(Ask::new(Method::GET, LIST).key(&key)).await.status, StatusCode::OK);
    let id = world.get("/api/v1/api-keys").await.json()[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(world.delete(&format!("/api/v1/api-keys/{id}")).await.status, StatusCode::NO_CONTENT);
    let reply = world.ask(Ask::new(Method::GET, LIST).key(&key)).await;
    assert_eq!((reply.status, reply.message().as_str()), (StatusCode::UNAUTHORIZED, "Invalid API key"));

    let body = r#"{"name":"short","role":"viewer","expires_at":"2026-03-02T08:01:00Z"}"#;
    let key = world.post("/api/v1/api-keys", body).await.json()["key"].as_str().expect("a key").to_owned();
    assert_eq!(world.ask(Ask::new(Method::GET, LIST).key(&key)).await.status, StatusCode::OK);
    world.pass(60);
    assert_eq!(world.ask(Ask::new(Method::GET, LIST).key(&key)).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_role_that_is_too_small_is_a_403_that_says_what_is_needed() {
    let world = World::new();
    let viewer = world.key(Role::Viewer, &[]).await;
    let reply = world.ask(Ask::new(Method::POST, "/api/v1/schedulers").body("{}").key(&viewer)).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert_eq!(reply.message(), "a key with the role reporter is needed, this one has the role viewer");
}

#[tokio::test]
async fn another_projects_scheduler_is_not_there() {
    let world = World::new();
    world.billing().await;
    let other = ProjectId::parse("other").expect("a project");
    let stranger = world.key_in(other, Role::Admin, &[]).await;
    let path = "/api/v1/schedulers/billing-nightly";
    for (method, path, body) in [
        (Method::GET, path.to_owned(), ""),
        (Method::PATCH, path.to_owned(), "{}"),
        (Method::DELETE, path.to_owned(), ""),
        (Method::PUT, format!("{path}/status"), r#"{"status":"running"}"#),
        (Method::POST, format!("{path}/heartbeat"), ""),
        (Method::GET, format!("{path}/history"), ""),
        (Method::GET, format!("{path}/runs"), ""),
        (Method::GET, format!("{path}/events"), ""),
        (Method::PUT, format!("{path}/pause"), ""),
        (Method::DELETE, format!("{path}/pause"), ""),
    ] {
        let reply = world.ask(Ask::new(method.clone(), &path).body(body).key(&stranger)).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{method} {path}: {reply}");
    }
    assert_eq!(world.ask(Ask::new(Method::GET, LIST).key(&stranger)).await.text(), "[]");
}

#[tokio::test]
async fn a_limited_key_reaches_its_services_only() {
    let world = World::new();
    world.billing().await;
    let limited = world.key(Role::ServiceOwner, &["shipping"]).await;
    let path = "/api/v1/schedulers/billing-nightly";
    let ask = |method: Method, path: &str, body: &str| {
        world.ask(Ask::new(method, path).body(body.to_owned()).key(&limited))
    };
    let reply = ask(Method::GET, path, "").await;
    assert_eq!(
        (reply.status, reply.message().as_str()),
        (StatusCode::FORBIDDEN, "this key is limited to shipping, not billing")
    );
    for (method, path, body) in [
        (Method::PUT, format!("{path}/status"), r#"{"status":"running"}"#),
        (Method::POST, format!("{path}/heartbeat"), ""),
        (Method::PATCH, path.to_owned(), r#"{"service_name":"shipping"}"#),
        (Method::DELETE, path.to_owned(), ""),
        (Method::POST, LIST.to_owned(), r#"{"scheduler_id":"x","service_name":"billing","job_name":"j"}"#),
    ] {
        assert_eq!(ask(method.clone(), &path, body).await.status, StatusCode::FORBIDDEN, "{method} {path}");
    }
    let own = r#"{"scheduler_id":"ship","service_name":"shipping","job_name":"j"}"#;
    assert_eq!(ask(Method::POST, LIST, own).await.status, StatusCode::CREATED);
    // A report may move a scheduler only where the key may write both services.
    let moved = r#"{"status":"running","service_name":"billing"}"#;
    assert_eq!(ask(Method::PUT, "/api/v1/schedulers/ship/status", moved).await.status, StatusCode::FORBIDDEN);
    let listed = ask(Method::GET, LIST, "").await;
    assert_eq!((listed.json().as_array().map(Vec::len), listed.header("x-total-count")), (Some(1), None));
}
