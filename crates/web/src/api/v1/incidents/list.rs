//! `GET /incidents`: a page of the incidents that the caller may see.

use app::ports::{IncidentQuery, IncidentState};
use axum::response::Response;
use domain::SchedulerId;

use crate::error::ApiError;
use crate::extract::{Asked, Call, Query, Questions};
use crate::wire::{IncidentRecordBody, paged};

pub(crate) struct Incidents(IncidentQuery);

impl Query for Incidents {
    fn read(questions: &mut Questions) -> Self {
        let states = IncidentState::ALL.map(IncidentState::as_str);
        Self(IncidentQuery {
            state: questions.word("state", &states, IncidentState::parse),
            scheduler: questions
                .parsed("scheduler", |text| SchedulerId::parse(text).map_err(|bad| bad.to_string())),
            service: questions.text("service"),
            services: None,
            limit: questions.number("limit", 1, 1000, 50) as usize,
            cursor: questions.text("cursor"),
        })
    }
}

/// List incidents
///
/// Newest first. A page may hold fewer than asked for, or none; `Link` leads to the next one as long as there is one.
#[utoipa::path(
    get, path = "/incidents", tag = "Incidents", operation_id = "list_incidents",
    params(
        ("state" = Option<String>, Query, description = "`open`, `unacknowledged` (and open), `acknowledged` (and open) or `resolved`; all where absent."),
        ("scheduler" = Option<String>, Query, description = "Only of this scheduler, by id."),
        ("service" = Option<String>, Query, description = "Only of this service, exactly."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "How many, 1 to 1000; 50 by default."),
        ("cursor" = Option<String>, Query, description = "Where to go on; from `Link`."),
    ),
    responses((status = 200, description = "Incidents, newest first.", body = [IncidentRecordBody],
        headers(("Link" = String, description = "The next page, `rel=\"next\"`.")))),
)]
pub(crate) async fn list(
    call: Call,
    Asked(Incidents(query)): Asked<Incidents>,
) -> Result<Response, ApiError> {
    let page = call.app().incidents(&call.caller, query).await?;
    Ok(paged(&call, page.map(IncidentRecordBody::from), None))
}
