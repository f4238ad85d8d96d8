//! What is answered: JSON, errors in Healthchecks' words, the page for what is not there, and the headers by which pages
//! of other origins may read it.

use app::AppError;
use app::ports::StoreError;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, Response};
use domain::Rejection;
use serde::Serialize;
use serde_json::json;

use super::super::{as_it_is, line};
use crate::error::ApiError;

/// Why there is no answer of the usual kind.
#[derive(Debug)]
pub(super) enum Refusal {
    /// There is no such thing.
    Missing,
    /// It is another project's, or the key does not reach it.
    Forbidden,
    /// No key, or none that serves.
    Unauthorized(&'static str),
    /// What was sent cannot be.
    Bad(String),
    /// A query that cannot be: without a word.
    BadQuery,
    /// It is not in the state for that.
    Conflict(&'static str),
    /// Anything else.
    Other(Box<ApiError>),
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Other(Box::new(error))
    }
}

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Forbidden(_) => Self::Forbidden,
            AppError::Rejected(Rejection::NotFound(_))
            | AppError::NotRegistered(_)
            | AppError::NotFound { .. } => Self::Missing,
            AppError::Rejected(Rejection::Invalid(_)) => Self::Bad(error.to_string()),
            error => ApiError::from(error).into(),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        AppError::from(error).into()
    }
}

impl Refusal {
    pub(super) fn answer(self) -> Response {
        match self {
            Self::Missing => missing(),
            Self::Forbidden => empty(StatusCode::FORBIDDEN),
            Self::Unauthorized(why) => error(StatusCode::UNAUTHORIZED, why),
            Self::Bad(why) => error(StatusCode::BAD_REQUEST, &why),
            Self::BadQuery => empty(StatusCode::BAD_REQUEST),
            Self::Conflict(why) => line(StatusCode::CONFLICT, why),
            Self::Other(failed) => {
                let (status, message) = (failed.status, failed.message.clone());
                // Its headers stay: they say when to come back.
                let mut response = as_it_is(*failed);
                let (parts, body) = error(status, &message).into_parts();
                response.headers_mut().extend(parts.headers);
                *response.body_mut() = body;
                response
            }
        }
    }
}

pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    as_it_is((status, Json(body)))
}

fn error(status: StatusCode, why: &str) -> Response {
    json(status, &json!({ "error": why }))
}

pub(super) fn empty(status: StatusCode) -> Response {
    as_it_is(status)
}

/// The page for what is not there.
pub(super) fn missing() -> Response {
    const PAGE: &str =
        "<!doctype html>\n<html lang=\"en\"><title>Not Found</title><h1>Not Found</h1></html>\n";
    as_it_is((StatusCode::NOT_FOUND, Html(PAGE)))
}

/// To the same address with a slash at its end.
pub(super) fn with_slash(uri: &Uri) -> Response {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut response = as_it_is(StatusCode::MOVED_PERMANENTLY);
    if let Ok(place) = HeaderValue::from_str(&format!("{}/{query}", uri.path())) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

/// Any page may ask, if its reader gave it a key.
pub(super) fn open_to_browsers(mut response: Response, methods: &[&str]) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("X-Api-Key"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    if let Ok(methods) = HeaderValue::from_str(&methods.join(", ")) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    }
    response
}
