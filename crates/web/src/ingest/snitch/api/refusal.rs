//! Why a call is refused, in the shapes of Dead Man's Snitch's API.

use app::AppError;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::{Problem, Rejection};
use serde_json::{Value, json};

use super::super::super::{as_it_is, refused_as};
use crate::error::ApiError;

/// Why a call is refused.
#[derive(Clone, Debug)]
pub(super) enum Refusal {
    /// The key is nobody's.
    BadKey,
    /// The key may not do that.
    Forbidden(String),
    /// No snitch has that token.
    NotFound,
    /// Attributes are missing or wrong.
    Invalid(Vec<Problem>),
    /// Anything else of ours.
    Other(Box<ApiError>),
}

impl Refusal {
    pub(super) fn invalid(attribute: &str, message: String) -> Self {
        Self::Invalid(vec![Problem::new(attribute, message)])
    }
}

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Rejected(Rejection::Invalid(problems)) => Self::Invalid(problems),
            AppError::Rejected(Rejection::NotFound(_)) | AppError::NotFound { .. } => Self::NotFound,
            AppError::Forbidden(why) => Self::Forbidden(why),
            other => Self::Other(Box::new(other.into())),
        }
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Other(Box::new(error))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, body) = match self {
            Self::BadKey => (StatusCode::UNAUTHORIZED, told("api_key_invalid", "API key is not valid")),
            Self::Forbidden(why) => (StatusCode::FORBIDDEN, told("api_key_invalid", &why)),
            Self::NotFound => (StatusCode::NOT_FOUND, told("resource_not_found", "Snitch not found")),
            Self::Invalid(problems) => (StatusCode::UNPROCESSABLE_ENTITY, invalid(problems)),
            Self::Other(error) => {
                let kind = if error.status == StatusCode::TOO_MANY_REQUESTS {
                    "rate_limited"
                } else {
                    "unavailable"
                };
                let words = Json(told(kind, &error.message));
                return refused_as(*error, words);
            }
        };
        as_it_is((status, Json(body)))
    }
}

fn told(kind: &str, error: &str) -> Value {
    json!({ "type": kind, "error": error })
}

fn invalid(problems: Vec<Problem>) -> Value {
    let one = |problem: Problem| json!({ "attribute": problem.field, "message": problem.problem });
    let validations: Vec<Value> = problems.into_iter().map(one).collect();
    json!({ "type": "resource_invalid", "error": "Invalid resource", "validations": validations })
}
