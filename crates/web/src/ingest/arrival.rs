//! A message as it came in: its address, its query and its headers. Its body comes beside it, not read yet.

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use domain::{Instant, Origin};

use super::origin::site;
use super::{Pairs, kept, origin, refused};
use crate::chassis::Visit;
use crate::error::ApiError;
use crate::state::WebState;

/// A message as it came in.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) visit: Visit,
    pub(crate) headers: HeaderMap,
    pub(crate) query: Pairs,
}

impl FromRequestParts<WebState> for Arrival {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &WebState) -> Result<Self, Response> {
        let visit = parts.extensions.get::<Visit>().cloned();
        let visit = visit.ok_or_else(|| refused(ApiError::internal(), "something went wrong"))?;
        Ok(Self::of(visit, parts.headers.clone(), Pairs::parse(parts.uri.query())))
    }
}

impl Arrival {
    pub(crate) const fn of(visit: Visit, headers: HeaderMap, query: Pairs) -> Self {
        Self { visit, headers, query }
    }

    /// The path as it was asked for, not decoded.
    pub(crate) fn path(&self) -> &str {
        self.visit.uri.path()
    }

    /// The parts of the path after a beginning of it; none where it begins otherwise.
    pub(crate) fn after<'a>(&'a self, beginning: &str) -> Vec<&'a str> {
        const PARTS_MAX: usize = 8;
        self.path()
            .strip_prefix(beginning)
            .map_or_else(Vec::new, |rest| rest.splitn(PARTS_MAX, '/').collect())
    }

    pub(crate) fn received_at(&self) -> Instant {
        self.visit.received_at
    }

    /// Whether it came by a method by which messages come.
    pub(crate) fn is_said(&self) -> bool {
        [Method::GET, Method::POST, Method::HEAD].contains(&self.visit.method)
    }

    /// How it came in, as the history keeps it.
    pub(crate) fn origin(&self, dialect: &str, state: &WebState) -> Origin {
        origin(dialect, state, &self.visit, &self.headers)
    }

    /// The address by which the client reached us.
    pub(crate) fn site(&self, state: &WebState) -> String {
        site(state, &self.headers, &self.visit.uri)
    }

    /// The parameters of the body, where it is said to be a form.
    pub(crate) async fn form(&self, body: Body) -> Pairs {
        const FORM_BYTES_MAX: usize = 64 * 1024;
        let kind = self.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.trim_start().starts_with("application/x-www-form-urlencoded") {
            return Pairs::default();
        }
        let body = kept(body, FORM_BYTES_MAX).await;
        Pairs::parse(Some(&String::from_utf8_lossy(&body.bytes)))
    }
}
