//! A server on a port of its own, and the plainest of clients.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use app::roles::Crew;
use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use web::{Bounds, Site, Tls, serve};

/// Nothing takes this long; what does has failed.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn soon<T>(wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, wait).await.expect("it happens soon")
}

pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) stop: CancellationToken,
    crew: Crew,
}

impl Server {
    pub(super) async fn start(router: Router, tls: Option<Tls>, bounds: Bounds) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, crew) = (CancellationToken::new(), Crew::new());
        let site = Site { listener, router, tls, bounds };
        let (until, tasks) = (stop.clone(), crew.clone());
        crew.spawn(async move { serve(site, until, &tasks).await });
        Self { address, stop, crew }
    }

    pub(super) async fn connect(&self) -> TcpStream {
        soon(TcpStream::connect(self.address)).await.expect("a connection")
    }

    /// Ends when every task has.
    pub(super) async fn ended(&self) {
        self.stop.cancel();
        soon(self.crew.dismiss()).await;
    }
}

/// A handler that can be held up.
#[derive(Clone, Default)]
pub(super) struct Gate {
    pub(super) entered: Arc<Notify>,
    pub(super) released: Arc<Notify>,
}

impl Gate {
    /// `/` answers at once, `/slow` when it is released.
    pub(super) fn router(&self) -> Router {
        let gate = self.clone();
        let slow = async move || {
            gate.entered.notify_one();
            gate.released.notified().await;
            "at last"
        };
        Router::new().route("/", get(async || "at once")).route("/slow", get(slow))
    }
}

pub(super) async fn send(stream: &mut (impl AsyncWriteExt + Unpin), text: &str) {
    soon(stream.write_all(text.as_bytes())).await.expect("written");
}

/// Everything until the server closes; an abrupt end is an end too.
pub(super) async fn rest(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut bytes = Vec::new();
    let _ = soon(stream.read_to_end(&mut bytes)).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One answer of a connection that stays open, up to the end of a body that ends so.
pub(super) async fn until(stream: &mut (impl AsyncReadExt + Unpin), end: &str) -> String {
    let mut text = String::new();
    while !text.ends_with(end) {
        let mut byte = [0; 1];
        let read = soon(stream.read(&mut byte)).await.expect("read");
        assert_ne!(read, 0, "closed after: {text}");
        text.push(char::from(byte[0]));
    }
    text
}
