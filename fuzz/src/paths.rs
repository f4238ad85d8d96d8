//! Methods, paths and queries: an input is a request line without its version, and after it a body.

use axum::http::{Method, Uri};

use crate::world::{World, request};

/// Whatever is asked for, the answer is in the document. What no HTTP library would let through is left out.
pub fn paths(data: &[u8]) {
    let (line, body) = split(data, b'\n');
    let (method, target) = split(line, b' ');
    let (Ok(method), Ok(target)) = (Method::from_bytes(method), Uri::try_from(target)) else { return };
    let mut request = request(method, "/", body);
    *request.uri_mut() = target;
    World::fresh(|world| world.ask(request));
}

/// What stands before a byte, and what stands after it.
fn split(data: &[u8], byte: u8) -> (&[u8], &[u8]) {
    let mut parts = data.splitn(2, |found| *found == byte);
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}
