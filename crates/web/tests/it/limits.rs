//! How much may be asked.

use std::num::NonZeroU32;
use std::time::Duration;

use app::ports::Role;
use axum::http::{Method, StatusCode};
use domain::ProjectId;
use web::{RateLimits, WebSettings, Window};

use crate::support::{ADMIN, Ask, Reply, World};

fn number(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).expect("a number")
}

fn limited(rate_limits: RateLimits) -> World {
    World::with(WebSettings { rate_limits, ..WebSettings::default() })
}

/// The status and how long to wait.
fn told(reply: &Reply) -> (u16, Option<&str>) {
    (reply.status.as_u16(), reply.header("retry-after"))
}

#[tokio::test]
async fn a_key_has_its_requests_and_then_a_time_to_wait() {
    let world = limited(RateLimits { management_per_second: number(2), ..RateLimits::default() });
    for _ in 0..2 {
        assert_eq!(world.get("/api/v1/schedulers").await.status, StatusCode::OK);
    }
    let reply = world.get("/api/v1/schedulers").await;
    assert_eq!(
        (told(&reply), reply.message().as_str()),
        ((429, Some("1")), "this key may make 2 calls a second")
    );
    let other = world.key(Role::Viewer, &[]).await;
    assert_eq!(
        world.ask(Ask::new(Method::GET, "/api/v1/schedulers").key(&other)).await.status,
        StatusCode::OK
    );
    world.pass(1);
    assert_eq!(world.get("/api/v1/schedulers").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_scheduler_has_sixty_reports_at_once_and_one_a_second() {
    let world = World::new();
    world.billing().await;
    let beat = || world.post("/api/v1/schedulers/billing-nightly/heartbeat", "");
    for _ in 0..60 {
        assert_eq!(beat().await.status, StatusCode::OK);
    }
    let reply = beat().await;
    assert_eq!(
        (told(&reply), reply.message().as_str()),
        ((429, Some("1")), "this scheduler may report 1 times a second, 60 at once")
    );
    // Another project's scheduler of that name is another scheduler.
    let stranger = world.key_in(ProjectId::parse("other").expect("a project"), Role::Reporter, &[]).await;
    let ask = Ask::new(Method::POST, "/api/v1/schedulers/billing-nightly/heartbeat").key(&stranger);
    assert_eq!(world.ask(ask).await.status, StatusCode::NOT_FOUND);
    world.pass(1);
    assert_eq!((beat().await.status, beat().await.status), (StatusCode::OK, StatusCode::TOO_MANY_REQUESTS));
}

#[tokio::test]
async fn reports_and_management_are_counted_apart() {
    let limits = RateLimits {
        reports_per_second: number(1),
        reports_burst: number(1),
        management_per_second: number(1),
        ..RateLimits::default()
    };
    let world = limited(limits);
    world.billing().await;
    let beat = || world.post("/api/v1/schedulers/billing-nightly/heartbeat", "");
    assert_eq!((beat().await.status, beat().await.status), (StatusCode::OK, StatusCode::TOO_MANY_REQUESTS));
}

#[tokio::test]
async fn a_bulk_counts_as_what_is_in_it() {
    let world = limited(RateLimits {
        reports_burst: number(5),
        reports_per_second: number(1),
        ..RateLimits::default()
    });
    let body = |count: usize| format!("[{}]", vec![r#"{"scheduler_id":"x"}"#; count].join(","));
    assert_eq!(world.post("/api/v1/heartbeats", &body(4)).await.status, StatusCode::OK);
    assert_eq!(told(&world.post("/api/v1/heartbeats", &body(3)).await), (429, Some("2")));
    world.pass(60);
    let reply = world.post("/api/v1/heartbeats", &body(7)).await;
    assert_eq!(
        (told(&reply), reply.message().as_str()),
        ((429, Some("1")), "this key may send at most 5 at once")
    );
}

#[tokio::test]
async fn a_window_takes_the_place_of_both_limits_of_a_key() {
    let window = Some(Window { length: Duration::from_mins(1), requests_max: number(3) });
    let world = limited(RateLimits { window, ..RateLimits::default() });
    world.billing().await;
    assert_eq!(world.post("/api/v1/schedulers/billing-nightly/heartbeat", "").await.status, StatusCode::OK);
    assert_eq!(world.get("/api/v1/schedulers").await.status, StatusCode::OK);
    assert_eq!(told(&world.get("/api/v1/schedulers").await), (429, Some("20")));
    world.pass(20);
    assert_eq!(world.get("/api/v1/schedulers").await.status, StatusCode::OK);
}

#[tokio::test]
async fn limits_can_be_switched_off() {
    let limits = RateLimits { enabled: false, management_per_second: number(1), ..RateLimits::default() };
    let world = limited(limits);
    world.billing().await;
    for _ in 0..70 {
        assert_eq!(
            world.post("/api/v1/schedulers/billing-nightly/heartbeat", "").await.status,
            StatusCode::OK
        );
    }
}

fn guess(from: &str) -> Ask {
    Ask::new(Method::GET, "/api/v1/schedulers").key("wrong").header("x-forwarded-for", from)
}

#[tokio::test]
async fn an_address_that_fails_too_often_must_wait_unless_its_key_has_worked() {
    let settings = WebSettings {
        failed_attempts_per_minute: 3,
        trusted_proxies: vec!["0.0.0.0/8".parse().expect("a network")],
        ..WebSettings::default()
    };
    let world = World::with(settings);
    let proven = world.key(Role::Viewer, &[]).await;
    assert_eq!(world.ask(guess("192.0.2.1").key(&proven)).await.status, StatusCode::OK);
    for _ in 0..3 {
        assert_eq!(world.ask(guess("192.0.2.1")).await.status, StatusCode::UNAUTHORIZED);
    }
    let reply = world.ask(guess("192.0.2.1")).await;
    let message = "too many failed attempts to authenticate from this address";
    assert_eq!((told(&reply), reply.message().as_str()), ((429, Some("60")), message));
    assert_eq!(world.ask(guess("192.0.2.1").key(ADMIN)).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(world.ask(guess("192.0.2.1").key(&proven)).await.status, StatusCode::OK);
    assert_eq!(world.ask(guess("192.0.2.2")).await.status, StatusCode::UNAUTHORIZED);
    world.pass(60);
    assert_eq!(world.ask(guess("192.0.2.1").key(ADMIN)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_address_cannot_be_chosen_where_no_proxy_is_trusted() {
    let world = World::with(WebSettings { failed_attempts_per_minute: 1, ..WebSettings::default() });
    assert_eq!(world.ask(guess("192.0.2.1")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.ask(guess("192.0.2.2")).await.status, StatusCode::TOO_MANY_REQUESTS);
}
