//! Sockets: connections within bounds, TLS whose certificates follow their files, and an end that lets requests finish.
//!
//! The caller binds the port, so that port 0 works and a port in use is found before anything else begins. Every task
//! is the crew's. What hyper refuses before there is a request (a malformed head, one that is too long) gets its bare
//! 400, 414 or 431: there is no request to describe in the shape of our errors.

mod activity;
mod connection;
mod executor;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use app::roles::Crew;
use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

pub use tls::{CertificateKeeper, Tls, TlsError, TlsSettings};

use connection::Line;

/// What bounds a listener and its connections.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Most connections at once; further ones wait to be accepted.
    pub connections_max: u32,
    /// Most bytes of a request's head.
    pub header_bytes_max: u32,
    /// How long a head may take, from the first moment on; an idle connection of HTTP/1 is closed after it, too.
    pub header_timeout: Duration,
    /// How long a connection may do nothing between requests.
    pub idle_timeout: Duration,
    /// How long a TLS handshake may take.
    pub handshake_timeout: Duration,
    /// How long requests may go on after the word to stop.
    pub drain: Duration,
    /// Most requests at once on a connection of HTTP/2.
    pub streams_max: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections_max: 10_000,
            header_bytes_max: 64 * 1024,
            header_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_mins(1),
            handshake_timeout: Duration::from_secs(10),
            drain: Duration::from_secs(25),
            streams_max: 200,
        }
    }
}

/// What is served where.
#[derive(Debug)]
pub struct Site {
    /// A bound port.
    pub listener: TcpListener,
    /// What is served on it.
    pub router: Router,
    /// By TLS, if so.
    pub tls: Option<Tls>,
    /// Within these bounds.
    pub bounds: Bounds,
}

/// How long to wait when nothing can be accepted: too many files are open, most likely.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// How often it is said that all seats are taken, where they stay so.
const FULL_TOLD_EVERY: Duration = Duration::from_mins(1);

/// Serves until it is told to stop; then accepts nothing more, lets requests finish for as long as the bounds allow,
/// and cuts what is left.
pub async fn serve(site: Site, stop: CancellationToken, crew: &Crew) {
    let Site { listener, router, tls, bounds } = site;
    let seats = Arc::new(Semaphore::new(bounds.connections_max as usize));
    let cut = CancellationToken::new();
    let mut full = Full { seats: bounds.connections_max, told: None };
    while let Some((stream, peer, seat)) = next(&listener, &seats, &mut full, &stop).await {
        let (stop, cut) = (stop.clone(), cut.clone());
        let line = Line { router: router.clone(), peer, bounds, stop, crew: crew.clone() };
        let tls = tls.clone();
        crew.spawn(async move {
            let _seat = seat;
            tokio::select! {
                () = line.serve(stream, tls) => {}
                () = cut.cancelled() => tracing::debug!(%peer, "a connection was cut"),
            }
        });
    }
    drop(listener);
    // Every seat is free when the last connection has ended.
    if tokio::time::timeout(bounds.drain, seats.acquire_many(bounds.connections_max)).await.is_err() {
        tracing::warn!(
            limit_ms = bounds.drain.as_millis() as u64,
            "requests did not finish in time and are cut"
        );
        cut.cancel();
        let _ = seats.acquire_many(bounds.connections_max).await;
    }
}

/// The next connection and its seat; `None` at the word to stop.
async fn next(
    listener: &TcpListener,
    seats: &Arc<Semaphore>,
    full: &mut Full,
    stop: &CancellationToken,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    tokio::select! {
        biased;
        () = stop.cancelled() => None,
        accepted = accept(listener, seats, full) => accepted,
    }
}

async fn accept(
    listener: &TcpListener,
    seats: &Arc<Semaphore>,
    full: &mut Full,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    if seats.available_permits() == 0 {
        full.tell();
    }
    let seat = seats.clone().acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return Some((stream, peer, seat)),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Says that all seats are taken, and not again and again.
#[derive(Debug)]
struct Full {
    seats: u32,
    told: Option<tokio::time::Instant>,
}

impl Full {
    fn tell(&mut self) {
        if self.told.is_none_or(|told| told.elapsed() >= FULL_TOLD_EVERY) {
            self.told = Some(tokio::time::Instant::now());
            tracing::warn!(
                connections_max = self.seats,
                "all connections are taken: further ones wait until one ends or is cut"
            );
        }
    }
}
