//! A receiver of webhooks: remembers every message with its id, repeats too.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use super::PATIENCE;

/// A message as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) id: String,
    pub(crate) body: Value,
}

impl Received {
    fn scheduler(&self) -> Option<&str> {
        self.body["data"]["scheduler_id"].as_str()
    }
}

#[derive(Debug, Default)]
struct Shared {
    received: Mutex<Vec<Received>>,
    changed: Condvar,
    /// The status it answers with, where not 204; what it refuses it does not remember.
    refuses: AtomicU16,
}

/// The receiver.
#[derive(Debug)]
pub(crate) struct FakeHook {
    url: String,
    shared: Arc<Shared>,
    _runtime: Runtime,
}

impl FakeHook {
    pub(crate) fn start() -> Self {
        let shared = Arc::<Shared>::default();
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let routes = Router::new().route("/hook", post(take)).with_state(Arc::clone(&shared));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("to listen");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Self { url, shared, _runtime: runtime }
    }

    /// A table of the configuration file that makes this a channel of that name, told only by who names it.
    pub(crate) fn table(&self, name: &str) -> String {
        format!(
            "[channels.{name}]\nkind = \"webhook\"\nurl = \"{}\"\nsecret = \"a secret of the tests\"\ndefault = false\n",
            self.url
        )
    }

    /// Answers with that status from now on.
    pub(crate) fn answers(&self, status: u16) {
        self.shared.refuses.store(if status == 204 { 0 } else { status }, Ordering::SeqCst);
    }

    /// The same, told by whoever names nobody too.
    pub(crate) fn table_by_default(&self, name: &str) -> String {
        self.table(name).replace("default = false", "default = true")
    }

    /// All that came, in order.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.shared.received.lock().expect("received").clone()
    }

    /// Waits until so many messages of a type came; answers them.
    #[track_caller]
    pub(crate) fn wait_for_type(&self, kind: &str, count: usize) -> Vec<Received> {
        let of_type = |all: &[Received]| {
            all.iter().filter(|message| message.body["type"] == kind).cloned().collect::<Vec<_>>()
        };
        let received = self.shared.received.lock().expect("received");
        let few = |all: &mut Vec<Received>| of_type(all).len() < count;
        let (received, outcome) =
            self.shared.changed.wait_timeout_while(received, PATIENCE, few).expect("received");
        assert!(!outcome.timed_out(), "not {count} messages of {kind}: {received:#?}");
        of_type(&received)
    }

    /// Waits until of each of these schedulers it was told, by these words; answers all that came, in order.
    #[track_caller]
    pub(crate) fn wait_for_all(&self, schedulers: &[String], kind: &str) -> Vec<Received> {
        let untold = |received: &[Received]| {
            let of_kind = received.iter().filter(|message| message.body["type"] == kind);
            let told: BTreeSet<&str> = of_kind.filter_map(Received::scheduler).collect();
            schedulers.iter().filter(|id| !told.contains(id.as_str())).count()
        };
        let received = self.shared.received.lock().expect("received");
        let waited = self.shared.changed.wait_timeout_while(received, PATIENCE, |all| untold(all) > 0);
        let (received, outcome) = waited.expect("received");
        assert!(!outcome.timed_out(), "of {} schedulers nothing was told: {kind}", untold(&received));
        received.clone()
    }
}

async fn take(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> StatusCode {
    if let Ok(status) = StatusCode::from_u16(shared.refuses.load(Ordering::SeqCst)) {
        return status;
    }
    let id = headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let Ok(body) = serde_json::from_str(&body) else { return StatusCode::BAD_REQUEST };
    shared.received.lock().expect("received").push(Received { id, body });
    shared.changed.notify_all();
    StatusCode::NO_CONTENT
}
