//! One connection, from its handshake to its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use app::roles::Crew;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::activity::Activity;
use super::executor::OfCrew;
use super::{Bounds, Tls};
use crate::chassis::Peer;

/// How long a connection that did nothing has for its farewell.
const FAREWELL: Duration = Duration::from_secs(5);
const HEADERS_MAX: usize = 100;
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// One connection.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) router: Router,
    pub(super) peer: SocketAddr,
    pub(super) bounds: Bounds,
    pub(super) stop: CancellationToken,
    pub(super) crew: Crew,
}

impl Line {
    pub(super) async fn serve(self, stream: TcpStream, tls: Option<Tls>) {
        // Answers are small and whole: nothing is gained by holding them back.
        let _ = stream.set_nodelay(true);
        let Some(tls) = tls else { return self.speak(stream).await };
        let handshake = tls.acceptor().accept(stream);
        match tokio::time::timeout(self.bounds.handshake_timeout, handshake).await {
            Ok(Ok(stream)) => self.speak(stream).await,
            Ok(Err(error)) => tracing::debug!(peer = %self.peer, %error, "a TLS handshake failed"),
            Err(_) => tracing::debug!(peer = %self.peer, "a TLS handshake took too long"),
        }
    }

    async fn speak(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let activity = Arc::new(Activity::new());
        let (router, peer, seen) = (self.router.clone(), self.peer, activity.clone());
        let service = service_fn(move |request| answer(router.clone(), peer, seen.clone(), request));
        let builder = self.builder();
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
            () = activity.ceased(&self.bounds) => {
                connection.as_mut().graceful_shutdown();
                tokio::time::timeout(FAREWELL, connection).await.unwrap_or(Ok(()))
            }
        };
        if let Err(error) = ended {
            tracing::debug!(peer = %self.peer, %error, "a connection broke");
        }
    }

    fn builder(&self) -> auto::Builder<OfCrew> {
        let bounds = &self.bounds;
        let mut builder = auto::Builder::new(OfCrew(self.crew.clone()));
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(bounds.header_timeout)
            // A job that sends its report and closes its half has still reported.
            .half_close(true)
            .max_headers(HEADERS_MAX)
            .max_buf_size((bounds.header_bytes_max as usize).max(8192));
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(bounds.header_bytes_max)
            .max_concurrent_streams(bounds.streams_max)
            .keep_alive_interval(KEEP_ALIVE)
            .keep_alive_timeout(KEEP_ALIVE);
        builder
    }
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    activity: Arc<Activity>,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(Peer(peer));
    activity.request_began();
    let _ended = Ended(activity);
    router.oneshot(request).await
}

/// A request ends when it is answered, and also when its client goes away.
struct Ended(Arc<Activity>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.request_ended();
    }
}
