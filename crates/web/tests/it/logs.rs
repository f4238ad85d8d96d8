//! What is written down of a request, and what never is.

use app::ports::Role;
use axum::http::Method;

use crate::support::{ADMIN, Ask, World, logged};

#[tokio::test]
async fn logs_hold_ids_and_nothing_that_is_secret_or_personal() {
    let world = World::new();
    let key = world.key(Role::Admin, &[]).await;
    let registration =
        r#"{"scheduler_id":"a","service_name":"s","job_name":"j","owner_email":"ann@example.com"}"#;
    let ask = |method: Method, path: &str, body: &'static str| {
        world.ask(Ask::new(method, path).body(body).key(&key).header("x-request-id", "given-by-the-caller"))
    };
    ask(Method::POST, "/api/v1/schedulers", registration).await;
    let report = r#"{"status":"failed","error_message":"password hunter2","metadata":{"token":"hunter3"}}"#;
    ask(Method::PUT, "/api/v1/schedulers/a/status", report).await;
    ask(Method::PATCH, "/api/v1/schedulers/a", r#"{"owner_email":"not-ann@"}"#).await;
    ask(Method::PUT, "/api/v1/schedulers/a/status?secret=hunter4", r#"{"status":"hunter5"}"#).await;
    world.ask(Ask::new(Method::GET, "/api/v1/schedulers").key("hunter6-is-no-key")).await;
    world.ask(Ask::new(Method::GET, "/api/v1/schedulers").header("authorization", "Bearer hunter7")).await;

    let text = logged();
    for secret in [key.as_str(), ADMIN, "hunter", "ann@", "token"] {
        assert!(!text.contains(secret), "{secret} is in the log: {text}");
    }
    let line = |route: &str, status: u16| {
        text.lines().any(|line| {
            line.contains(&format!("\"route\":\"{route}\"")) && line.contains(&format!("\"status\":{status}"))
        })
    };
    assert!(
        line("/api/v1/schedulers/{id}/status", 200) && line("/api/v1/schedulers/{id}/status", 400),
        "{text}"
    );
    for id in ["given-by-the-caller", "\"scheduler_id\":\"a\"", "\"actor\":\"key_", "latency_ms"] {
        assert!(text.contains(id), "{id} is not in the log: {text}");
    }
}
