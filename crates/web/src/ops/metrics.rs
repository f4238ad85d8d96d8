//! `/metrics`: how it does, for Prometheus.

mod members;
mod messages;

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use app::AppResult;
use app::ports::Totals;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;

use super::http_metrics::{BUCKETS, Histogram};
use super::process;
use super::text::Page;
use crate::auth::authenticate;
use crate::chassis::{ErrorBody, Visit};
use crate::error::ApiError;
use crate::settings::MetricsPolicy;
use crate::state::WebState;
use messages::Stored;

const STORE_PATIENCE: Duration = Duration::from_secs(5);
const TEXT: [(header::HeaderName, &str); 1] =
    [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];

/// How does it do?
///
/// In Prometheus' text format. The figures are of all projects: a key of the project `default` is needed, unless the
/// server says otherwise.
#[utoipa::path(
    get, path = "/metrics", tag = "Operations", operation_id = "metrics",
    responses(
        (status = 200, description = "Figures.", body = String, content_type = "text/plain"),
        (status = 401, description = "No key, or none that works.", body = ErrorBody),
        (status = 403, description = "A key of another project.", body = ErrorBody),
        (status = 404, description = "They are served on a listener of their own.", body = ErrorBody),
    ),
)]
pub(crate) async fn metrics(
    State(state): State<WebState>,
    Extension(visit): Extension<Visit>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    match state.settings().metrics {
        MetricsPolicy::Open => {}
        MetricsPolicy::Elsewhere => {
            return Err(ApiError::new(StatusCode::NOT_FOUND, "metrics are not served on this listener"));
        }
        MetricsPolicy::Keyed => {
            let caller = authenticate(&state, &visit, &headers).await?;
            if caller.project != domain::ProjectId::default_project() {
                let message = "metrics are of all projects: a key of the project default is needed";
                return Err(ApiError::new(StatusCode::FORBIDDEN, message));
            }
        }
    }
    Ok((TEXT, page(&state).await))
}

/// The same on a listener of its own, which whoever opens it guards.
pub(crate) async fn unguarded(State(state): State<WebState>) -> impl IntoResponse {
    (TEXT, page(&state).await)
}

async fn page(state: &WebState) -> String {
    let mut page = Page::default();
    requests(&mut page, state);
    let (totals, messages) = tokio::join!(in_time(state.app().totals()), Stored::ask(state.app()));
    if let Some(totals) = totals {
        schedulers(&mut page, &totals);
    }
    messages.write(&mut page);
    members::write(&mut page, state.app());
    telemetry(&mut page, state);
    messages::counted(&mut page, state.app().telemetry());
    for gauge in state.gauges() {
        page.single(gauge.name, "gauge", gauge.help, gauge.value);
    }
    process::write(&mut page);
    page.finish()
}

/// What only the store knows; left out while it is away, for the rest is needed most then.
async fn in_time<T>(ask: impl Future<Output = AppResult<T>>) -> Option<T> {
    tokio::time::timeout(STORE_PATIENCE, ask).await.ok()?.ok()
}

fn requests(page: &mut Page, state: &WebState) {
    const COUNT: &str = "punctual_http_requests_total";
    let series = state.metrics().read();
    page.family(COUNT, "counter", "Requests answered.");
    let mut latencies: BTreeMap<(&str, &str), Histogram> = BTreeMap::new();
    for (labels, histogram) in &series {
        let status = labels.status.to_string();
        let shown =
            [("method", labels.method), ("route", labels.route.as_str()), ("status", status.as_str())];
        page.sample(COUNT, &shown, histogram.count as f64);
        latencies.entry((labels.method, &labels.route)).or_default().add(histogram);
    }
    page.family("punctual_http_request_duration_seconds", "histogram", "How long requests took.");
    for ((method, route), histogram) in &latencies {
        latency(page, &[("method", method), ("route", route)], histogram);
    }
}

fn latency(page: &mut Page, labels: &[(&str, &str); 2], histogram: &Histogram) {
    const BUCKET: &str = "punctual_http_request_duration_seconds_bucket";
    let [method, route] = *labels;
    for (bound, below) in BUCKETS.iter().zip(histogram.buckets) {
        page.sample(BUCKET, &[method, route, ("le", &bound.to_string())], below as f64);
    }
    page.sample(BUCKET, &[method, route, ("le", "+Inf")], histogram.count as f64);
    page.sample("punctual_http_request_duration_seconds_sum", labels, histogram.sum_secs);
    page.sample("punctual_http_request_duration_seconds_count", labels, histogram.count as f64);
}

fn schedulers(page: &mut Page, totals: &Totals) {
    let of =
        |wanted| totals.by_status.iter().find(|(status, _)| *status == wanted).map_or(0, |(_, count)| *count);
    let all = totals.all as f64;
    page.single("punctual_schedulers_registered", "gauge", "Schedulers that are registered.", all);
    let active = of(domain::Status::Running) as f64;
    page.single("punctual_schedulers_active", "gauge", "Schedulers with an open run.", active);
    let failed = of(domain::Status::Failed) as f64;
    page.single("punctual_schedulers_failed", "gauge", "Schedulers whose last run failed.", failed);
    page.family("punctual_schedulers_by_status", "gauge", "Schedulers by what they last reported.");
    for (status, count) in &totals.by_status {
        page.sample("punctual_schedulers_by_status", &[("status", status.as_str())], *count as f64);
    }
    page.family("punctual_schedulers_by_health", "gauge", "Schedulers by what we conclude.");
    for (health, count) in &totals.by_health {
        page.sample("punctual_schedulers_by_health", &[("health", health.as_str())], *count as f64);
    }
}

fn telemetry(page: &mut Page, state: &WebState) {
    let told = state.app().telemetry();
    let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as f64;
    let counters = [
        ("punctual_reports_total", "Reports taken.", &told.reports),
        ("punctual_heartbeats_total", "Heartbeats taken.", &told.heartbeats),
        ("punctual_ingest_problems_total", "Messages of jobs that came in vain.", &told.ingest_problems),
        ("punctual_report_fields_cut_total", "Report fields that were cut to size.", &told.cut_fields),
        (
            "punctual_reports_from_future_total",
            "Reports whose clock was ahead of ours.",
            &told.future_reports,
        ),
        ("punctual_write_conflicts_total", "Decisions that another writer made void.", &told.conflicts),
        ("punctual_evaluations_total", "Schedulers evaluated.", &told.evaluations),
    ];
    for (name, help, counter) in counters {
        page.single(name, "counter", help, read(counter));
    }
    let millis = |counter: &AtomicU64| read(counter) / 1000.0;
    page.family("punctual_execution_time_seconds", "summary", "How long runs took.");
    page.sample("punctual_execution_time_seconds_sum", &[], millis(&told.run_millis));
    page.sample("punctual_execution_time_seconds_count", &[], read(&told.runs_timed));
    let unobserved = millis(&told.unobserved_millis);
    page.single(
        "punctual_unobserved_seconds_total",
        "counter",
        "Time in which nothing could be seen.",
        unobserved,
    );
    let lag = told.evaluator_lag_millis.load(Ordering::Relaxed) as f64 / 1000.0;
    page.single("punctual_evaluator_lag_seconds", "gauge", "How far the evaluator is behind.", lag);
    page.family("punctual_role_failures_total", "counter", "Failures of roles, by role.");
    for (role, count) in &*told.role_failures.lock().unwrap_or_else(PoisonError::into_inner) {
        page.sample("punctual_role_failures_total", &[("role", role)], *count as f64);
    }
}
