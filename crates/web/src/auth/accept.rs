//! Whether the caller takes JSON, which is all we have.

use axum::http::{HeaderMap, StatusCode, header};

use crate::error::ApiError;

pub(super) fn json(headers: &HeaderMap) -> Result<(), ApiError> {
    let mut ranges =
        headers.get_all(header::ACCEPT).into_iter().filter_map(|value| value.to_str().ok()).peekable();
    if ranges.peek().is_none() || ranges.flat_map(|value| value.split(',')).any(takes_json) {
        return Ok(());
    }
    Err(ApiError::new(StatusCode::NOT_ACCEPTABLE, "only application/json is served here"))
}

fn takes_json(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
    let is_refused = parts.any(|part| {
        let weight = part.to_ascii_lowercase().strip_prefix("q=").map(str::to_owned);
        weight.and_then(|weight| weight.parse::<f32>().ok()).is_some_and(|weight| weight <= 0.0)
    });
    !is_refused && matches!(kind.as_str(), "" | "*/*" | "*" | "application/*" | "application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_taken_unless_the_caller_excludes_it() {
        for range in ["*/*", "application/json", " Application/JSON; charset=utf-8", "application/*;q=0.1"] {
            assert!(takes_json(range), "{range}");
        }
        for range in ["text/html", "application/json;q=0", "image/*"] {
            assert!(!takes_json(range), "{range}");
        }
    }
}
