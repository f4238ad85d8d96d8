//! Why a call is refused, in the shapes of Better Stack's API.

use app::AppError;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::{Problem, Rejection};
use serde_json::{Map, Value, json};

use super::super::super::{as_it_is, refused_as};
use crate::error::ApiError;

/// Why a call is refused.
#[derive(Clone, Debug)]
pub(super) enum Refusal {
    /// The key is nobody's.
    BadKey,
    /// The key may not do that.
    Forbidden(String),
    /// There is no such heartbeat.
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
        let (status, errors) = match self {
            Self::BadKey => (StatusCode::UNAUTHORIZED, json!("Invalid API token")),
            Self::Forbidden(why) => (StatusCode::FORBIDDEN, json!(why)),
            Self::NotFound => (StatusCode::NOT_FOUND, json!("Resource with provided ID was not found")),
            Self::Invalid(problems) => (StatusCode::UNPROCESSABLE_ENTITY, by_field(problems)),
            Self::Other(error) => {
                let words = Json(json!({ "errors": error.message }));
                return refused_as(*error, words);
            }
        };
        as_it_is((status, Json(json!({ "errors": errors }))))
    }
}

fn by_field(problems: Vec<Problem>) -> Value {
    let mut fields: Map<String, Value> = Map::new();
    for problem in problems {
        let said = fields.entry(problem.field).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(said) = said {
            said.push(problem.problem.into());
        }
    }
    Value::from(fields)
}
