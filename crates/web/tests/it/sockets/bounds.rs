//! Clients that are slow, silent, many or too talkative.

use std::time::Duration;

use axum::Router;
use tokio::io::AsyncReadExt;
use web::{Bounds, WebSettings};

use super::client::{Gate, Server, rest, send, soon, until};
use crate::support::World;

const SHORT: Duration = Duration::from_millis(100);

async fn hasty(bounds: Bounds) -> Server {
    Server::start(Gate::default().router(), None, bounds).await
}

#[tokio::test]
async fn a_head_that_does_not_come_to_its_end_is_cut() {
    let server = hasty(Bounds { header_timeout: SHORT, ..Bounds::default() }).await;
    for beginning in ["", "P", "GET / HTTP/1.1\r\nHost: x\r\nX-Slow:"] {
        let mut stream = server.connect().await;
        send(&mut stream, beginning).await;
        let told = rest(&mut stream).await;
        assert!(!told.contains("200 OK"), "{beginning:?}: {told}");
    }
    server.ended().await;
}

#[tokio::test]
async fn a_connection_that_does_nothing_is_closed() {
    let server = hasty(Bounds { idle_timeout: SHORT, ..Bounds::default() }).await;
    let mut stream = server.connect().await;
    send(&mut stream, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(until(&mut stream, "at once").await.starts_with("HTTP/1.1 200 OK"));
    assert_eq!(rest(&mut stream).await, "");
    server.ended().await;
}

#[tokio::test]
async fn a_request_in_flight_is_not_idleness() {
    let gate = Gate::default();
    let bounds = Bounds { idle_timeout: SHORT, header_timeout: SHORT, ..Bounds::default() };
    let server = Server::start(gate.router(), None, bounds).await;
    let mut stream = server.connect().await;
    send(&mut stream, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
    soon(gate.entered.notified()).await;
    let mut byte = [0; 1];
    assert!(tokio::time::timeout(SHORT * 4, stream.read(&mut byte)).await.is_err(), "it was cut or answered");
    gate.released.notify_one();
    assert!(rest(&mut stream).await.contains("at last"));
    server.ended().await;
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let server = hasty(Bounds::default()).await;
    let mut stream = server.connect().await;
    let head = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "x".repeat(200_000));
    // The server may close before all of it is sent.
    let _ = soon(tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes())).await;
    let told = rest(&mut stream).await;
    assert!(told.is_empty() || told.starts_with("HTTP/1.1 431"), "{told}");
    server.ended().await;
}

#[tokio::test]
async fn who_finds_no_seat_waits_for_one() {
    let gate = Gate::default();
    let server = Server::start(gate.router(), None, Bounds { connections_max: 1, ..Bounds::default() }).await;
    let mut first = server.connect().await;
    send(&mut first, "GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    soon(gate.entered.notified()).await;
    let mut second = server.connect().await;
    send(&mut second, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    let mut byte = [0; 1];
    assert!(
        tokio::time::timeout(SHORT, second.read(&mut byte)).await.is_err(),
        "it was served without a seat"
    );
    gate.released.notify_one();
    assert!(rest(&mut first).await.ends_with("at last"));
    assert!(rest(&mut second).await.ends_with("at once"));
    server.ended().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_a_503() {
    let world = World::with(WebSettings { request_timeout: SHORT, ..WebSettings::default() });
    let server = Server::start(world.router.clone(), None, Bounds::default()).await;
    let mut stream = server.connect().await;
    let head = "POST /api/v1/schedulers HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n";
    send(&mut stream, &format!("{head}x-api-key: {}\r\n\r\n{{", crate::support::ADMIN)).await;
    let told = rest(&mut stream).await;
    assert!(told.starts_with("HTTP/1.1 503") && told.contains("the request took too long"), "{told}");
    server.ended().await;
}

#[tokio::test]
async fn who_sends_a_request_and_closes_its_half_is_answered() {
    let gate = Gate::default();
    let server = Server::start(gate.router(), None, Bounds::default()).await;
    let mut stream = server.connect().await;
    send(&mut stream, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
    soon(tokio::io::AsyncWriteExt::shutdown(&mut stream)).await.expect("closed");
    soon(gate.entered.notified()).await;
    gate.released.notify_one();
    assert!(rest(&mut stream).await.ends_with("at last"));
    server.ended().await;
}

#[tokio::test]
async fn the_address_of_the_peer_is_known() {
    let world = World::with(WebSettings { failed_attempts_per_minute: 1, ..WebSettings::default() });
    let server = Server::start(world.router.clone(), None, Bounds::default()).await;
    for status in ["401", "429"] {
        let mut stream = server.connect().await;
        send(
            &mut stream,
            "GET /api/v1/schedulers HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-api-key: no\r\n\r\n",
        )
        .await;
        assert!(rest(&mut stream).await.starts_with(&format!("HTTP/1.1 {status}")));
    }
    server.ended().await;
}

#[tokio::test]
async fn http_2_is_spoken_without_tls_too() {
    let server = Server::start(Router::new(), None, Bounds::default()).await;
    let mut stream = server.connect().await;
    send(&mut stream, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0").await;
    let mut frame = [0; 9];
    soon(stream.read_exact(&mut frame)).await.expect("a frame");
    assert_eq!(frame[3], 4, "the first frame is of settings: {frame:?}");
    drop(stream);
    server.ended().await;
}
