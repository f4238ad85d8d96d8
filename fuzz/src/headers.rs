//! Headers: an input is a letter for what is asked, and headers, one a line.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request};

use crate::world::{World, request};

/// Whatever the headers say, the answer is in the document. What no HTTP library would let through is left out.
pub fn headers(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let mut request = asked(lines.next().unwrap_or_default());
    for (name, value) in lines.filter_map(header) {
        if name == "x-api-key" {
            request.headers_mut().insert(name, value);
        } else {
            request.headers_mut().append(name, value);
        }
    }
    World::fresh(|world| world.ask(request));
}

fn asked(line: &[u8]) -> Request<Body> {
    match line.first() {
        Some(b'g') => request(Method::GET, "/api/v1/schedulers/a", b""),
        Some(b'p') => request(Method::PATCH, "/api/v1/schedulers/a", br#"{"description":"d"}"#),
        Some(b'o') => request(Method::OPTIONS, "/api/v1/schedulers", b""),
        Some(b'm') => request(Method::GET, "/metrics", b""),
        Some(b'n') => request(Method::GET, "/nowhere", b""),
        _ => request(Method::PUT, "/api/v1/schedulers/a/status", br#"{"status":"running"}"#),
    }
}

fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
    Some((HeaderName::from_bytes(&line[..colon]).ok()?, value))
}
