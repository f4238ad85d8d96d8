//! Uptime Kuma's push.

use axum::http::Method;
use insta::assert_snapshot;

use super::kept::{TOKEN, said};
use crate::support::World;

#[tokio::test]
async fn a_push_is_answered_as_kuma_answers_it_by_any_method() {
    let world = World::heard().await;
    let path = format!("/api/push/{TOKEN}?status=up&msg=OK&ping=");
    assert_snapshot!(world.tell(Method::GET, &path, "").await, @r#"
200 OK
cache-control: no-store
content-length: 11
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac003da8cb435c8e74616796

{"ok":true}
"#);
    for method in [Method::POST, Method::PUT, Method::PATCH] {
        assert_eq!(said(&world.tell(method, &path, "").await), r#"200 {"ok":true}"#);
    }
    assert_eq!(world.tell(Method::HEAD, &path, "").await.status, 200);
}

#[tokio::test]
async fn a_push_is_found_in_the_history_with_its_message_and_how_long_it_took() {
    let world = World::heard().await;
    for query in ["", "?status=up&msg=all+fine&ping=1234.5", "?status=down&msg=disk%20full", "?status=down"] {
        let reply = world.tell(Method::GET, &format!("/api/push/{TOKEN}{query}"), "").await;
        assert_eq!(said(&reply), r#"200 {"ok":true}"#, "{query}");
        world.pass(60);
    }
    assert_snapshot!(world.backup().await, @r#"
completed by kuma GET
completed took=1235ms {"message":"all fine"} by kuma GET
failed error="disk full" by kuma GET
failed error="down" by kuma GET
"#);
    assert_eq!(world.vain().await, "");
}

#[tokio::test]
async fn a_push_is_heard_at_the_ping_id_with_dashes_or_without() {
    let world = World::heard().await;
    let registered = world.get("/api/v1/schedulers/backup").await.json();
    let ping_url = registered["ping_url"].as_str().expect("a ping url").to_owned();
    let id = ping_url.rsplit('/').next().expect("a ping id");
    for token in [id.to_owned(), id.replace('-', ""), id.to_uppercase()] {
        let reply = world.tell(Method::GET, &format!("/api/push/{token}"), "").await;
        assert_eq!(said(&reply), r#"200 {"ok":true}"#, "{token}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_a_404_in_kumas_words_and_counted() {
    let world = World::heard().await;
    assert_snapshot!(world.tell(Method::GET, "/api/push/9999999999?status=up", "").await, @r#"
404 Not Found
cache-control: no-store
content-length: 53
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac003da8cb435c8e74616796

{"ok":false,"msg":"Monitor not found or not active."}
"#);
    let bad = format!("/api/push/{TOKEN}?ping=-1");
    assert_snapshot!(said(&world.tell(Method::GET, &bad, "").await), @r#"404 {"ok":false,"msg":"Invalid ping value. Must be between 0 and 100000000000 ms."}"#);
    assert_snapshot!(world.vain().await, @r#"
kuma invalid_parameter d8f2a1… ×1
kuma unknown_address 999999… ×1
"#);
    assert_eq!(world.backup().await, "");
}

#[tokio::test]
async fn a_push_that_comes_too_often_is_told_when_to_come_back() {
    let world = World::heard().await;
    let path = format!("/api/push/{TOKEN}");
    for _ in 0..60 {
        assert_eq!(world.tell(Method::GET, &path, "").await.status, 200);
    }
    let reply = world.tell(Method::GET, &path, "").await;
    assert_eq!(
        (said(&reply).as_str(), reply.header("retry-after")),
        (r#"429 {"ok":false,"msg":"Too many requests."}"#, Some("1"))
    );
    assert_eq!(world.vain().await, "kuma rate_limited backup ×1");
}

#[tokio::test]
async fn an_address_that_guesses_is_held_back_but_not_from_what_has_worked() {
    let world = World::heard().await;
    assert_eq!(world.tell(Method::GET, &format!("/api/push/{TOKEN}"), "").await.status, 200);
    for n in 0..30 {
        assert_eq!(world.tell(Method::GET, &format!("/api/push/guess-{n}"), "").await.status, 404);
    }
    assert_eq!(world.tell(Method::GET, "/api/push/guess-30", "").await.status, 429);
    assert_eq!(world.tell(Method::GET, &format!("/api/push/{TOKEN}"), "").await.status, 200);
}
