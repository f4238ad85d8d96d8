//! The id of a request: the caller's own where it sent a sane one.

use axum::http::{HeaderMap, HeaderName};

pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const X_CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");
const LENGTH_MAX: usize = 128;

/// The id that the caller gave, if it is one that a log can hold.
pub(super) fn of(headers: &HeaderMap) -> Option<String> {
    [X_REQUEST_ID, X_CORRELATION_ID].iter().find_map(|name| {
        let id = headers.get(name)?.to_str().ok()?;
        is_sane(id).then(|| id.to_owned())
    })
}

fn is_sane(id: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
    (1..=LENGTH_MAX).contains(&id.len()) && id.bytes().all(good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_the_caller_is_kept_only_if_it_is_sane() {
        for id in ["a", "01J.x_y:z-9", &"x".repeat(128)] {
            assert!(is_sane(id), "{id}");
        }
        for id in ["", "a b", "a\"b", "ü", &"x".repeat(129)] {
            assert!(!is_sane(id), "{id}");
        }
    }
}
