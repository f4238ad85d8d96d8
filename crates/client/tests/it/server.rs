//! A server that records every call and answers as a test tells it to; and a server that is away.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{Builder, Runtime};

/// Nothing takes this long; a test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub line: String,
    pub headers: axum::http::HeaderMap,
    pub body: Value,
}

impl Call {
    pub(crate) fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

pub(crate) struct Reply {
    pub status: u16,
    pub body: Value,
    pub link: Option<String>,
    pub retry_after: Option<u32>,
}

impl Reply {
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: 200, body, link: None, retry_after: None }
    }

    /// What a report or a registration is answered.
    pub(crate) fn taken() -> Self {
        Self::ok(json!({ "scheduler_id": "a" }))
    }

    /// In the contract's error shape.
    pub(crate) fn error(status: u16, message: &str) -> Self {
        Self {
            status,
            body: json!({ "statusCode": status, "message": message }),
            link: None,
            retry_after: None,
        }
    }
}

impl Reply {
    /// The calls come too fast.
    pub(crate) fn too_fast(retry_after: u32) -> Self {
        Self { retry_after: Some(retry_after), ..Self::error(429, "Too many requests") }
    }
}

type Answer = dyn Fn(&Call) -> Reply + Send + Sync;

#[derive(Default)]
struct Calls {
    made: Mutex<Vec<Call>>,
    grown: Condvar,
}

pub(crate) struct Server {
    pub address: String,
    calls: Arc<Calls>,
    _runtime: Runtime,
}

impl Server {
    /// Says yes to everything.
    pub(crate) fn start() -> Self {
        Self::answering(|_| Reply::taken())
    }

    /// The answer may block: it is given by a thread of its own.
    pub(crate) fn answering(answer: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Self {
        Away::new().returns(answer)
    }

    fn on(listener: impl FnOnce() -> TcpListener, answer: Arc<Answer>) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let calls = Arc::new(Calls::default());
        let recorder = Arc::clone(&calls);
        let routes = Router::new()
            .fallback(move |request: Request| record(request, Arc::clone(&recorder), Arc::clone(&answer)));
        let entered = runtime.enter();
        let listener = listener();
        drop(entered);
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Self { address, calls, _runtime: runtime }
    }

    /// The reports that came.
    pub(crate) fn reports(&self) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.line.ends_with("/status")).collect()
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.made.lock().expect("calls").clone()
    }

    /// Waits until so many calls were made whose line contains the text.
    pub(crate) fn wait_for(&self, count: usize, part_of_line: &str) -> Vec<Call> {
        let matching = |calls: &[Call]| -> Vec<Call> {
            calls.iter().filter(|call| call.line.contains(part_of_line)).cloned().collect()
        };
        let made = self.calls.made.lock().expect("calls");
        let too_few = |calls: &mut Vec<Call>| matching(calls).len() < count;
        let (made, outcome) = self.calls.grown.wait_timeout_while(made, PATIENCE, too_few).expect("calls");
        assert!(!outcome.timed_out(), "{count} calls with {part_of_line} did not come, but {made:?}");
        matching(&made)
    }
}

async fn record(request: Request, calls: Arc<Calls>, answer: Arc<Answer>) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.expect("a body");
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let call = Call { line: format!("{} {}", head.method, head.uri), headers: head.headers, body };
    calls.made.lock().expect("calls").push(call.clone());
    calls.grown.notify_all();
    let reply = tokio::task::spawn_blocking(move || answer(&call)).await.expect("an answer");
    let status = axum::http::StatusCode::from_u16(reply.status).expect("a status");
    let links = reply.link.map(|link| [("link", link)]);
    let waits = reply.retry_after.map(|seconds| [("retry-after", seconds.to_string())]);
    let headers = (links.map(AppendHeaders), waits.map(AppendHeaders));
    (status, headers.0, headers.1, reply.body.to_string()).into_response()
}

/// An address at which connections are refused, kept from being anybody else's.
pub(crate) struct Away {
    pub address: String,
    socket: TcpSocket,
}

impl Away {
    pub(crate) fn new() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
        let address = format!("http://{}", socket.local_addr().expect("an address"));
        Self { address, socket }
    }

    pub(crate) fn returns(self, answer: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Server {
        Server::on(move || self.socket.listen(128).expect("to listen"), Arc::new(answer))
    }
}
