//! Better Stack's heartbeats.

mod api;

use axum::http::{HeaderValue, Method};
use insta::assert_snapshot;

use super::kept::{TOKEN, said};
use crate::support::World;

#[tokio::test]
async fn a_heartbeat_is_taken_beside_the_api() {
    let world = World::heard().await;
    assert_snapshot!(world.tell(Method::GET, &format!("/api/v1/heartbeat/{TOKEN}"), "").await, @r#"
200 OK
cache-control: no-store
content-length: 2
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: text/plain; charset=utf-8
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac003da8cb435c8e74616796

OK
"#);
}

#[tokio::test]
async fn outcome_and_output_are_found_in_the_history() {
    let world = World::heard().await;
    for (method, end, body) in [
        (Method::GET, "", ""),
        (Method::POST, "", "all done"),
        (Method::POST, "/fail", "disk full"),
        (Method::GET, "/fail", ""),
        (Method::POST, "/0", ""),
        (Method::POST, "/137", "killed"),
        (Method::HEAD, "", ""),
    ] {
        let reply = world.tell(method, &format!("/api/v1/heartbeat/{TOKEN}{end}"), body).await;
        assert_eq!(reply.status, 200, "{end}");
        world.pass(60);
    }
    assert_snapshot!(world.backup().await, @r#"
completed by better_stack GET
completed output=8b by better_stack POST
failed error="disk full" output=9b by better_stack POST
failed by better_stack GET
completed exit=0 by better_stack POST
failed exit=137 error="killed" output=6b by better_stack POST
completed by better_stack HEAD
"#);
}

#[tokio::test]
async fn what_is_no_heartbeat_is_not_found_and_counted() {
    let world = World::heard().await;
    for path in ["/nobody-there", "/d8f2a1b3c4/done", "/d8f2a1b3c4/-1"] {
        let reply = world.tell(Method::GET, &format!("/api/v1/heartbeat{path}"), "").await;
        assert_eq!(said(&reply), "404 Not Found", "{path}");
    }
    let refused = world.tell(Method::DELETE, &format!("/api/v1/heartbeat/{TOKEN}"), "").await;
    assert_eq!(
        (refused.status.as_u16(), &refused.headers["allow"]),
        (405, &HeaderValue::from_static("GET,HEAD,POST"))
    );
    assert_snapshot!(world.vain().await, @r#"
better_stack invalid_address d8f2a1… ×2
better_stack unknown_address nobody… ×1
"#);
    assert_eq!(world.backup().await, "");
}
