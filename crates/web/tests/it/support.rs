//! A world to ask: a fixed clock, seeded ids, a store in memory, keys of every role.

mod broken;
mod log;

use std::fmt;
use std::sync::Arc;

use app::ports::Role;
use app::{App, Caller, ConfiguredKeys, NewKey, Ports, Settings};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderName, Method, Request, StatusCode};
use domain::{Duration, ProjectId};
use serde_json::Value;
use testkit::{FixedChannels, FixedClock, MemoryStore, SeededChance};
use tower::ServiceExt;
use web::{WebSettings, WebState};

pub(crate) use broken::Broken;
pub(crate) use log::logged;

/// The key that configuration gives: an administrator of the default project.
pub(crate) const ADMIN: &str = "configured-key-of-the-tests";

pub(crate) struct World {
    pub(crate) clock: Arc<FixedClock>,

    pub(crate) state: WebState,
    pub(crate) router: Router,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(WebSettings::default())
    }

    pub(crate) fn with(settings: WebSettings) -> Self {
        Self::on(settings, |_| {})
    }

    /// A world some of whose ports are replaced.
    pub(crate) fn on(settings: WebSettings, change: impl FnOnce(&mut Ports)) -> Self {
        log::keep();
        let clock = Arc::new(FixedClock::at(testkit::fixtures::start()));
        let stores = MemoryStore::new().stores();
        let mut ports = Ports {
            schedulers: stores.schedulers,
            queries: stores.queries,
            outbox: stores.outbox,
            incidents: stores.incidents,
            observation: stores.observation,
            access: stores.access,
            retention: stores.retention,
            definitions: stores.definitions,
            boards: stores.boards,
            members: stores.members,
            channels: Arc::new(FixedChannels::new()),
            clock: clock.clone(),
            chance: Arc::new(SeededChance::new(1)),
        };
        change(&mut ports);
        let keys = ConfiguredKeys::new([ADMIN]);
        let app = App::new(ports, Settings { keys, ..Settings::default() });
        let state = WebState::new(app, settings);
        let router = web::router(state.clone());
        Self { clock, state, router }
    }

    pub(crate) fn app(&self) -> &App {
        self.state.app()
    }

    /// A new key of the default project.
    pub(crate) async fn key(&self, role: Role, services: &[&str]) -> String {
        self.key_in(ProjectId::default_project(), role, services).await
    }

    /// A new key of a project, which is made where it is missing.
    pub(crate) async fn key_in(&self, project: ProjectId, role: Role, services: &[&str]) -> String {
        let someone = Caller::local(ProjectId::default_project());
        self.app()
            .put_project(&someone, project.clone(), "A project".to_owned(), None)
            .await
            .expect("a project");
        let new = NewKey {
            name: role.as_str().to_owned(),
            role,
            services: services.iter().map(ToString::to_string).collect(),
            expires_at: None,
            project: Some(project),
        };
        self.app().create_key(&someone, new).await.expect("a key").secret
    }

    /// A world whose reading side is broken.
    pub(crate) fn broken(how: Broken, settings: WebSettings) -> Self {
        Self::on(settings, |ports| ports.queries = Arc::new(how))
    }

    /// Seconds pass.
    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.advance(Duration::from_seconds(seconds));
    }

    /// Registers `billing-nightly` of the service `billing`.
    pub(crate) async fn billing(&self) {
        let body = r#"{"scheduler_id":"billing-nightly","service_name":"billing","job_name":"nightly"}"#;
        let reply = self.post("/api/v1/schedulers/register", body).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{reply}");
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.ask(Ask::new(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Reply {
        self.ask(Ask::new(Method::POST, path).body(body.to_owned())).await
    }

    pub(crate) async fn put(&self, path: &str, body: &str) -> Reply {
        self.ask(Ask::new(Method::PUT, path).body(body.to_owned())).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &str) -> Reply {
        self.ask(Ask::new(Method::PATCH, path).body(body.to_owned())).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.ask(Ask::new(Method::DELETE, path)).await
    }

    pub(crate) async fn ask(&self, ask: Ask) -> Reply {
        let response = self.router.clone().oneshot(ask.0).await.expect("a router always answers");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 64 << 20).await.expect("a body");
        Reply { status: parts.status, headers: parts.headers, body: body.to_vec() }
    }
}

/// A request of the administrator, until something else is said.
pub(crate) struct Ask(Request<Body>);

impl Ask {
    pub(crate) fn new(method: Method, path: &str) -> Self {
        let request = Request::builder().method(method).uri(path).header("x-api-key", ADMIN);
        Self(request.body(Body::empty()).expect("a request"))
    }

    /// With a body of JSON.
    pub(crate) fn body(self, body: impl Into<Body>) -> Self {
        let mut with = self.header("content-type", "application/json");
        *with.0.body_mut() = body.into();
        with
    }

    /// With another key.
    pub(crate) fn key(self, key: &str) -> Self {
        self.header("x-api-key", key)
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.headers_mut().remove(name);
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        self.0.headers_mut().insert(name, value.parse().expect("a header's value"));
        self
    }

    pub(crate) fn header_bytes(mut self, name: &'static str, value: &[u8]) -> Self {
        let value = axum::http::HeaderValue::from_bytes(value).expect("a header's value");
        self.0.headers_mut().insert(name, value);
        self
    }
}

/// A whole answer.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    /// The message of an error.
    pub(crate) fn message(&self) -> String {
        self.json()["message"].as_str().expect("a message").to_owned()
    }

    /// The problems of an invalid request, one a line.
    pub(crate) fn details(&self) -> String {
        let details = self.json()["details"].as_array().cloned().unwrap_or_default();
        let shown = details.iter().map(|detail| {
            format!(
                "{}: {}",
                detail["field"].as_str().unwrap_or("?"),
                detail["problem"].as_str().unwrap_or("?")
            )
        });
        shown.collect::<Vec<_>>().join("\n")
    }
}

/// Status, headers in order, and the body as it is: the order of its fields is part of the contract.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.status)?;
        let mut headers: Vec<_> = self.headers.iter().collect();
        headers.sort_by_key(|(name, _)| name.as_str());
        for (name, value) in headers {
            writeln!(f, "{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        writeln!(f)?;
        write!(f, "{}", String::from_utf8_lossy(&self.body))
    }
}
