//! Sockets: accepts connections, bounds what each may cost, wraps them in TLS where that is set, and lets those in
//! progress finish when the process stops. Knows nothing of what is served.

mod tls;

use std::sync::Arc;
use std::time::Duration;

use app::roles::Crew;
use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::chassis::Peer;

pub use tls::{Certificate, TlsError, TlsFiles};

/// How much the connections of one listener may cost.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How many may be open; further ones wait to be accepted.
    pub connections_max: usize,
    /// How long the head of a request may take, the wait for it on an open connection included.
    pub head_timeout: Duration,
    /// How long a TLS handshake may take.
    pub handshake_timeout: Duration,
    /// How many bytes the head of a request may have.
    pub head_bytes_max: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections_max: 10_000,
            head_timeout: Duration::from_secs(30),
            handshake_timeout: Duration::from_secs(10),
            head_bytes_max: 64 * 1024,
        }
    }
}

/// How many headers a request may have.
const HEADERS_MAX: usize = 100;
/// How many requests an HTTP/2 connection may have in progress.
const STREAMS_MAX: u32 = 200;
/// How long to wait when the system has no more sockets to give.
const OUT_OF_SOCKETS: Duration = Duration::from_millis(100);

/// Serves a router on a listener until the crew stops; connections in progress finish before the crew is dismissed.
pub fn serve(
    crew: &Crew,
    listener: TcpListener,
    router: Router,
    certificate: Option<Arc<Certificate>>,
    bounds: Bounds,
) {
    let server = Server { crew: crew.clone(), router, certificate, bounds, builder: builder(&bounds) };
    let stop = crew.stop_token();
    crew.spawn(async move { server.accept(listener, stop).await });
}

fn builder(bounds: &Bounds) -> Arc<Builder<TokioExecutor>> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.head_timeout)
        .max_headers(HEADERS_MAX)
        .max_buf_size(bounds.head_bytes_max)
        // A job that sends its report and closes its half has still reported.
        .half_close(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(u32::try_from(bounds.head_bytes_max).unwrap_or(u32::MAX))
        .keep_alive_interval(bounds.head_timeout)
        .keep_alive_timeout(bounds.head_timeout);
    Arc::new(builder)
}

#[derive(Clone)]
struct Server {
    crew: Crew,
    router: Router,
    certificate: Option<Arc<Certificate>>,
    bounds: Bounds,
    builder: Arc<Builder<TokioExecutor>>,
}

impl Server {
    async fn accept(self, listener: TcpListener, stop: CancellationToken) {
        let places = Arc::new(Semaphore::new(self.bounds.connections_max));
        loop {
            let Ok(place) = places.clone().acquire_owned().await else { return };
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, address)) => {
                    let (server, stop) = (self.clone(), stop.clone());
                    self.crew.spawn(async move { server.welcome(stream, Peer(address), &stop, place).await });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(OUT_OF_SOCKETS).await;
                }
            }
        }
    }

    async fn welcome(
        &self,
        stream: TcpStream,
        peer: Peer,
        stop: &CancellationToken,
        _place: OwnedSemaphorePermit,
    ) {
        let _ = stream.set_nodelay(true);
        let Some(certificate) = &self.certificate else { return self.converse(stream, peer, stop).await };
        let handshake = certificate.acceptor().accept(stream);
        match tokio::time::timeout(self.bounds.handshake_timeout, handshake).await {
            Ok(Ok(stream)) => self.converse(stream, peer, stop).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    /// Answers requests until the other end is done, or we are: then what is in progress is finished.
    async fn converse<S>(&self, stream: S, peer: Peer, stop: &CancellationToken)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let router =
            self.router.clone().map_request(move |mut request: hyper::Request<hyper::body::Incoming>| {
                request.extensions_mut().insert(peer);
                request.map(axum::body::Body::new)
            });
        let service = TowerToHyperService::new(router);
        let connection = self.builder.serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}
