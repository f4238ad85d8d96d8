//! Traces go out by OTLP where that is configured, and hold no secret.

use std::sync::mpsc::{Receiver, channel};

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::harness::{Home, KEY, PATIENCE, Serve};

/// A collector that hands on what it is sent.
fn collector() -> (Runtime, String, Receiver<(HeaderMap, Bytes)>) {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let (sender, receiver) = channel();
    let take = move |headers: HeaderMap, body: Bytes| {
        let _ = sender.send((headers, body));
        async {}
    };
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("to listen");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let routes = Router::new().route("/v1/traces", post(take));
    runtime.spawn(async move { axum::serve(listener, routes).await });
    (runtime, address, receiver)
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn spans_reach_a_collector_at_the_latest_when_the_server_ends() {
    let home = Home::new();
    let (_runtime, address, receiver) = collector();
    let server = Serve::new(&home).env("PUNCTUAL_OTLP_ENDPOINT", &address).start();
    server.call("GET", "/schedulers", None).expect(200);
    assert_eq!(server.terminate().code(), Some(0));
    let (headers, body) = receiver.recv_timeout(PATIENCE).expect("a batch of spans");
    assert_eq!(headers["content-type"], "application/x-protobuf");
    assert!(holds(&body, "punctual") && holds(&body, "/schedulers"), "{body:?}");
    assert!(!holds(&body, KEY), "a key is in the traces");
}

#[test]
fn a_collector_that_is_away_harms_nobody() {
    let home = Home::new();
    let server = Serve::new(&home).env("PUNCTUAL_OTLP_ENDPOINT", "http://127.0.0.1:1").start();
    server.call("GET", "/schedulers", None).expect(200);
    assert_eq!(server.terminate().code(), Some(0));
}
