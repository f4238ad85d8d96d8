//! `GET /schedulers/{id}/runs`: its executions.

use app::ports::RunsQuery;
use axum::response::Response;
use domain::RunState;

use crate::error::ApiError;
use crate::extract::{Asked, Call, Query, Questions, Target};
use crate::wire::{RunBody, paged};

pub(crate) struct Runs(RunsQuery);

impl Query for Runs {
    fn read(questions: &mut Questions) -> Self {
        let states = ["running", "completed", "failed", "abandoned"];
        Self(RunsQuery {
            from: questions.instant("from"),
            to: questions.instant("to"),
            state: questions.word("status", &states, RunState::parse),
            limit: questions.number("limit", 1, 1000, 50) as usize,
            cursor: questions.text("cursor"),
        })
    }
}

/// List a scheduler's runs
#[utoipa::path(
    get, path = "/schedulers/{id}/runs", tag = "History", operation_id = "list_runs",
    params(
        ("id" = String, Path, description = "The scheduler's id; a `/` in it travels as `%2F`.", example = "billing-nightly"),
        ("from" = Option<String>, Query, description = "Started (or, where unknown, ended) at or after this instant."),
        ("to" = Option<String>, Query, description = "Started (or, where unknown, ended) before this instant."),
        ("status" = Option<String>, Query, description = "`running`, `completed`, `failed` or `abandoned`."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "How many, 1 to 1000; 50 by default."),
        ("cursor" = Option<String>, Query, description = "Where to go on; from `Link`."),
    ),
    responses(
        (status = 200, description = "Runs, newest first.", body = [RunBody],
            headers(("Link" = String, description = "The next page, `rel=\"next\"`."))),
        (status = 404, description = "No such scheduler.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn runs(
    call: Call,
    Target(id): Target,
    Asked(Runs(query)): Asked<Runs>,
) -> Result<Response, ApiError> {
    let page = call.app().runs(&call.caller, id, &query).await?;
    Ok(paged(&call, page.map(RunBody::from), None))
}
