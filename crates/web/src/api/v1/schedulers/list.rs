//! `GET /schedulers`: a page of the schedulers that the caller may see.

use app::ports::{Filter, ListQuery, Sort};
use axum::response::Response;
use domain::{Health, Instant, Status};

use crate::error::ApiError;
use crate::extract::{Asked, Call, Query, Questions};
use crate::wire::{SchedulerBody, paged};

const LIMIT_MAX: u64 = 10_000;

pub(crate) struct List {
    filter: Filter,
    sort: Sort,
    limit: u64,
    cursor: Option<String>,
}

impl Query for List {
    fn read(questions: &mut Questions) -> Self {
        let filter = Filter {
            status: questions.word("status", &Status::ALL.map(Status::as_str), Status::parse),
            health: questions.word("health", &Health::ALL.map(Health::as_str), Health::parse),
            service: questions.text("service"),
            tag: questions.text("tag"),
            prefix: questions.parsed("q", |text| {
                domain::id::check_text(text, 255).map(|()| text.to_owned()).map_err(|bad| bad.to_string())
            }),
            services: None,
        };
        let sort = questions.word("sort", &["scheduler_id", "-severity"], |word| match word {
            "scheduler_id" => Some(Sort::Id),
            "-severity" => Some(Sort::Severity),
            _ => None,
        });
        Self {
            filter,
            sort: sort.unwrap_or_default(),
            limit: questions.number("limit", 1, LIMIT_MAX, LIMIT_MAX),
            cursor: questions.text("cursor"),
        }
    }
}

impl List {
    fn at(self, now: Instant) -> ListQuery {
        ListQuery {
            filter: self.filter,
            sort: self.sort,
            limit: self.limit as usize,
            cursor: self.cursor,
            now,
        }
    }
}

/// Whether a total is told: without filter, or by health or service alone. Anything else would cost a scan.
fn is_counted(filter: &Filter) -> bool {
    let others = filter.status.is_none() && filter.tag.is_none() && filter.prefix.is_none();
    others && (filter.health.is_none() || filter.service.is_none())
}

/// List schedulers
///
/// A page ends at `limit` or at about 4 MiB; `Link` leads to the next one. `x-total-count` is there without filter, or
/// by health or service alone.
#[utoipa::path(
    get, path = "/schedulers", tag = "Schedulers", operation_id = "list_schedulers",
    params(
        ("status" = Option<String>, Query, description = "`pending`, `running`, `completed` or `failed`."),
        ("health" = Option<String>, Query, description = "`new`, `healthy`, `late`, `missed`, `stale`, `overrun`, `failing` or `paused`."),
        ("service" = Option<String>, Query, description = "The service, exactly."),
        ("tag" = Option<String>, Query, description = "A tag, exactly."),
        ("q" = Option<String>, Query, description = "The beginning of id, service or job, in any case."),
        ("sort" = Option<String>, Query, description = "`scheduler_id` (default), or `-severity`: worst health first."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 10000, description = "How many, 1 to 10000 (default)."),
        ("cursor" = Option<String>, Query, description = "Where to go on; from `Link`."),
    ),
    responses((status = 200, description = "Schedulers.", body = [SchedulerBody], headers(
        ("Link" = String, description = "The next page, `rel=\"next\"`."),
        ("x-total-count" = u64, description = "How many there are in all."),
    ))),
)]
pub(crate) async fn list(call: Call, Asked(list): Asked<List>) -> Result<Response, ApiError> {
    let query = list.at(call.received_at);
    let total = if is_counted(&query.filter) {
        call.app().count(&call.caller, &query.filter, query.now).await?
    } else {
        None
    };
    let page = call.app().schedulers(&call.caller, query).await?;
    Ok(paged(&call, page.map(|view| SchedulerBody::from(view).shown_to(&call)), total))
}
