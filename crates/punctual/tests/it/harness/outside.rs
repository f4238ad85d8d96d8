//! Somebody outside who notices when a server falls silent: counts how often it is heard.

use std::sync::{Arc, Condvar, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use super::PATIENCE;

#[derive(Debug, Default)]
struct Shared {
    heard: Mutex<usize>,
    changed: Condvar,
}

/// Somebody outside.
#[derive(Debug)]
pub(crate) struct Outside {
    pub(crate) url: String,
    shared: Arc<Shared>,
    _runtime: Runtime,
}

impl Outside {
    pub(crate) fn start() -> Self {
        let shared = Arc::<Shared>::default();
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let routes = Router::new().route("/ping/a-secret-of-the-tests", get(hear));
        let routes = routes.with_state(Arc::clone(&shared));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("to listen");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Self { url: format!("http://{address}/ping/a-secret-of-the-tests"), shared, _runtime: runtime }
    }

    /// How often it was heard.
    pub(crate) fn heard(&self) -> usize {
        *self.shared.heard.lock().expect("heard")
    }

    /// Waits until it is heard so often again.
    #[track_caller]
    pub(crate) fn hear(&self, more: usize) {
        let heard = self.shared.heard.lock().expect("heard");
        let enough = *heard + more;
        let waited = self.shared.changed.wait_timeout_while(heard, PATIENCE, |heard| *heard < enough);
        let (heard, outcome) = waited.expect("heard");
        assert!(!outcome.timed_out(), "heard {heard} times, and not {enough}");
    }
}

async fn hear(State(shared): State<Arc<Shared>>) -> StatusCode {
    *shared.heard.lock().expect("heard") += 1;
    shared.changed.notify_all();
    StatusCode::OK
}
