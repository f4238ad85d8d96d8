//! How a request can fail. One type for all of it; the chassis gives it its one shape, since only there path, method
//! and request id are known.

use app::AppError;
use app::ports::StoreError;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{Problem, Rejection};

/// A failed request: what to say, and with which status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    pub(crate) details: Vec<Problem>,
    pub(crate) first_version: Option<u64>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// Most characters of a message.
const MESSAGE_CHARS_MAX: usize = 2000;
/// Most problems that are listed.
const PROBLEMS_MAX: usize = 100;

impl ApiError {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let message = domain::time::shorten(&message.into(), MESSAGE_CHARS_MAX);
        Self { status, message, details: Vec::new(), first_version: None, headers: Vec::new() }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// Fields are missing or wrong: all of them, in one sentence and one by one.
    pub(crate) fn invalid(mut problems: Vec<Problem>) -> Self {
        problems.truncate(PROBLEMS_MAX);
        let message = Rejection::Invalid(problems.clone()).to_string();
        Self { details: problems, ..Self::bad_request(message) }
    }

    /// One field is wrong.
    pub(crate) fn invalid_field(field: &str, problem: impl Into<String>) -> Self {
        Self::invalid(vec![Problem::new(field, problem)])
    }

    /// Too much was asked for: come back after so many seconds.
    pub(crate) fn too_many(message: impl Into<String>, wait_secs: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, message).retry_after(wait_secs)
    }

    /// Something of ours is away: come back after so many seconds.
    pub(crate) fn unavailable(message: impl Into<String>, wait_secs: u64) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, message).retry_after(wait_secs)
    }

    /// Says nothing of the inside; whoever makes it logs why.
    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong on our side; it is in our log under this requestId",
        )
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    fn retry_after(self, wait_secs: u64) -> Self {
        self.with_header(header::RETRY_AFTER, HeaderValue::from(wait_secs.max(1)))
    }
}

/// The status and headers; the chassis writes the body.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        for (name, value) in &self.headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        let message = error.to_string();
        match error {
            AppError::Rejected(rejection) => rejected(rejection, message),
            AppError::NotRegistered(_) | AppError::NotFound { .. } => {
                Self::new(StatusCode::NOT_FOUND, message)
            }
            AppError::Conflict(_) => Self::new(StatusCode::CONFLICT, message),
            AppError::Forbidden(_) => Self::new(StatusCode::FORBIDDEN, message),
            AppError::BadCursor => Self::invalid_field("cursor", "is not from a page of this query"),
            AppError::Pruned { first } => {
                Self { first_version: Some(first), ..Self::new(StatusCode::GONE, message) }
            }
            AppError::Busy => Self::unavailable(message, 1),
            AppError::Store(error) => stored(&error),
        }
    }
}

fn rejected(rejection: Rejection, message: String) -> ApiError {
    match rejection {
        Rejection::Invalid(problems) => ApiError::invalid(problems),
        Rejection::NotFound(_) => ApiError::new(StatusCode::NOT_FOUND, message),
        Rejection::InvalidStatusTransition(_)
        | Rejection::StaleScheduler { .. }
        | Rejection::NoIncident(_) => ApiError::new(StatusCode::CONFLICT, message),
        Rejection::VersionMismatch { .. } => ApiError::new(StatusCode::PRECONDITION_FAILED, message),
    }
}

fn stored(error: &StoreError) -> ApiError {
    match error {
        StoreError::Corrupt { .. } => {
            tracing::error!(%error, "the store holds something unreadable");
            ApiError::internal()
        }
        StoreError::Damaged { .. } => {
            tracing::error!(%error, "the store did not serve a request");
            ApiError::unavailable("the store is damaged, try again when it is restored", 30)
        }
        StoreError::Conflict | StoreError::Ambiguous { .. } | StoreError::Unavailable { .. } => {
            tracing::warn!(%error, "the store did not serve a request");
            ApiError::unavailable("the store is away, try again", 2)
        }
    }
}
