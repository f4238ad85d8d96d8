//! Badges: how all checks of a project stand, those with a tag, or one, as a picture, as JSON, or for shields.io. Who has
//! the address may look; it can be made by this installation only, and tells no ping address.

mod address;
mod picture;

use std::collections::{BTreeMap, BTreeSet};

use app::ports::Filter;
use app::{AckKey, Caller, SchedulerView};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use domain::{Instant, PingId, ProjectId};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::json;

use super::super::as_it_is;
use super::answer::{Refusal, empty, json, missing, open_to_browsers};
use super::enter::Client;
use super::standing::{Standing, State as Is};
use super::{DIALECT, Question, find};
use crate::state::WebState;
use address::{Badge, Format};

/// What stands on the badge of all checks.
const ALL: &str = "punctual";

#[derive(Serialize)]
struct Badges {
    badges: BTreeMap<String, BTreeMap<&'static str, String>>,
}

/// The addresses of the badges of a project: of all checks under `*`, and of each tag that can stand in an address.
pub(super) async fn list(question: &Question, client: &Client) -> Result<Response, Refusal> {
    let project = number(&question.state, &client.caller.project).await?;
    let views = find::all(question, client, Filter::default()).await?;
    let tags = views.iter().flat_map(|view| view.scheduler.config.tags.iter().map(String::as_str));
    let tags: BTreeSet<&str> = tags.filter(|tag| is_plain(tag)).chain(["*"]).collect();
    let badges = match (&question.state.settings().ack_key, project) {
        (Some(key), Some(number)) => {
            tags.into_iter().map(|tag| (tag.to_owned(), addresses(question, key, number, tag))).collect()
        }
        _ => BTreeMap::new(),
    };
    Ok(json(StatusCode::OK, &Badges { badges }))
}

fn addresses(question: &Question, key: &AckKey, project: u32, tag: &str) -> BTreeMap<&'static str, String> {
    let of = |is_three, format| {
        format!("{}{}", question.site, address::of_tag(key, project, tag, is_three, format))
    };
    BTreeMap::from([
        ("svg", of(false, Format::Svg)),
        ("svg3", of(true, Format::Svg)),
        ("json", of(false, Format::Json)),
        ("json3", of(true, Format::Json)),
        ("shields", of(false, Format::Shields)),
        ("shields3", of(true, Format::Shields)),
    ])
}

/// The address of the badge of one check.
pub(super) fn url_of_check(question: &Question, id: Option<&PingId>) -> String {
    match (&question.state.settings().ack_key, id) {
        (Some(key), Some(id)) => format!("{}{}", question.site, address::of_check(key, id)),
        _ => String::new(),
    }
}

/// `/badge/<project>/<signature>[/<tag>].<format>`.
pub(super) async fn of_tag(State(state): State<WebState>, request: Request) -> Response {
    served(state, request, address::read_tag).await
}

/// `/b/<2|3>/<check>.<format>`.
pub(super) async fn of_check(State(state): State<WebState>, request: Request) -> Response {
    served(state, request, address::read_check).await
}

async fn served(
    state: WebState,
    request: Request,
    read: impl Fn(&AckKey, &str) -> Option<Badge>,
) -> Response {
    let (parts, _) = request.into_parts();
    let path = percent_decode_str(parts.uri.path()).decode_utf8_lossy().into_owned();
    let badge = state.settings().ack_key.as_ref().and_then(|key| read(key, &path));
    let (Some(badge), Some(question)) = (badge, Question::of(state, parts, 3, "/api")) else {
        return missing();
    };
    let answer = if question.is(&Method::OPTIONS) {
        empty(StatusCode::NO_CONTENT)
    } else if question.is(&Method::GET) {
        match shown(&question, &badge).await {
            Ok(answer) => answer,
            Err(Refusal::Missing) => return missing(),
            Err(refusal) => refusal.answer(),
        }
    } else {
        empty(StatusCode::METHOD_NOT_ALLOWED)
    };
    open_to_browsers(answer, &["GET"])
}

