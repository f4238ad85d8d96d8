//! Accepts connections and holds each, within bounds on all of them and on those of one address.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::roles::Crew;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::office::Office;
use crate::reply::Reply;
use crate::seats::{Seat, Seats};
use crate::session::Session;
use crate::settings::{Bounds, Settings};

/// How long to wait when nothing can be accepted: too many files are open, most likely.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// How long one who is sent away has to hear it.
const FAREWELL: Duration = Duration::from_secs(1);

/// What takes mails where.
#[derive(Debug)]
pub struct Site {
    /// A bound port.
    pub listener: TcpListener,
    /// Where they are handed in.
    pub app: App,
    /// What people set.
    pub settings: Settings,
    /// Within these bounds.
    pub bounds: Bounds,
}

/// Takes mails until it is told to stop; then accepts nothing more, lets mails that are under way be finished for as long as
/// the bounds allow, and cuts what is left: their senders come again.
pub async fn serve(site: Site, stop: CancellationToken, crew: &Crew) {
    let Site { listener, app, settings, bounds } = site;
    let office = Office { app, settings };
    let places = Arc::new(Semaphore::new(bounds.connections_max as usize));
    let (cut, seats) = (CancellationToken::new(), Seats::default());
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => None,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { break };
        let seat = seats.take(peer.ip(), bounds.per_address_max);
        let session = Session { office: office.clone(), bounds, peer, stop: stop.clone() };
        let cut = cut.clone();
        crew.spawn(async move {
            let _place = place;
            tokio::select! {
                () = hold(&session, stream, seat) => {}
                () = cut.cancelled() => tracing::debug!(%peer, "a connection was cut"),
            }
        });
    }
    drop(listener);
    // Every place is free when the last connection has ended.
    if tokio::time::timeout(bounds.drain, places.acquire_many(bounds.connections_max)).await.is_err() {
        tracing::warn!("mails did not come to their end in time and are cut: their senders try again");
        cut.cancel();
        let _ = places.acquire_many(bounds.connections_max).await;
    }
}

async fn hold(session: &Session, mut stream: TcpStream, seat: Option<Seat>) {
    let Some(_seat) = seat else {
        let reply = Reply::farewell("4.7.0 too many connections from this address").to_string();
        let _ = tokio::time::timeout(FAREWELL, stream.write_all(reply.as_bytes())).await;
        return;
    };
    Box::pin(session.hold(stream)).await;
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return Some((stream, peer, place)),
            Err(error) => {
                tracing::warn!(%error, "a connection for mails could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
