//! What every answer carries.

use axum::http::{Method, StatusCode};
use web::WebSettings;

use crate::support::{Ask, World};

#[tokio::test]
async fn the_request_id_is_the_callers_own_where_it_is_sane() {
    let world = World::new();
    let ask = |name, id| world.ask(Ask::new(Method::GET, "/healthz").header(name, id));
    assert_eq!(ask("x-request-id", "abc:1").await.header("x-request-id"), Some("abc:1"));
    assert_eq!(ask("x-correlation-id", "corr-7").await.header("x-request-id"), Some("corr-7"));
    let minted = ask("x-request-id", "no spaces, please").await;
    let minted = minted.header("x-request-id").expect("an id");
    assert!(minted.len() == 32 && minted.bytes().all(|byte| byte.is_ascii_hexdigit()), "{minted}");
}

#[tokio::test]
async fn https_is_insisted_on_only_where_it_is_set() {
    assert_eq!(World::new().get("/healthz").await.header("strict-transport-security"), None);
    let world = World::with(WebSettings { require_https: true, ..WebSettings::default() });
    let reply = world.get("/nowhere").await;
    assert_eq!(reply.header("strict-transport-security"), Some("max-age=31536000; includeSubDomains"));
}

#[tokio::test]
async fn other_origins_may_call_only_where_they_are_named() {
    let preflight = || {
        Ask::new(Method::OPTIONS, "/api/v1/schedulers")
            .without("x-api-key")
            .header("origin", "https://ops.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "x-api-key")
    };
    let reply = World::new().ask(preflight()).await;
    assert_eq!(reply.header("access-control-allow-origin"), None);

    let cors_origins = vec!["https://ops.example".parse().expect("an origin")];
    let world = World::with(WebSettings { cors_origins, ..WebSettings::default() });
    let reply = world.ask(preflight()).await;
    assert_eq!((reply.status, reply.header("x-request-id").is_some()), (StatusCode::OK, true));
    assert_eq!(reply.header("access-control-allow-origin"), Some("https://ops.example"));
    assert!(reply.header("access-control-allow-headers").expect("headers").contains("x-api-key"));
    let reply = world.ask(preflight().header("origin", "https://evil.example")).await;
    assert_eq!(reply.header("access-control-allow-origin"), None);
    let reply =
        world.ask(Ask::new(Method::GET, "/api/v1/nowhere").header("origin", "https://ops.example")).await;
    assert_eq!(
        (reply.status, reply.header("access-control-allow-origin")),
        (StatusCode::NOT_FOUND, Some("https://ops.example"))
    );
}
