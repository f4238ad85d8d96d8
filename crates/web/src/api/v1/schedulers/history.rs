//! `GET /schedulers/{id}/history`: what was reported, and what we concluded where that is asked for.

use app::ports::HistoryQuery;
use axum::response::Response;
use domain::Status;

use crate::error::ApiError;
use crate::extract::{Asked, Call, Query, Questions, Target};
use crate::wire::{HistoryBody, paged};

pub(crate) struct History(HistoryQuery);

impl Query for History {
    fn read(questions: &mut Questions) -> Self {
        Self(HistoryQuery {
            from: questions.instant("from"),
            to: questions.instant("to"),
            status: questions.word("status", &Status::ALL.map(Status::as_str), Status::parse),
            system: questions
                .word("include", &["system"], |word| (word == "system").then_some(true))
                .is_some(),
            limit: questions.number("limit", 1, 1000, 50) as usize,
            cursor: questions.text("cursor"),
        })
    }
}

/// Show a scheduler's history
///
/// Newest first. Only what jobs reported, unless `include=system` asks for what we concluded as well.
#[utoipa::path(
    get, path = "/schedulers/{id}/history", tag = "History", operation_id = "list_history",
    params(
        ("id" = String, Path, description = "The scheduler's id; a `/` in it travels as `%2F`.", example = "billing-nightly"),
        ("from" = Option<String>, Query, description = "Received at or after this instant."),
        ("to" = Option<String>, Query, description = "Received before this instant."),
        ("status" = Option<String>, Query, description = "`pending`, `running`, `completed` or `failed`."),
        ("include" = Option<String>, Query, description = "`system`: also what we concluded."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "How many, 1 to 1000; 50 by default."),
        ("cursor" = Option<String>, Query, description = "Where to go on; from `Link`."),
    ),
    responses(
        (status = 200, description = "Entries, newest first.", body = [HistoryBody],
            headers(("Link" = String, description = "The next page, `rel=\"next\"`."))),
        (status = 404, description = "No such scheduler.", body = crate::chassis::ErrorBody),
    ),
)]
pub(crate) async fn history(
    call: Call,
    Target(id): Target,
    Asked(History(query)): Asked<History>,
) -> Result<Response, ApiError> {
    let page = call.app().history(&call.caller, id.clone(), &query).await?;
    Ok(paged(&call, page.map(|line| HistoryBody::of(&id, line)), None))
}
