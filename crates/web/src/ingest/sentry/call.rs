//! A request to one of the endpoints: what it says beside its body, and whose it is. The key is looked up before
//! anything of a body is opened.

use app::ports::Project;
use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode, header};

use super::DIALECT;
use super::auth::{AuthError, PublicKey, project_number, public_key};
use super::incoming::Incoming;
use super::refusal::Refusal;
use super::take::Sender;
use crate::chassis::Visit;
use crate::error::ApiError;
use crate::extract::announced_length;
use crate::ingest::origin;
use crate::state::WebState;

const X_SENTRY_AUTH: HeaderName = HeaderName::from_static("x-sentry-auth");

/// A request, before its body.
pub(super) struct Call<'a> {
    pub(super) state: &'a WebState,
    parts: Parts,
    visit: Visit,
    number: u64,
}

impl<'a> Call<'a> {
    /// Takes a request to a project apart; of its body there may be so many bytes.
    pub(super) fn of(
        state: &'a WebState,
        project: &str,
        request: Request,
        most: usize,
    ) -> Result<(Self, Incoming), Refusal> {
        let number = project_number(project)?;
        let (parts, body): (Parts, Body) = request.into_parts();
        let visit = parts.extensions.get::<Visit>().cloned().ok_or_else(ApiError::internal)?;
        if announced_length(&parts.headers).is_some_and(|length| length > most as u64) {
            return Err(Refusal::too_large(most));
        }
        let incoming = Incoming::of(body, most, state.heavy());
        Ok((Self { state, parts, visit, number }, incoming))
    }

    /// The key that it bears, if not elsewhere in the envelope's DSN.
    pub(super) fn key(&self, dsn: Option<&str>) -> Result<PublicKey, AuthError> {
        let header = self.header(X_SENTRY_AUTH).or_else(|| self.header(header::AUTHORIZATION));
        public_key(header, self.query(), dsn, self.number)
    }

    pub(super) fn query(&self) -> &str {
        self.parts.uri.query().unwrap_or_default()
    }

    /// How its body is packed.
    pub(super) fn encoding(&self) -> &str {
        self.header(header::CONTENT_ENCODING).unwrap_or_default()
    }

    pub(super) fn content_type(&self) -> &str {
        self.header(header::CONTENT_TYPE).unwrap_or_default()
    }

    fn header(&self, name: HeaderName) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    /// The project of a key, if it is the one that the path names.
    pub(super) async fn admit(&self, key: &PublicKey) -> Result<Sender<'a>, Refusal> {
        let (attempts, app) = (self.state.attempts(), self.state.app());
        let now = app.ports().clock.monotonic();
        attempts.admit(self.visit.address, key.as_str(), now)?;
        let Some(project) = app.project_of_ping_key(key.as_str()).await? else {
            attempts.failed(self.visit.address, now);
            return Err(unknown(key));
        };
        attempts.succeeded(key.as_str());
        if u64::from(project.number) != self.number {
            return Err(self.elsewhere(&project));
        }
        let origin = origin(DIALECT, self.state, &self.visit, &self.parts.headers);
        Ok(Sender { state: self.state, project, origin, received_at: self.visit.received_at })
    }

    fn elsewhere(&self, project: &Project) -> Refusal {
        let detail =
            format!("the key is that of project {}, and the path names {}", project.number, self.number);
        Refusal::new(StatusCode::FORBIDDEN, "other_project", detail).of(project)
    }
}

fn unknown(key: &PublicKey) -> Refusal {
    let detail = "the key in the DSN is no project's: the ping key of a project is what stands there";
    Refusal::new(StatusCode::FORBIDDEN, "unknown_ping_key", detail)
        .about(app::ingest::Vain::token(key.as_str()))
}
