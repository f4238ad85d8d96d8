//! What is said back, as the SDKs expect it.
//!
//! There is no "too many": clients would drop everything for a minute; so limits are kept without being told.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Most causes that are listed.
const CAUSES_MAX: usize = 5;

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
    let causes = &causes[..causes.len().min(CAUSES_MAX)];
    let body = if causes.is_empty() {
        json!({ "detail": detail })
    } else {
        json!({ "detail": detail, "causes": causes })
    };
    with_json(status, &body.to_string())
}

fn with_json(status: StatusCode, body: &str) -> Response {
    let kind = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, kind)], body.to_owned()).into_response()
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
}
