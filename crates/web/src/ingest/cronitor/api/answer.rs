//! What is wrong, in the shapes of Cronitor's API.

use app::AppError;
use axum::Json;
use axum::http::StatusCode;
use axum::response::Response;
use domain::Rejection;
use serde_json::{Value, json};

use super::super::super::{as_it_is, refused_as};
use crate::error::ApiError;

/// Most problems that are told at once.
const PROBLEMS_MAX: usize = 100;

/// What is wrong with what was sent.
pub(super) fn problems(problems: Vec<String>) -> Response {
    let errors: Vec<Value> =
        problems.into_iter().take(PROBLEMS_MAX).map(|message| json!({ "message": message })).collect();
    as_it_is((StatusCode::BAD_REQUEST, Json(json!({ "errors": errors }))))
}

/// A refusal of one sentence.
pub(super) fn no(status: StatusCode, message: &str) -> Response {
    as_it_is((status, Json(json!({ "error": message }))))
}

/// Too much was asked for, or we are away; with when to come back.
pub(super) fn limited(error: ApiError) -> Response {
    let words = Json(json!({ "error": error.message }));
    refused_as(error, words)
}

/// What a use case refused.
pub(super) fn failed(error: AppError) -> Response {
    let message = error.to_string();
    match error {
        AppError::Rejected(Rejection::Invalid(_)) => problems(vec![message]),
        AppError::Forbidden(_) => no(StatusCode::FORBIDDEN, &message),
        AppError::NotFound { .. }
        | AppError::NotRegistered(_)
        | AppError::Rejected(Rejection::NotFound(_)) => no(StatusCode::NOT_FOUND, "Not found"),
        other => limited(other.into()),
    }
}