async fn shown(question: &Question, badge: &Badge) -> Result<Response, Refusal> {
    let (label, views) = match &badge.of {
        address::Of::Check(id) => one(question, id).await?,
        address::Of::Tag { project, tag } => many(question, *project, tag).await?,
    };
    let counted = Counted::of(&views, question.state.app().now());
    Ok(told(badge, &label, &counted))
}

async fn one(question: &Question, id: &PingId) -> Result<(String, Vec<SchedulerView>), Refusal> {
    let app = question.state.app();
    let key = app.ports().queries.addressed(id.as_str()).await?.ok_or(Refusal::Missing)?;
    let view = app.scheduler(&Caller::at_an_address(key.project, DIALECT), key.id).await?;
    Ok((view.scheduler.config.job_name.clone(), vec![view]))
}

async fn many(question: &Question, project: u32, tag: &str) -> Result<(String, Vec<SchedulerView>), Refusal> {
    let projects = question.state.app().ports().access.projects().await?;
    let project = projects.into_iter().find(|it| it.number == project).ok_or(Refusal::Missing)?;
    let client = Client { caller: Caller::at_an_address(project.id, DIALECT), writes: false };
    let is_all = tag == "*";
    let filter = Filter { tag: (!is_all).then(|| tag.to_owned()), ..Filter::default() };
    let views = find::all(question, &client, filter).await?;
    Ok((if is_all { ALL.to_owned() } else { tag.to_owned() }, views))
}

async fn number(state: &WebState, project: &ProjectId) -> Result<Option<u32>, Refusal> {
    let projects = state.app().ports().access.projects().await?;
    Ok(projects.into_iter().find(|it| it.id == *project).map(|it| it.number))
}

/// How many there are, and how many of them are not well.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counted {
    total: usize,
    grace: usize,
    down: usize,
}

impl Counted {
    fn of(views: &[SchedulerView], now: Instant) -> Self {
        let states: Vec<Is> = views.iter().map(|view| Standing::of(view, now).state).collect();
        let count = |state: Is| states.iter().filter(|it| **it == state).count();
        Self { total: states.len(), grace: count(Is::Grace), down: count(Is::Down) }
    }

    /// In a word: of two states, what is late is up.
    const fn word(&self, is_three: bool) -> &'static str {
        if self.down > 0 {
            "down"
        } else if is_three && self.grace > 0 {
            "late"
        } else {
            "up"
        }
    }
}

fn told(badge: &Badge, label: &str, counted: &Counted) -> Response {
    let word = counted.word(badge.is_three);
    let mut response = match badge.format {
        Format::Json => json(
            StatusCode::OK,
            &json!({
                "status": word, "total": counted.total, "grace": counted.grace, "down": counted.down
            }),
        ),
        Format::Shields => json(StatusCode::OK, &shields(label, word)),
        Format::Svg => {
            let mut response = as_it_is((StatusCode::OK, picture::drawn(label, word)));
            let kind = HeaderValue::from_static("image/svg+xml");
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            response
        }
    };
    let never = HeaderValue::from_static("max-age=0, no-cache, no-store, must-revalidate, private");
    response.headers_mut().insert(header::CACHE_CONTROL, never);
    response
}

#[derive(Serialize)]
struct Shields<'a> {
    #[serde(rename = "schemaVersion")]
    schema_version: u8,
    label: &'a str,
    message: &'a str,
    color: &'static str,
}

fn shields<'a>(label: &'a str, word: &'a str) -> Shields<'a> {
    let color = match word {
        "down" => "critical",
        "late" => "important",
        _ => "success",
    };
    Shields { schema_version: 1, label, message: word, color }
}

/// Whether a tag can stand in an address as it is.
fn is_plain(tag: &str) -> bool {
    !tag.is_empty() && tag.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}
