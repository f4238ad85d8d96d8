//! What every answer must be, whatever was asked.

use axum::http::{HeaderMap, Method, StatusCode, header};
use serde_json::Value;

use crate::contract::Contract;

/// A whole answer, with what was asked for it.
#[derive(Debug)]
pub struct Answer {
    /// The method asked with.
    pub method: Method,
    /// The path asked for.
    pub path: String,
    /// The status answered.
    pub status: StatusCode,
    /// Whether it says itself that it has a shape of its own: it is of another product's dialect, or a page for people.
    pub is_own: bool,
    /// The headers answered.
    pub headers: HeaderMap,
    /// The body answered.
    pub body: Vec<u8>,
}

impl Answer {
    /// No 5xx, nothing outside the document, and every refusal in the one shape.
    pub fn holds(&self, contract: &Contract) {
        let Self { method, path, status, .. } = self;
        assert!(!status.is_server_error(), "{method} {path} fails: {status} {}", self.text());
        let known = self.is_beside(contract) || contract.knows(method.as_str(), path, status.as_u16());
        assert!(known, "{method} {path} is answered outside the document: {status} {}", self.text());
        assert!(
            self.headers.contains_key("x-request-id"),
            "{method} {path} is answered without a request id"
        );
        let is_told = *status == StatusCode::METHOD_NOT_ALLOWED
            || (*method == Method::OPTIONS && *status == StatusCode::NO_CONTENT);
        if is_told && !self.is_beside(contract) {
            self.says_what_is_allowed();
        }
        if *method == Method::HEAD || *status == StatusCode::NO_CONTENT {
            assert!(self.body.is_empty(), "{method} {path}: {status} with a body: {}", self.text());
        } else if status.is_client_error() && !self.is_beside(contract) {
            self.is_in_shape();
        } else if self.is_json() {
            let read = serde_json::from_slice::<Value>(&self.body);
            assert!(read.is_ok(), "{method} {path} is answered with what is no JSON: {}", self.text());
        }
    }

    /// Whether it is of another product's dialect: beside the document, taken or refused in words of its own.
    fn is_beside(&self, contract: &Contract) -> bool {
        !contract.describes(&self.path) && (self.is_own || !self.status.is_client_error())
    }

    fn is_in_shape(&self) {
        let Self { method, path, status, .. } = self;
        let shown = self.text();
        assert!(self.is_json(), "{method} {path}: {status} not as JSON: {shown}");
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        assert_eq!(body["statusCode"], status.as_u16(), "{method} {path}: {shown}");
        assert_eq!(body["method"], method.as_str(), "{method} {path}: {shown}");
        assert!(body["path"].is_string(), "path is missing: {shown}");
        for field in ["timestamp", "error", "message", "requestId"] {
            assert!(body[field].as_str().is_some_and(|text| !text.is_empty()), "{field} is missing: {shown}");
        }
    }

    /// Who asks for methods, or with a wrong one, is told which are right.
    fn says_what_is_allowed(&self) {
        let Self { method, path, status, .. } = self;
        let allow = self.headers.get(header::ALLOW).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let is_list = allow.as_ref().is_some_and(|allow| allow.split(',').all(|one| !one.trim().is_empty()));
        assert!(is_list, "{method} {path}: {status} that allows {allow:?}");
    }

    fn is_json(&self) -> bool {
        let kind = self.headers.get(header::CONTENT_TYPE);
        kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
    }

    fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}
