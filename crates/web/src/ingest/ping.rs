//! Pings in Healthchecks' forms: `/ping/<uuid>` and `/ping/<ping key>/<slug>`, each with `/start`, `/fail`, `/log` or an
//! exit status after it. Any method but OPTIONS is a ping; what a request says is in its address, and its body is what
//! the job printed. Differences from Healthchecks' own server are listed in `docs/protocols/`.

mod create;
mod vain;
mod wanted;

use app::AppResult;
use app::ingest::{Address, Found, Message, Place};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::any;
use domain::ping::is_slug;
use domain::{Carried, Instant, Noted, Payload, PingId, ProjectId, Report, RunId, Signal, Status};

use super::arrival::Arrival;
use super::{Kept, Pairs, as_it_is, bare, cronitor, kept, line, origin, printed, refused};
use crate::chassis::Visit;
use crate::error::ApiError;
use crate::state::WebState;
use vain::Why;
use wanted::{Action, Target, Wanted, wanted};

const DIALECT: &str = "ping";

pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/ping/", any(take)).route("/ping/{*what}", any(take))
}

/// Everything of a ping but where it is heard.
struct Ping {
    action: Action,
    run_id: Option<RunId>,
    is_post: bool,
    body: Kept,
    origin: domain::Origin,
    received_at: Instant,
}

/// Where a ping leads.
enum Led {
    /// To a scheduler, which may be new.
    To(Place, bool),
    /// Nowhere, for this reason; to nothing of that project, where its key is one's.
    Nowhere(Option<ProjectId>, Why),
}

async fn take(State(state): State<WebState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if parts.method == Method::OPTIONS {
        return preflight();
    }
    let Some(visit) = parts.extensions.get::<Visit>().cloned() else {
        return refused(ApiError::internal(), "something went wrong");
    };
    let query = Pairs::parse(parts.uri.query());
    match cronitor::means(&state, parts.uri.path(), &query).await {
        Ok(false) => {}
        Ok(true) => {
            let arrival = Arrival::of(visit, parts.headers, query);
            return Box::pin(cronitor::take(State(state), arrival)).await;
        }
        Err(error) => return refused(error, "not taken, try again"),
    }
    let asked = match wanted(parts.uri.path(), &query) {
        Ok(asked) => asked,
        Err(refusal) => {
            vain::of_refusal(&state, &refusal).await;
            return refusal.answer();
        }
    };
    let origin = origin(DIALECT, &state, &visit, &parts.headers);
    let answer = answer(&state, &visit, asked, &query, origin, body).await;
    answer.unwrap_or_else(|error| refused(error, "not taken, try again"))
}

async fn answer(
    state: &WebState,
    visit: &Visit,
    asked: Wanted,
    query: &Pairs,
    origin: domain::Origin,
    body: Body,
) -> AppResult<Response> {
    let now = state.app().ports().clock.monotonic();
    if let Err(error) = state.attempts().admit(visit.address, asked.target.secret(), now) {
        return Ok(refused(error, "rate limited"));
    }
    let body = kept(body, state.settings().ping_body_limit).await;
    let (place, is_new) = match lead(state, &asked, query).await? {
        Led::To(place, is_new) => (place, is_new),
        Led::Nowhere(project, why) => {
            vain::of_target(state, project.as_ref(), &asked.target, why);
            return Ok(nowhere(state, visit, why));
        }
    };
    state.attempts().succeeded(asked.target.secret());
    if let Err(error) = state.limits().admit_scheduler(&place.key) {
        vain::of_scheduler(state, &place.key, Why::TooMany);
        return Ok(refused(error, "rate limited"));
    }
    // Healthchecks looks at both only once it knows whose ping it is.
    let run_id = match (asked.action, asked.rid) {
        (Action::NoExit, _) => return Ok(malformed(state, &place, Why::ExitStatus, "invalid url format")),
        (_, Some(Err(()))) => return Ok(malformed(state, &place, Why::RunId, "invalid uuid format")),
        (_, rid) => rid.and_then(Result::ok).map(|rid| RunId::trusted(rid.as_str())),
    };
    let is_post = visit.method == Method::POST;
    let ping = Ping { action: asked.action, run_id, is_post, body, origin, received_at: visit.received_at };
    let heard = state.app().hear(place, &|place: &Place| ping.at(place)).await?;
    if heard.is_none() {
        vain::of_target(state, None, &asked.target, Why::UnknownAddress);
        return Ok(nowhere(state, visit, Why::UnknownAddress));
    }
    Ok(taken(state, is_new))
}

