//! HTTP Basic, as other products take a key: as the user, without a password.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Longer than any key with any password.
const HEADER_BYTES_MAX: usize = 2048;

/// The user that a request gives, if any.
pub(crate) fn user(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, given) = value.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || given.len() > HEADER_BYTES_MAX {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(given.trim()).ok()?).ok()?;
    let user = decoded.split_once(':').map_or(decoded.as_str(), |(user, _)| user);
    (!user.is_empty()).then(|| user.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().expect("a header's value"));
        user(&headers)
    }

    #[test]
    fn a_key_is_the_user_whatever_the_password() {
        for text in ["key-1:", "key-1:x:y", "key-1"] {
            assert_eq!(read(&format!("Basic {}", STANDARD.encode(text))).as_deref(), Some("key-1"), "{text}");
        }
        for bad in ["Basic", "Basic !!", "Bearer a2V5", &format!("Basic {}", STANDARD.encode(":x"))] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(user(&HeaderMap::new()), None);
    }
}
