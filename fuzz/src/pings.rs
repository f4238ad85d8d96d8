//! Pings: an input is a conversation, one ping a line: a method, a space, what follows `/ping/`, and after a tab the body.

use axum::body::Body;
use axum::http::{Method, Request, Uri};
use serde_json::Value;

use crate::answer::Answer;
use crate::world::{World, request};

/// Pings of one conversation.
const PINGS_MAX: usize = 8;
/// Where the scheduler `a` is heard, beside the slug of its name; and the project's ping key.
const HOME: [(Method, &str, &str); 2] = [
    (Method::PUT, "/api/v1/projects/default", r#"{"name":"Default","ping_key":"ping-key-of-the-fuzzer"}"#),
    (
        Method::POST,
        "/api/v1/schedulers/register",
        r#"{"scheduler_id":"a","ping_id":"5e0b9d3c-7f7c-4a5b-9d53-1d3e4d0c2f11"}"#,
    ),
];
/// What shows afterwards all that was taken in.
const READINGS: [&str; 4] = [
    "/api/v1/schedulers?limit=1000",
    "/api/v1/schedulers/a/runs",
    "/api/v1/schedulers/a/events",
    "/api/v1/ingest-problems",
];

/// Whatever is pinged, it is answered in one of a few words, and nothing is kept but what was taken.
pub fn pings(data: &[u8]) {
    World::fresh(|world| {
        for (method, path, body) in HOME {
            world.ask(request(method, path, body.as_bytes()));
        }
        let lines = data.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let taken = lines.take(PINGS_MAX).filter_map(ping).map(|ping| world.answer(ping));
        let taken = taken.filter(is_taken).count();
        for path in READINGS {
            world.ask(request(Method::GET, path, b""));
        }
        assert!(kept(world) <= taken, "more is kept than the {taken} pings that were taken");
    });
}

/// The ping of a line, where it is one that a library of HTTP would let through.
fn ping(line: &[u8]) -> Option<Request<Body>> {
    let (line, body) = split(line, b'\t');
    let (method, rest) = split(line, b' ');
    let target = [b"/ping/", rest].concat();
    let mut ping = Request::new(Body::from(body.to_vec()));
    *ping.method_mut() = Method::from_bytes(method).ok()?;
    *ping.uri_mut() = Uri::try_from(target).ok()?;
    Some(ping)
}

/// What stands before a byte, and what stands after it.
fn split(data: &[u8], byte: u8) -> (&[u8], &[u8]) {
    let mut parts = data.splitn(2, |found| *found == byte);
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

/// Demands of an answer what every answer to a ping must be; says whether the ping was taken.
fn is_taken(answer: &Answer) -> bool {
    let Answer { method, path, status, headers, .. } = answer;
    let text = String::from_utf8_lossy(&answer.body);
    let is_page = text.starts_with("<!doctype html>") || text.starts_with('{');
    let is_known = match status.as_u16() {
        200 => text == "OK" || *method == Method::HEAD,
        201 => text == "Created" || *method == Method::HEAD,
        204 => *method == Method::OPTIONS && text.is_empty(),
        400 => ["invalid url format", "invalid uuid format"].contains(&&*text) || is_page,
        404 => text == "not found" || is_page,
        409 => text == "ambiguous slug",
        _ => false,
    };
    assert!(
        is_known || *method == Method::HEAD && status.is_client_error(),
        "{method} {path}: {status} {text}"
    );
    let is_taken = matches!(status.as_u16(), 200 | 201);
    assert_eq!(headers.contains_key("ping-body-limit"), is_taken, "{method} {path}: {status}");
    is_taken
}

/// How many entries of all histories came by pings, each with what was printed where it says so.
fn kept(world: &World) -> usize {
    let read = |path: &str| -> Value {
        let answer = world.answer(request(Method::GET, path, b""));
        serde_json::from_slice(&answer.body).unwrap_or_default()
    };
    let schedulers = read("/api/v1/schedulers?limit=1000");
    let ids = schedulers.as_array().into_iter().flatten().filter_map(|it| it["scheduler_id"].as_str());
    ids.map(|id| {
        let history = read(&format!("/api/v1/schedulers/{id}/history?include=system&limit=1000"));
        let entries = history.as_array().into_iter().flatten().filter(|entry| entry["origin"].is_object());
        entries.inspect(|entry| is_readable(world, id, entry)).count()
    })
    .sum()
}

fn is_readable(world: &World, id: &str, entry: &Value) {
    let Some(bytes) = entry["output_bytes"].as_u64() else { return };
    let version = entry["id"].as_str().unwrap_or_default();
    let answer =
        world.answer(request(Method::GET, &format!("/api/v1/schedulers/{id}/output/{version}"), b""));
    assert_eq!(answer.body.len() as u64, bytes, "{id} {version}: {}", answer.status);
}
