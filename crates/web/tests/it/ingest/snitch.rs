//! Dead Man's Snitch: check-ins.

mod api;

use axum::http::Method;
use insta::assert_snapshot;

use super::kept::{TOKEN, said};
use crate::support::{Ask, World};

#[tokio::test]
async fn a_check_in_is_thanked_for_at_both_its_addresses() {
    let world = World::heard().await;
    assert_snapshot!(world.tell(Method::GET, &format!("/{TOKEN}"), "").await, @r#"
202 Accepted
cache-control: no-store
content-length: 15
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: text/plain; charset=utf-8
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac003da8cb435c8e74616796

Got it, thanks!
"#);
    for (method, path) in [(Method::POST, format!("/{TOKEN}")), (Method::GET, format!("/snitch/{TOKEN}"))] {
        assert_eq!(said(&world.tell(method, &path, "").await), "202 Got it, thanks!", "{path}");
    }
    assert_eq!(world.tell(Method::HEAD, &format!("/{TOKEN}"), "").await.status, 202);
}

#[tokio::test]
async fn message_and_status_are_found_in_the_history() {
    let world = World::heard().await;
    for query in ["?s=&m=fine", "?s=0", "?s=1&m=disk+full", "?s=137", "?s=stuck"] {
        assert_eq!(world.tell(Method::GET, &format!("/{TOKEN}{query}"), "").await.status, 202, "{query}");
        world.pass(60);
    }
    let form = Ask::new(Method::POST, &format!("/{TOKEN}")).without("x-api-key").body("s=2&m=by+form");
    let form = form.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(world.ask(form).await.status, 202);
    let long = format!("/snitch/{TOKEN}?s=1&m={}", "x".repeat(300));
    assert_eq!(world.tell(Method::GET, &long, "").await.status, 202);
    assert_snapshot!(world.backup().await, @r#"
completed {"message":"fine"} by snitch GET
completed exit=0 by snitch GET
failed exit=1 error="disk full" by snitch GET
failed exit=137 error="status 137" by snitch GET
failed error="status stuck" by snitch GET
failed exit=2 error="by form" by snitch POST
failed exit=1 error="xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…" by snitch GET
"#);
}

#[tokio::test]
async fn an_unknown_token_is_not_found_and_counted() {
    let world = World::heard().await;
    assert_snapshot!(said(&world.tell(Method::GET, "/snitch/c2354d53d2", "").await), @r#"404 Not found"#);
    let reply = world.tell(Method::GET, "/c2354d53d2", "").await;
    assert_eq!((reply.status.as_u16(), reply.message().as_str()), (404, "Cannot GET /c2354d53d2"));
    assert_eq!(world.vain().await, "snitch unknown_address c2354d… ×2");
}

#[tokio::test]
async fn the_root_goes_on_being_the_root() {
    let world = World::heard().await;
    for path in ["/favicon.ico", "/robots.txt", "/abc", "/wp-login", "/a%20b%20c%20d", "/", "/x/y/z"] {
        let reply = world.tell(Method::GET, path, "").await;
        assert_eq!((reply.status.as_u16(), reply.message()), (404, format!("Cannot GET {path}")));
    }
    assert_eq!(world.tell(Method::DELETE, &format!("/{TOKEN}"), "").await.status, 404);
    assert_eq!(world.tell(Method::GET, "/healthz", "").await.status, 200);
    assert_eq!(world.tell(Method::POST, "/healthz", "").await.status, 405);
    assert_eq!((world.vain().await, world.backup().await), (String::new(), String::new()));
}

#[tokio::test]
async fn an_alias_that_is_called_like_a_page_does_not_take_its_place() {
    let world = World::new();
    world.register("backup", "healthz").await;
    assert_ne!(world.tell(Method::GET, "/healthz", "").await.status, 202);
    assert_eq!(world.tell(Method::GET, "/snitch/healthz", "").await.status, 202);
}

#[tokio::test]
async fn the_root_is_heard_where_the_api_has_no_prefix() {
    let prefix = web::Prefix::parse("").expect("a prefix");
    let world = World::with(web::WebSettings { prefix, ..web::WebSettings::default() });
    let body = r#"{"scheduler_id":"backup","service_name":"db","job_name":"j","aliases":["d8f2a1b3c4"]}"#;
    assert_eq!(world.post("/schedulers/register", body).await.status, 201);
    assert_eq!(world.tell(Method::GET, &format!("/{TOKEN}"), "").await.status, 202);
    assert_eq!(world.get("/schedulers").await.status, 200);
    assert_eq!(world.tell(Method::GET, "/schedulers", "").await.status, 401);
}
