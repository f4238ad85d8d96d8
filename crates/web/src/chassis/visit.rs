//! One request on its way through: its id, when it came in, from where, and to which route.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode, Uri};
use domain::Instant;
use tracing::Span;
use tracing::field::Empty;

use super::{address, request_id};
use crate::state::WebState;

/// One request on its way through.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) request_id: Arc<str>,
    /// Stamped before anything of the body is read.
    pub(crate) received_at: Instant,
    pub(crate) method: Method,
    /// As it was asked for.
    pub(crate) uri: Uri,
    /// The route's pattern; `None` where there is no such route.
    pub(crate) route: Option<MatchedPath>,
    /// Who asks, as far as addresses can tell.
    pub(crate) address: IpAddr,
    began: Duration,
}

/// What unknown routes are called in figures and spans.
const NO_ROUTE: &str = "none";

impl Visit {
    pub(crate) fn begin(state: &WebState, request: &Request) -> Self {
        let ports = state.app().ports();
        let received_at = state.app().now();
        let mint = || format!("{:032x}", app::ports::id_bits(received_at, ports.chance.bits()));
        Self {
            request_id: request_id::of(request.headers()).unwrap_or_else(mint).into(),
            received_at,
            method: request.method().clone(),
            uri: request.uri().clone(),
            route: request.extensions().get().cloned(),
            address: address::of(request, &state.settings().trusted_proxies),
            began: ports.clock.monotonic(),
        }
    }

    pub(crate) fn span(&self) -> Span {
        tracing::info_span!(
            "request",
            request_id = %self.request_id,
            method = %self.method,
            route = self.route(),
            scheduler_id = Empty,
            actor = Empty,
            status = Empty,
            latency_ms = Empty,
        )
    }

    /// Writes down how it ended. Call it within the span.
    pub(crate) fn end(&self, state: &WebState, status: StatusCode) {
        let latency = state.app().ports().clock.monotonic().saturating_sub(self.began);
        state.metrics().record(&self.method, self.route(), status, latency);
        Span::current()
            .record("status", status.as_u16())
            .record("latency_ms", latency.as_secs_f64() * 1000.0);
        if status.is_server_error() {
            tracing::warn!("a request failed");
        } else if status.is_client_error() {
            tracing::info!("a request was refused");
        } else {
            tracing::debug!("a request was answered");
        }
    }

    fn route(&self) -> &str {
        self.route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str)
    }
}
