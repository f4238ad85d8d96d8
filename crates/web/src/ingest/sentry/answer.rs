//! What is said back, as the SDKs expect it. What is refused is in `refusal`.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::super::as_it_is;
use crate::error::ApiError;

/// Most causes that are listed.
const CAUSES_MAX: usize = 5;
const X_SENTRY_RATE_LIMITS: HeaderName = HeaderName::from_static("x-sentry-rate-limits");

/// An envelope was taken: 200, and the id that it had.
pub fn stored(event_id: Option<&str>) -> Response {
    let body = event_id.map_or_else(|| json!({}), |id| json!({ "id": id }));
    with_json(StatusCode::OK, &body.to_string())
}

/// A check-in of the other endpoint was taken, or let go by for a limit: 202, and nothing more.
pub fn accepted() -> Response {
    StatusCode::ACCEPTED.into_response()
}

/// A request was refused: what for, and what lies behind it.
pub fn refused(status: StatusCode, detail: &str, causes: &[String]) -> Response {
    with_json(status, &told(detail, causes))
}

/// We cannot take it now: with the status of the error, and when to come back.
pub(super) fn failed(error: ApiError) -> Response {
    let body = told(&error.message, &[]);
    let mut response = as_it_is(error);
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    *response.body_mut() = body.into();
    response
}

/// Too much came for a monitor. The second header says that only check-ins are meant: without it an SDK drops
/// everything that it has for a minute.
pub(super) fn limited(error: ApiError) -> Response {
    let mut response = failed(error);
    let wait = response.headers().get(header::RETRY_AFTER).and_then(|wait| wait.to_str().ok());
    let limit = format!("{}:monitor:key", wait.unwrap_or("1"));
    if let Ok(limit) = HeaderValue::from_str(&limit) {
        response.headers_mut().insert(X_SENTRY_RATE_LIMITS, limit);
    }
    response
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

fn told(detail: &str, causes: &[String]) -> String {
    let causes = &causes[..causes.len().min(CAUSES_MAX)];
    let body = if causes.is_empty() {
        json!({ "detail": detail })
    } else {
        json!({ "detail": detail, "causes": causes })
    };
    body.to_string()
}

fn with_json(status: StatusCode, body: &str) -> Response {
    as_it_is((status, [(header::CONTENT_TYPE, JSON)], body.to_owned()))
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    async fn told(response: Response) -> (u16, String) {
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1000).await.expect("a body");
        (status, String::from_utf8(body.to_vec()).expect("text"))
    }

    #[tokio::test]
    async fn answers_are_those_that_the_sdks_expect() {
        let id = "0123456789abcdef0123456789abcdef";
        assert_eq!(told(stored(Some(id))).await, (200, format!(r#"{{"id":"{id}"}}"#)));
        assert_eq!(told(stored(None)).await, (200, "{}".to_owned()));
        assert_eq!(told(accepted()).await, (202, String::new()));
        let causes = ["one".to_owned()];
        assert_eq!(
            told(refused(StatusCode::BAD_REQUEST, "no", &causes)).await,
            (400, r#"{"causes":["one"],"detail":"no"}"#.to_owned())
        );
        assert_eq!(
            told(refused(StatusCode::FORBIDDEN, "no", &[])).await,
            (403, r#"{"detail":"no"}"#.to_owned())
        );
    }

    #[tokio::test]
    async fn few_causes_are_listed() {
        let causes: Vec<_> = (0..100).map(|n| format!("cause {n}")).collect();
        let (_, body) = told(refused(StatusCode::BAD_REQUEST, "no", &causes)).await;
        assert!(body.contains("cause 4") && !body.contains("cause 5"), "{body}");
    }

    #[tokio::test]
    async fn a_limit_is_told_of_check_ins_alone() {
        let response = limited(ApiError::too_many("slowly", 7));
        assert_eq!(response.headers()["retry-after"], "7");
        assert_eq!(response.headers()["x-sentry-rate-limits"], "7:monitor:key");
        assert_eq!(told(response).await, (429, r#"{"detail":"slowly"}"#.to_owned()));
    }
}
