//! `/healthz`, `/readyz`, `/metrics`.

use app::ports::Role;
use axum::http::{Method, StatusCode};
use domain::{Duration, ProjectId};
use insta::assert_snapshot;
use tower::ServiceExt;
use web::{Gauge, MetricsPolicy, WebSettings, WebState};

use crate::support::{Ask, Broken, World};

fn open(path: &str) -> Ask {
    Ask::new(Method::GET, path).without("x-api-key")
}

#[tokio::test]
async fn the_process_is_well_as_soon_as_it_answers() {
    assert_snapshot!(World::new().ask(open("/healthz")).await, @r#"
200 OK
cache-control: no-store
content-length: 15
content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
content-type: application/json
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
x-request-id: 019cad8fac005cc1beeb8da1658eec67

{"status":"ok"}
"#);
}

#[tokio::test]
async fn it_is_ready_only_when_it_says_so() {
    let world = World::new();
    let reply = world.ask(open("/readyz")).await;
    assert_eq!(
        (reply.status, reply.message().as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "not ready: starting or draining")
    );
    world.state.readiness().set(true);
    assert_eq!(world.ask(open("/readyz")).await.text(), r#"{"status":"ok"}"#);
    world.state.readiness().set(false);
    assert_eq!(world.ask(open("/readyz")).await.header("retry-after"), Some("5"));
}

#[tokio::test]
async fn metrics_need_a_key_of_the_first_project_unless_they_are_open() {
    let world = World::new();
    assert_eq!(world.ask(open("/metrics")).await.status, StatusCode::UNAUTHORIZED);
    let viewer = world.key(Role::Viewer, &[]).await;
    assert_eq!(world.ask(open("/metrics").key(&viewer)).await.status, StatusCode::OK);
    let stranger = world.key_in(ProjectId::parse("other").expect("a project"), Role::Admin, &[]).await;
    assert_eq!(world.ask(open("/metrics").key(&stranger)).await.status, StatusCode::FORBIDDEN);

    let world = World::with(WebSettings { metrics: MetricsPolicy::Open, ..WebSettings::default() });
    assert_eq!(world.ask(open("/metrics")).await.status, StatusCode::OK);
    let world = World::with(WebSettings { metrics: MetricsPolicy::Elsewhere, ..WebSettings::default() });
    assert_eq!(world.get("/metrics").await.status, StatusCode::NOT_FOUND);
    let own = web::operations_router(world.state.clone());
    let request = axum::http::Request::get("/metrics").body(axum::body::Body::empty()).expect("a request");
    assert_eq!(own.oneshot(request).await.expect("an answer").status(), StatusCode::OK);
}

#[tokio::test]
async fn metrics_tell_what_happened() {
    let world = World::new();
    world.billing().await;
    let report = r#"{"status":"completed","execution_time_ms":1500,"timestamp":"2030-01-01T00:00:00Z"}"#;
    world.put("/api/v1/schedulers/billing-nightly/status", report).await;
    world.post("/api/v1/schedulers/billing-nightly/heartbeat", "").await;
    world.app().telemetry().delivered("ops", "delivered");
    world.app().telemetry().delivery_took(Duration::from_millis(200));
    world.app().telemetry().delivery_took(Duration::from_millis(2100));
    world.get("/api/v1/wp-login.php").await;
    let text = world.get("/metrics").await.text().to_owned();
    let ours = text.lines().filter(|line| !line.starts_with('#') && !line.contains("_bucket"));
    let ours = ours.filter(|line| !line.starts_with("process_") && !line.contains("network"));
    assert_snapshot!(ours.collect::<Vec<_>>().join("\n"), @r#"
punctual_http_requests_total{method="GET",route="none",status="404"} 1
punctual_http_requests_total{method="POST",route="/api/v1/schedulers/register",status="201"} 1
punctual_http_requests_total{method="POST",route="/api/v1/schedulers/{id}/heartbeat",status="200"} 1
punctual_http_requests_total{method="PUT",route="/api/v1/schedulers/{id}/status",status="200"} 1
punctual_http_request_duration_seconds_sum{method="GET",route="none"} 0
punctual_http_request_duration_seconds_count{method="GET",route="none"} 1
punctual_http_request_duration_seconds_sum{method="POST",route="/api/v1/schedulers/register"} 0
punctual_http_request_duration_seconds_count{method="POST",route="/api/v1/schedulers/register"} 1
punctual_http_request_duration_seconds_sum{method="POST",route="/api/v1/schedulers/{id}/heartbeat"} 0
punctual_http_request_duration_seconds_count{method="POST",route="/api/v1/schedulers/{id}/heartbeat"} 1
punctual_http_request_duration_seconds_sum{method="PUT",route="/api/v1/schedulers/{id}/status"} 0
punctual_http_request_duration_seconds_count{method="PUT",route="/api/v1/schedulers/{id}/status"} 1
punctual_schedulers_registered 1
punctual_schedulers_active 0
punctual_schedulers_failed 0
punctual_schedulers_by_status{status="pending"} 0
punctual_schedulers_by_status{status="running"} 0
punctual_schedulers_by_status{status="completed"} 1
punctual_schedulers_by_status{status="failed"} 0
punctual_schedulers_by_health{health="healthy"} 1
punctual_schedulers_by_health{health="new"} 0
punctual_schedulers_by_health{health="late"} 0
punctual_schedulers_by_health{health="paused"} 0
punctual_schedulers_by_health{health="missed"} 0
punctual_schedulers_by_health{health="overrun"} 0
punctual_schedulers_by_health{health="stale"} 0
punctual_schedulers_by_health{health="failing"} 0
punctual_incidents_open 0
punctual_notices_unrouted 0
punctual_notices_held 0
punctual_deliveries_pending 0
punctual_dead_letters 0
punctual_members 0
punctual_shards 16
punctual_shards_watched 16
punctual_reports_total 1
punctual_heartbeats_total 1
punctual_ingest_problems_total 0
punctual_report_fields_cut_total 0
punctual_reports_from_future_total 1
punctual_write_conflicts_total 0
punctual_evaluations_total 0
punctual_execution_time_seconds_sum 1.5
punctual_execution_time_seconds_count 1
punctual_unobserved_seconds_total 0
punctual_evaluator_lag_seconds 0
punctual_deliveries_total{channel="ops",outcome="delivered"} 1
punctual_delivery_duration_seconds_sum 2.3
punctual_delivery_duration_seconds_count 2
punctual_mail_pings_total{outcome="taken"} 0
punctual_mail_pings_total{outcome="refused"} 0
punctual_mail_pings_total{outcome="put_off"} 0
punctual_storms_total 0
"#);
    for bucket in ["le=\"0.25\"} 1", "le=\"2.5\"} 2", "le=\"+Inf\"} 2"] {
        assert!(text.contains(&format!("punctual_delivery_duration_seconds_bucket{{{bucket}")), "{bucket}");
    }
    for name in
        ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "le=\"+Inf\""]
    {
        assert!(text.contains(name), "{name}");
    }
}

#[tokio::test]
async fn every_metric_is_in_the_documentation() {
    let page = include_str!("../../../../docs/operations.md");
    let world = World::new();
    let text = world.get("/metrics").await.text().to_owned();
    let families = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    let ours = families.filter(|name| name.starts_with("punctual_")).collect::<Vec<_>>();
    assert!(ours.len() > 20, "{ours:?}");
    for name in ours {
        assert!(page.contains(&format!("`{name}`")), "docs/operations.md lacks {name}");
    }
}

#[tokio::test]
async fn metrics_are_told_without_the_store_too() {
    let settings = WebSettings { metrics: MetricsPolicy::Open, ..WebSettings::default() };
    let text = World::broken(Broken::Away, settings).get("/metrics").await.text().to_owned();
    assert!(text.contains("punctual_evaluator_lag_seconds 0\n"));
    assert!(!text.contains("punctual_schedulers_registered"));
}

#[tokio::test]
async fn the_caller_may_add_figures_of_its_own() {
    let world = World::new();
    let gauge = Gauge { name: "punctual_store_bytes", help: "Size of the store.", value: 4096.0 };
    let gauges: web::Gauges = Box::new(move || vec![gauge]);
    let settings = WebSettings { metrics: MetricsPolicy::Open, ..WebSettings::default() };
    let state = WebState::with_gauges(world.app().clone(), settings, Some(gauges));
    let request = axum::http::Request::get("/metrics").body(axum::body::Body::empty()).expect("a request");
    let response = web::router(state).oneshot(request).await.expect("an answer");
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    assert!(
        String::from_utf8_lossy(&body)
            .contains("# TYPE punctual_store_bytes gauge\npunctual_store_bytes 4096\n")
    );
}