/// Whom a ping is for; one that may be made is, where there is none.
async fn lead(state: &WebState, asked: &Wanted, query: &Pairs) -> AppResult<Led> {
    let app = state.app();
    let (ping_key, slug) = match &asked.target {
        Target::Id(id) => return Ok(led(app.place(Address::Token(id.to_string())).await?, None)),
        Target::Slug { ping_key, slug } => (ping_key, slug),
    };
    let Some(project) = app.project_of_ping_key(ping_key).await? else {
        return Ok(Led::Nowhere(None, Why::UnknownKey));
    };
    if !is_slug(slug) {
        return Ok(Led::Nowhere(Some(project.id), Why::UnknownSlug));
    }
    let address = || Address::Slug(project.id.clone(), slug.clone());
    let found = app.place(address()).await?;
    if !matches!(found, Found::None) || query.get("create") != Some("1") {
        return Ok(led(found, Some(project.id)));
    }
    let is_new = create::create(state, &project.id, slug, query).await?;
    Ok(match app.place(address()).await? {
        Found::One(place) => Led::To(place, is_new),
        Found::None | Found::Several => Led::Nowhere(Some(project.id), Why::TakenId),
    })
}

fn led(found: Found, project: Option<ProjectId>) -> Led {
    match (found, &project) {
        (Found::One(place), _) => Led::To(place, false),
        (Found::Several, _) => Led::Nowhere(project, Why::AmbiguousSlug),
        (Found::None, Some(_)) => Led::Nowhere(project, Why::UnknownSlug),
        (Found::None, None) => Led::Nowhere(None, Why::UnknownAddress),
    }
}

impl Ping {
    /// What it says, to that scheduler.
    fn at(&self, place: &Place) -> Message {
        let asked = self.action.signal();
        let carried = Carried::Http { is_post: self.is_post, body: &self.body.bytes };
        match place.config.meaning(asked, carried) {
            Signal::Start => self.report(Status::Running),
            Signal::Success => self.report(Status::Completed),
            Signal::Fail => self.report(Status::Failed),
            Signal::Log => self.note(Noted::Log),
            Signal::Ignored => self.note(Noted::Ignored),
        }
    }

    fn report(&self, status: Status) -> Message {
        Message::Report(Box::new(self.written(status)))
    }

    fn note(&self, noted: Noted) -> Message {
        Message::Note(Box::new(self.written(Status::Pending)), noted)
    }

    fn written(&self, status: Status) -> Report {
        let payload = Payload { origin: Some(Box::new(self.origin.clone())), ..Payload::default() };
        let report = Report {
            run_id: self.run_id.clone(),
            exit_code: self.action.exit_code(),
            ..bare(status, self.received_at, payload)
        };
        printed(report, &self.body)
    }
}

fn taken(state: &WebState, is_new: bool) -> Response {
    let mut response = if is_new { line(StatusCode::CREATED, "Created") } else { line(StatusCode::OK, "OK") };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert("ping-body-limit", HeaderValue::from(state.settings().ping_body_limit));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("max-age=0, no-cache, no-store, must-revalidate, private"),
    );
    response
}

/// What leads nowhere is an attempt to guess where something does, unless its slug is there twice.
fn nowhere(state: &WebState, visit: &Visit, why: Why) -> Response {
    if matches!(why, Why::AmbiguousSlug | Why::TakenId) {
        return line(StatusCode::CONFLICT, "ambiguous slug");
    }
    state.attempts().failed(visit.address, state.app().ports().clock.monotonic());
    line(StatusCode::NOT_FOUND, "not found")
}

fn malformed(state: &WebState, place: &Place, why: Why, text: &'static str) -> Response {
    vain::of_scheduler(state, &place.key, why);
    line(StatusCode::BAD_REQUEST, text)
}

fn preflight() -> Response {
    as_it_is((
        StatusCode::NO_CONTENT,
        [
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "*"),
            (header::ACCESS_CONTROL_EXPOSE_HEADERS, "Ping-Body-Limit"),
            (header::ACCESS_CONTROL_MAX_AGE, "600"),
        ],
    ))
}

/// A ping id as its path has it: small letters, with dashes.
pub(super) fn ping_id(text: &str) -> Option<PingId> {
    PingId::parse(text).filter(|id| id.as_str() == text)
}
