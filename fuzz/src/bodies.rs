//! JSON bodies: an input is a conversation, one request a line: a letter for the operation, then the body.

use axum::http::Method;

use crate::world::{World, request};

/// Requests of one conversation.
const REQUESTS_MAX: usize = 8;

/// Every operation that takes a body, by the letter that begins its line.
const OPERATIONS: [(u8, Method, &str); 12] = [
    (b'r', Method::POST, "/api/v1/schedulers/register"),
    (b'c', Method::POST, "/api/v1/schedulers"),
    (b'p', Method::PATCH, "/api/v1/schedulers/a"),
    (b's', Method::PUT, "/api/v1/schedulers/a/status"),
    (b'b', Method::POST, "/api/v1/schedulers/a/heartbeat"),
    (b'z', Method::PUT, "/api/v1/schedulers/a/pause"),
    (b'R', Method::POST, "/api/v1/reports"),
    (b'H', Method::POST, "/api/v1/heartbeats"),
    (b'v', Method::POST, "/api/v1/schedules/preview"),
    (b'k', Method::POST, "/api/v1/api-keys"),
    (b't', Method::POST, "/api/v1/api-keys/key_00000000000000000000000000/rotate"),
    (b'o', Method::PUT, "/api/v1/projects/p"),
];

/// What shows afterwards all that was taken in.
const READINGS: [&str; 7] = [
    "/api/v1/schedulers",
    "/api/v1/schedulers/a",
    "/api/v1/schedulers/a/history?include=system",
    "/api/v1/schedulers/a/runs",
    "/api/v1/schedulers/a/events",
    "/api/v1/api-keys",
    "/api/v1/audit",
];

/// Whatever a body says, it is answered by the document, and what was stored can be read.
pub fn bodies(data: &[u8]) {
    World::fresh(|world| {
        for line in data.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).take(REQUESTS_MAX) {
            let known = OPERATIONS.iter().find(|(letter, ..)| *letter == line[0]);
            let (_, method, path) = known.unwrap_or(&OPERATIONS[usize::from(line[0]) % OPERATIONS.len()]);
            world.ask(request(method.clone(), path, &line[1..]));
        }
        for path in READINGS {
            world.ask(request(Method::GET, path, b""));
        }
    });
}
