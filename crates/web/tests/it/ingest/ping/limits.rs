//! How often may be pinged: one scheduler, and one client that does not find any.

use axum::http::{Method, StatusCode};
use insta::assert_snapshot;
use web::{RateLimits, WebSettings};

use super::{ID, get, history, ping, told, with_billing, world};
use crate::support::{Ask, World};

/// An address that no scheduler has.
fn unknown(number: u32) -> String {
    format!("{number:08x}-7f7c-4a5b-9d53-1d3e4d0c2f11")
}

#[tokio::test]
async fn a_scheduler_is_heard_sixty_times_at_once_and_once_a_second() {
    let world = world().await;
    for _ in 0..60 {
        assert_eq!(get(&world, "ID/log").await.status, StatusCode::OK);
    }
    assert_snapshot!(get(&world, "KEY/nightly").await, @r#"
429 Too Many Requests
cache-control: no-store
content-length: 12
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: text/plain; charset=utf-8
referrer-policy: no-referrer
retry-after: 1
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac00374b21d518138ab439ec

rate limited
"#);
    world.pass(1);
    assert_eq!(told(&get(&world, "ID").await), (200, "OK".to_owned()));
    assert_eq!(told(&get(&world, "ID").await), (429, "rate limited".to_owned()));
    assert_eq!(history(&world, &[]).await.lines().count(), 61, "what was refused was not taken");
    let problems = world.get("/api/v1/ingest-problems").await.json();
    assert_eq!((&problems[0]["problem"], &problems[0]["count"]), (&"rate_limited".into(), &2.into()));
}

#[tokio::test]
async fn a_client_that_guesses_addresses_is_held_back_and_its_neighbours_are_not() {
    let world = world().await;
    assert_eq!(get(&world, "ID").await.status, StatusCode::OK);
    for number in 0..30 {
        assert_eq!(told(&get(&world, &unknown(number)).await), (404, "not found".to_owned()), "{number}");
    }
    let reply = get(&world, &unknown(31)).await;
    assert_eq!((told(&reply), reply.header("retry-after")), ((429, "rate limited".to_owned()), Some("60")));
    assert_eq!(get(&world, "other-key/nightly").await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(told(&get(&world, "ID").await), (200, "OK".to_owned()), "it has worked from here");
    let unproven = get(&world, "KEY/nightly").await;
    assert_eq!(unproven.status, StatusCode::TOO_MANY_REQUESTS, "it might be a guess as well");
    world.pass(60);
    assert_eq!(told(&get(&world, "KEY/nightly").await), (200, "OK".to_owned()));
}

#[tokio::test]
async fn clients_are_told_apart_by_what_a_trusted_proxy_says() {
    let proxies = vec!["0.0.0.0/0".parse().expect("a network")];
    let world = World::with(WebSettings { trusted_proxies: proxies, ..WebSettings::default() });
    with_billing(&world, serde_json::json!({})).await;
    let from = |path: &str, address: &str| ping(Method::GET, path).header("x-forwarded-for", address);
    for number in 0..31 {
        world.ask(from(&unknown(number), "203.0.113.7")).await;
    }
    assert_eq!(world.ask(from("ID", "203.0.113.7")).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(world.ask(from("ID", "203.0.113.8")).await.status, StatusCode::OK);
    let entries = world.get("/api/v1/schedulers/billing-nightly/history").await.json();
    assert_eq!(entries[0]["origin"]["remote_addr"], "203.0.113.8");
}

#[tokio::test]
async fn pings_and_reports_of_one_scheduler_share_its_measure() {
    let world = world().await;
    for _ in 0..59 {
        get(&world, "ID").await;
    }
    let beat = || world.post("/api/v1/schedulers/billing-nightly/heartbeat", "");
    assert_eq!((beat().await.status, beat().await.status), (StatusCode::OK, StatusCode::TOO_MANY_REQUESTS));
}

#[tokio::test]
async fn where_limits_are_off_a_scheduler_is_heard_however_often() {
    let rate_limits = RateLimits { enabled: false, ..RateLimits::default() };
    let world = World::with(WebSettings { rate_limits, ..WebSettings::default() });
    with_billing(&world, serde_json::json!({})).await;
    for _ in 0..70 {
        assert_eq!(get(&world, "ID").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn no_key_of_the_api_is_asked_for_and_a_wrong_one_does_no_harm() {
    let world = world().await;
    let ask = Ask::new(Method::GET, &format!("/ping/{ID}")).key("wrong").header("authorization", "Bearer x");
    assert_eq!(told(&world.ask(ask).await), (200, "OK".to_owned()));
}
