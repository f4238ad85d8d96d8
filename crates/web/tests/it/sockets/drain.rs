//! The word to stop: requests finish, within a bound.

use std::time::Duration;

use tokio::net::TcpStream;
use web::Bounds;

use super::client::{Gate, Server, rest, send, soon, until};

#[tokio::test]
async fn a_request_that_is_being_answered_is_finished() {
    let gate = Gate::default();
    let server = Server::start(gate.router(), None, Bounds::default()).await;
    let mut busy = server.connect().await;
    send(&mut busy, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
    soon(gate.entered.notified()).await;
    let mut idle = server.connect().await;
    send(&mut idle, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    until(&mut idle, "at once").await;

    server.stop.cancel();
    assert_eq!(rest(&mut idle).await, "", "an idle connection is closed at once");
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    gate.released.notify_one();
    let told = rest(&mut busy).await;
    assert!(told.starts_with("HTTP/1.1 200 OK") && told.ends_with("at last"), "{told}");
    server.ended().await;
}

#[tokio::test]
async fn what_does_not_finish_in_time_is_cut() {
    let gate = Gate::default();
    let bounds = Bounds { drain: Duration::from_millis(50), ..Bounds::default() };
    let server = Server::start(gate.router(), None, bounds).await;
    let mut busy = server.connect().await;
    send(&mut busy, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
    soon(gate.entered.notified()).await;
    server.ended().await;
    assert_eq!(rest(&mut busy).await, "");
}
