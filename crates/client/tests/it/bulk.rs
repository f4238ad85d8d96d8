//! Commands of many calls: they stand back where the server says that they come too fast, and say how far they came.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::program::{Home, text};
use crate::server::{Call, Reply, Server};

/// Answers each call as given, but every other one that it comes too fast.
fn crowded(answer: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> Server {
    let calls = AtomicUsize::new(0);
    Server::answering(move |call| {
        if calls.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) { Reply::too_fast(0) } else { answer(call) }
    })
}

fn deliveries(call: &Call) -> Reply {
    if call.line.starts_with("GET") {
        Reply::ok(json!([{ "id": "a" }, { "id": "b" }, { "id": "c" }]))
    } else {
        Reply { status: 202, ..Reply::ok(Value::Null) }
    }
}

#[test]
fn sending_again_stands_back_where_it_is_too_fast() {
    let (home, server) = (Home::new(), crowded(deliveries));
    let output = home.run(&server.address, &["delivery", "retry", "--dead"]);
    assert_eq!(text(&output.stdout), "3 sent again\n", "{output:?}");
    assert_eq!(server.calls().len(), 8);
}

#[test]
fn sending_again_says_how_far_it_came() {
    let home = Home::new();
    let server = Server::answering(|call| {
        if call.line.contains("/b/") { Reply::error(404, "no such delivery") } else { deliveries(call) }
    });
    let output = home.run(&server.address, &["delivery", "retry", "--dead"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("1 of 3 were sent again, and b was not"), "{output:?}");
}

#[test]
fn applying_stands_back_where_it_is_too_fast() {
    let home = Home::new();
    let server = crowded(|call| match call.line.as_str() {
        "POST /api/v1/schedulers/register?dry_run=true" => Reply { status: 201, ..Reply::taken() },
        _ => Reply::taken(),
    });
    let file = home.path("ours.toml");
    std::fs::write(&file, "[schedulers.a]\nservice_name = 's'\n[schedulers.b]\nservice_name = 's'\n")
        .expect("a file");
    let output = home.run(&server.address, &["apply", "--yes", "-f", file.to_str().expect("a path")]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stderr), "2 applied\n");
    assert_eq!(server.calls().len(), 8);
}

#[test]
fn nobody_stands_back_for_ever() {
    let (home, server) = (Home::new(), Server::answering(|_| Reply::too_fast(0)));
    let output = home.run(&server.address, &["delivery", "retry", "a"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(server.calls().len(), 11);
    let (home, server) = (Home::new(), Server::answering(|_| Reply::too_fast(3600)));
    home.run(&server.address, &["delivery", "retry", "a"]);
    assert_eq!(server.calls().len(), 1, "an hour is not waited");
}
