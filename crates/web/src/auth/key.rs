//! Where a key is looked for: in its own header, else as a bearer token.

use axum::http::{HeaderMap, HeaderName, header};

/// Longer than any key there is.
const KEY_BYTES_MAX: usize = 1024;

/// The key that was presented, if any. What is not text, or far too long, is a key that nobody has.
pub(super) fn presented(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    own_header(headers, name).or_else(|| bearer(headers)).filter(|key| !key.is_empty())
}

fn own_header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    if *name == header::AUTHORIZATION {
        return bearer(headers).or_else(|| Some(text(value.as_bytes())));
    }
    Some(text(value.as_bytes())).filter(|key| !key.is_empty())
}

/// The bearer token, if any.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| text(key.as_bytes()))
}

fn text(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(KEY_BYTES_MAX)];
    String::from_utf8_lossy(bytes).trim().to_owned()
}
