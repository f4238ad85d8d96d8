//! `GET /audit`: a page of the project's audit log.

use app::ports::AuditQuery;
use axum::response::Response;

use crate::error::ApiError;
use crate::extract::{Asked, Call, Query, Questions};
use crate::wire::{AuditBody, paged};

pub(crate) struct Audit(AuditQuery);

impl Query for Audit {
    fn read(questions: &mut Questions) -> Self {
        Self(AuditQuery {
            subject: questions.text("subject"),
            limit: questions.number("limit", 1, 1000, 50) as usize,
            cursor: questions.text("cursor"),
        })
    }
}

/// Show who changed what
#[utoipa::path(
    get, path = "/audit", tag = "Keys and projects", operation_id = "list_audit",
    params(
        ("subject" = Option<String>, Query, description = "Only what was done to this scheduler, key or project."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "How many, 1 to 1000; 50 by default."),
        ("cursor" = Option<String>, Query, description = "Where to go on; from `Link`."),
    ),
    responses((status = 200, description = "Entries, newest first.", body = [AuditBody],
        headers(("Link" = String, description = "The next page, `rel=\"next\"`.")))),
)]
pub(crate) async fn list(call: Call, Asked(Audit(query)): Asked<Audit>) -> Result<Response, ApiError> {
    let page = call.app().audit_log(&call.caller, &query).await?;
    Ok(paged(&call, page.map(AuditBody::from), None))
}
