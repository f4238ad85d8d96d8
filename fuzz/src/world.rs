//! A server without sockets: the real router on a store in memory, with a clock that stands still.

use std::sync::Arc;

use app::{App, ConfiguredKeys, Ports, Settings};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Method, Request};
use testkit::{FixedChannels, FixedClock, MemoryStore, SeededChance, Stores};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;
use web::{RateLimits, WebSettings, WebState};

use crate::answer::Answer;
use crate::contract::Contract;

/// The key of an administrator.
pub(crate) const ADMIN: &str = "configured-key-of-the-fuzzer";
/// Longer than any answer.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// One for each thread: the router takes far longer to build than a request to answer.
pub(crate) struct World {
    store: MemoryStore,
    router: Router,
    runtime: Runtime,
}

impl World {
    /// Runs an input on a store that holds one scheduler, called `a`, and nothing of the inputs before: what fails once
    /// fails for ever.
    pub(crate) fn fresh<T>(run: impl FnOnce(&Self) -> T) -> T {
        thread_local! {
            static WORLD: World = World::new();
        }
        WORLD.with(|world| {
            world.store.forget();
            let body = r#"{"scheduler_id":"a","service_name":"s","job_name":"j"}"#;
            world.ask(request(Method::POST, "/api/v1/schedulers/register", body.as_bytes()));
            run(world)
        })
    }

    fn new() -> Self {
        let store = MemoryStore::new();
        let app = App::new(
            ports(store.stores()),
            Settings { keys: ConfiguredKeys::new([ADMIN]), ..Settings::default() },
        );
        let state = WebState::new(app, settings());
        state.readiness().set(true);
        let router = web::router(state);
        let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
        Self { store, router, runtime }
    }

    /// Asks, and demands of the answer what every answer of the API must be.
    pub(crate) fn ask(&self, request: Request<Body>) {
        self.answer(request).holds(Contract::served());
    }

    /// What is answered.
    pub(crate) fn answer(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.expect("a router always answers");
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, ANSWER_BYTES_MAX).await.expect("an answer ends").to_vec();
            let is_own = parts.extensions.get::<web::OwnShape>().is_some();
            Answer { method, path, status: parts.status, is_own, headers: parts.headers, body }
        })
    }
}

fn ports(stores: Stores) -> Ports {
    Ports {
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
        clock: Arc::new(FixedClock::at(testkit::fixtures::start())),
        chance: Arc::new(SeededChance::new(1)),
    }
}

/// Everything that reads what a client sends is switched on; nothing that counts.
fn settings() -> WebSettings {
    WebSettings {
        rate_limits: RateLimits { enabled: false, ..RateLimits::default() },
        failed_attempts_per_minute: u32::MAX,
        trusted_proxies: vec!["0.0.0.0/0".parse().expect("a network"), "::/0".parse().expect("a network")],
        cors_origins: vec![HeaderValue::from_static("https://board.example.org")],
        ..WebSettings::default()
    }
}

/// A request of the administrator. A path that is none becomes the root.
pub(crate) fn request(method: Method, path: &str, body: &[u8]) -> Request<Body> {
    let mut request = Request::new(Body::from(body.to_vec()));
    *request.method_mut() = method;
    *request.uri_mut() = path.parse().unwrap_or_default();
    request.headers_mut().insert("x-api-key", HeaderValue::from_static(ADMIN));
    request
}
