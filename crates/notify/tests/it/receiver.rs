//! A local server that answers as it is told and remembers what it got.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::net::TcpListener;

/// A request that came in.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("json")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).expect(name).to_str().expect("text")
    }
}

pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Receiver {
    /// Answers every request with what `answer` makes.
    pub(crate) async fn answering<A, R>(answer: A) -> Self
    where
        A: Fn() -> R + Clone + Send + Sync + 'static,
        R: IntoResponse,
    {
        Self::start(move || std::future::ready(answer().into_response())).await
    }

    /// Takes requests and never answers.
    pub(crate) async fn hanging() -> Self {
        Self::start(std::future::pending::<Response>).await
    }

    async fn start<A, F>(answer: A) -> Self
    where
        A: Fn() -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let got = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&got);
        let router = Router::new().fallback(move |method, uri, headers, body| {
            kept.lock().expect("not poisoned").push(Got { method, uri, headers, body });
            answer()
        });
        in_the_background(async move { axum::serve(listener, router).await });
        Self { address, got }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn got(&self) -> Vec<Got> {
        self.got.lock().expect("not poisoned").clone()
    }
}

/// Runs a server beside the test; it ends with the test's runtime.
#[expect(clippy::disallowed_methods, reason = "a test's server belongs to no crew")]
pub(crate) fn in_the_background<F>(server: F) -> tokio::task::JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    tokio::spawn(server)
}
