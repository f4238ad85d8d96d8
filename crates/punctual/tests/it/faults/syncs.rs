//! Sync before answer, in the order in which the kernel is asked.

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::harness::{Answers, Home, Load, Serve, Trace, note};

/// Everything that changes something and is acknowledged, by method, path and body.
fn calls() -> Vec<(&'static str, &'static str, Value)> {
    let report = |status: &str| json!({ "status": status, "run_id": "r" });
    vec![
        (
            "POST",
            "/schedulers/register",
            json!({ "scheduler_id": "a", "service_name": "s", "job_name": "j" }),
        ),
        ("PUT", "/schedulers/a/status", report("running")),
        ("POST", "/schedulers/a/heartbeat", json!({})),
        ("POST", "/schedulers/a/heartbeat", json!({ "run_id": "r" })),
        ("PUT", "/schedulers/a/status", report("failed")),
        ("POST", "/schedulers/a/status", json!({ "status": "running" })),
        ("POST", "/heartbeats", json!([{ "scheduler_id": "a" }])),
        ("POST", "/reports", json!([{ "scheduler_id": "a", "status": "completed" }])),
        ("PATCH", "/schedulers/a", json!({ "max_runtime": "2h" })),
        ("PUT", "/schedulers/a/pause", json!({})),
        ("DELETE", "/schedulers/a/pause", json!({})),
        ("POST", "/api-keys", json!({ "name": "ci", "role": "reporter" })),
        ("DELETE", "/schedulers/a", json!({})),
    ]
}

#[test]
fn no_answer_leaves_before_the_sync_of_what_it_acknowledges() {
    let home = Home::new();
    let trace = Trace::new(&home);
    let mut server = trace.of(&Serve::new(&home)).start();
    let calls = calls();
    for (method, path, body) in &calls {
        let reply = server.call(method, path, Some(body));
        assert!((200..300).contains(&reply.status), "{method} {path}: {reply:?}");
    }
    server.signal(Signal::SIGTERM);
    server.wait();
    let answers = Answers::of(&trace.read());
    assert_eq!(answers.too_early, Vec::<String>::new());
    assert_eq!(answers.synced, calls.len(), "some answers were not seen: {answers:?}");
}

#[test]
fn reporters_that_share_a_sync_are_answered_after_it_too() {
    let home = Home::new();
    let trace = Trace::new(&home);
    let server = trace.of(&Serve::new(&home).env("PUNCTUAL_RATE_LIMIT", "off")).start();
    let heard = Load::new("traced", 100).until(server, |server| {
        server.terminate();
    });
    let answers = Answers::of(&trace.read());
    assert_eq!(answers.too_early, Vec::<String>::new());
    assert!(answers.synced >= heard.acknowledged.len(), "some answers were not seen: {answers:?}");
    note(&format!("{} answers after {} syncs", answers.synced, answers.syncs));
}

/// Without this the tests above would prove nothing.
#[test]
fn an_answer_before_its_sync_would_be_found() {
    let asked = "7  recvfrom(22<TCP:[a->b]>, \"PUT /api/v1/\", 24, 0, NULL, NULL) = 24\n";
    let written = "8  pwrite64(12</d/punctual.db-wal>, \"\\0\"..., 4096, 32) = 4096\n";
    let synced = "8  fsync(12</d/punctual.db-wal>) = 0\n";
    let begun = "8  fsync(12</d/punctual.db-wal> <unfinished ...>\n";
    let resumed = "8  <... fsync resumed>) = 0\n";
    let failed = "8  fsync(12</d/punctual.db-wal>) = -1 EIO (Input/output error)\n";
    let answered = "7  writev(22<TCP:[a->b]>, [{iov_base=\"HTTP/1.1 200 OK\"..., iov_len=390}], 1) = 390\n";
    let too_early = |lines: &[&str]| Answers::of(&lines.concat()).too_early.len();
    assert_eq!(too_early(&[asked, written, synced, answered]), 0);
    assert_eq!(too_early(&[asked, written, begun, resumed, answered]), 0);
    for wrong in [
        &[asked, written, answered, synced] as &[&str],
        &[asked, written, begun, answered, resumed],
        &[asked, begun, written, resumed, answered],
        &[written, asked, synced, answered],
        &[asked, written, failed, answered],
        &[asked, answered],
    ] {
        assert_eq!(too_early(wrong), 1, "{wrong:#?}");
    }
}
