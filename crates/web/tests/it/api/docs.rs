//! `/api/docs`.

use axum::http::{Method, StatusCode};

use crate::support::{Ask, World};

#[tokio::test]
async fn the_page_and_its_parts_are_ours_and_load_nothing_from_elsewhere() {
    let world = World::new();
    for (path, kind) in [
        ("/api/docs", "text/html; charset=utf-8"),
        ("/api/docs/docs.js", "text/javascript; charset=utf-8"),
        ("/api/docs/docs.css", "text/css; charset=utf-8"),
    ] {
        let reply = world.ask(Ask::new(Method::GET, path).without("x-api-key")).await;
        assert_eq!((reply.status, reply.header("content-type")), (StatusCode::OK, Some(kind)), "{path}");
        let policy = reply.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{policy}");
        for elsewhere in ["http://", "https://", "//cdn", "@import", "eval(", "innerHTML"] {
            assert!(!reply.text().contains(elsewhere), "{path} holds {elsewhere}");
        }
    }
}
