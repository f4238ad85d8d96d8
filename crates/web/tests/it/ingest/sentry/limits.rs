//! Too many check-ins: told of envelopes, in words that stop nothing but check-ins; of the other endpoint only counted.

use std::num::NonZeroU32;

use axum::http::{Method, StatusCode};
use insta::assert_snapshot;
use serde_json::json;
use web::{RateLimits, WebSettings};

use super::{KEY, Project, enveloped};

async fn slow() -> Project {
    let one = NonZeroU32::MIN;
    let rate_limits = RateLimits { scheduler_per_second: one, scheduler_burst: one, ..RateLimits::default() };
    Project::with(WebSettings { rate_limits, ..WebSettings::default() }).await
}

#[tokio::test]
async fn an_envelope_too_many_is_told_to_stop_check_ins_and_nothing_else() {
    let project = slow().await;
    project.check_in(&json!({ "status": "ok" })).await;
    assert_snapshot!(project.send(enveloped(&json!({ "status": "ok" }))).await, @r#"
429 Too Many Requests
cache-control: no-store
content-length: 66
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
retry-after: 1
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac0057a82ac2ce17a5794a3b
x-sentry-rate-limits: 1:monitor:key

{"detail":"this scheduler may report 1 times a second, 1 at once"}
"#);
    project.check_in(&json!({ "status": "ok", "monitor_slug": "other" })).await;
    assert_eq!(project.runs("nightly").await.len(), 1);
    assert_eq!(
        project.problems().await,
        ["rate_limited nightly 1: this scheduler may report 1 times a second, 1 at once"]
    );
    project.world.pass(1);
    project.check_in(&json!({ "status": "ok" })).await;
}

#[tokio::test]
async fn of_the_other_endpoint_nobody_is_told_but_it_is_counted() {
    let project = slow().await;
    for _ in 0..3 {
        let path = format!("/cron/nightly/{KEY}?status=ok");
        assert_eq!(project.cron(Method::GET, &path).await, (202, String::new()));
    }
    assert_eq!(project.runs("nightly").await.len(), 1);
    let problems = project.problems().await;
    assert!(problems[0].starts_with("rate_limited nightly 2:"), "{problems:?}");
}

#[tokio::test]
async fn a_store_that_is_away_is_told_with_when_to_come_back() {
    use crate::support::{Broken, World};
    let world = World::broken(Broken::Away, WebSettings::default());
    let body = format!(r#"{{"name":"Default","ping_key":"{KEY}"}}"#);
    let number =
        world.put("/api/v1/projects/default", &body).await.json()["number"].as_u64().expect("a number");
    let project = Project { world, number };
    let reply = project.send(enveloped(&json!({ "status": "ok" }))).await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_snapshot!(reply, @r#"
503 Service Unavailable
cache-control: no-store
content-length: 41
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
retry-after: 2
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac00555e71c18690ee42c90b

{"detail":"the store is away, try again"}
"#);
}
