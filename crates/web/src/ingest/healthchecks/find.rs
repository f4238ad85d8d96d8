//! Looking for checks: all of a project, one by its id, one by the name that readers know it by.

use app::SchedulerView;
use app::ports::{Channel, Filter, ListQuery, Sort};
use axum::http::StatusCode;
use axum::response::Response;
use domain::PingId;
use serde::Serialize;

use super::Question;
use super::answer::{Refusal, json};
use super::enter::Client;
use super::shown::{self, Check, unique_key};

/// Most checks that are listed or looked through: there are no pages.
const CHECKS_MAX: usize = 10_000;
/// Most pages of the store that are read for them.
const PAGES_MAX: usize = 100;

#[derive(Serialize)]
struct Checks {
    checks: Vec<Check>,
}

/// All checks, or those that have the slug and every tag that were asked for.
pub(super) async fn list(question: &Question, client: &Client) -> Result<Response, Refusal> {
    let tags: Vec<&str> = question.query.all("tag").collect();
    let filter = Filter { tag: tags.first().map(ToString::to_string), ..Filter::default() };
    let (views, channels) = (all(question, client, filter).await?, channels(question, client).await?);
    let slug = question.query.get("slug");
    let wanted = |view: &&SchedulerView| {
        let config = &view.scheduler.config;
        tags.iter().all(|tag| config.tags.iter().any(|own| own == tag))
            && slug.is_none_or(|slug| shown::slug(&view.scheduler) == slug)
    };
    let now = question.state.app().now();
    let shown = |view: &SchedulerView| Check::of(question, client.writes, &channels, view, now);
    let checks = views.iter().filter(wanted).map(shown).collect();
    Ok(json(StatusCode::OK, &Checks { checks }))
}

/// One check.
pub(super) async fn show(
    question: &Question,
    client: &Client,
    view: &SchedulerView,
) -> Result<Response, Refusal> {
    told(question, client, view, StatusCode::OK).await
}

/// One check, with a status.
pub(super) async fn told(
    question: &Question,
    client: &Client,
    view: &SchedulerView,
    status: StatusCode,
) -> Result<Response, Refusal> {
    let channels = channels(question, client).await?;
    let now = question.state.app().now();
    Ok(json(status, &Check::of(question, client.writes, &channels, view, now)))
}

/// The check of an id. Another project's is not ours to tell of.
pub(super) async fn by_id(
    question: &Question,
    client: &Client,
    id: &PingId,
) -> Result<SchedulerView, Refusal> {
    let app = question.state.app();
    let key = app.ports().queries.addressed(id.as_str()).await?.ok_or(Refusal::Missing)?;
    if key.project != client.caller.project {
        return Err(Refusal::Forbidden);
    }
    let view = app.scheduler(&client.caller, key.id).await?;
    // A token of another product's is no id of a check.
    if view.scheduler.config.ping_id.as_ref() == Some(id) { Ok(view) } else { Err(Refusal::Missing) }
}

/// The check that readers know by that name.
pub(super) async fn by_key(
    question: &Question,
    client: &Client,
    key: &str,
) -> Result<SchedulerView, Refusal> {
    let views = all(question, client, Filter::default()).await?;
    let is_meant =
        |view: &SchedulerView| view.scheduler.config.ping_id.as_ref().is_some_and(|id| unique_key(id) == key);
    views.into_iter().find(is_meant).ok_or(Refusal::Missing)
}

/// The project's schedulers that a filter lets through and the key reaches, by id; those that have an id of a check.
pub(super) async fn all(
    question: &Question,
    client: &Client,
    filter: Filter,
) -> Result<Vec<SchedulerView>, Refusal> {
    let app = question.state.app();
    let now = app.now();
    let mut query = ListQuery { filter, sort: Sort::Id, limit: CHECKS_MAX, cursor: None, now };
    let mut views = Vec::new();
    for _ in 0..PAGES_MAX {
        query.limit = CHECKS_MAX - views.len();
        let page = app.schedulers(&client.caller, query.clone()).await?;
        views.extend(page.items.into_iter().filter(|view| view.scheduler.config.ping_id.is_some()));
        query.cursor = page.next;
        if query.cursor.is_none() || views.len() >= CHECKS_MAX {
            break;
        }
    }
    Ok(views)
}

/// The channels of the project.
pub(super) async fn channels(question: &Question, client: &Client) -> Result<Vec<Channel>, Refusal> {
    Ok(question.state.app().ports().channels.channels(&client.caller.project).await?)
}
