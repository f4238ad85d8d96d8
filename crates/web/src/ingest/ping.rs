//! Pings in Healthchecks' forms: `/ping/<uuid>` and `/ping/<ping key>/<slug>`, each with `/start`, `/fail`, `/log` or an
//! exit status after it. Any method but OPTIONS is a ping; what a request says is in its address, and its body is what
//! the job printed. Differences from Healthchecks' own server are listed in `docs/protocols/`.

mod create;
mod wanted;

use app::AppResult;
use app::ingest::{Address, Found, Heard, Message, Place, Vain};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::any;
use domain::{Carried, Instant, Noted, Payload, PingId, ProjectId, Report, RunId, Signal, Status};

use super::{Kept, Pairs, as_it_is, bare, kept, line, origin, printed, refused};
use crate::chassis::Visit;
use crate::error::ApiError;
use crate::state::WebState;
use wanted::{Action, Target, Wanted, wanted};

const DIALECT: &str = "ping";

pub(super) fn routes() -> Router<WebState> {
    Router::new().route("/ping/{*what}", any(take))
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

async fn take(State(state): State<WebState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if parts.method == Method::OPTIONS {
        return preflight();
    }
    let Some(visit) = parts.extensions.get::<Visit>().cloned() else {
        return refused(ApiError::internal(), "something went wrong");
    };
    let query = Pairs::parse(parts.uri.query());
    let asked = match wanted(parts.uri.path(), &query) {
        Ok(asked) => asked,
        Err(refusal) => return refusal.answer(),
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
    let secret = asked.target.secret().to_owned();
    let now = state.app().ports().clock.monotonic();
    if let Err(error) = state.attempts().admit(visit.address, &secret, now) {
        return Ok(refused(error, "rate limited"));
    }
    let body = kept(body, state.settings().ping_body_limit).await;
    let (found, is_new) = find(state, &asked, query).await?;
    let place = match found {
        Found::One(place) => place,
        Found::Several => return Ok(ambiguous(state, &asked)),
        Found::None => {
            state.attempts().failed(visit.address, now);
            return Ok(unknown(state, &asked));
        }
    };
    state.attempts().succeeded(&secret);
    if let Err(error) = state.limits().admit_scheduler(&place.key) {
        return Ok(refused(error, "rate limited"));
    }
    // Healthchecks looks at both only once it knows whose ping it is.
    if asked.action == Action::NoExit {
        return Ok(line(StatusCode::BAD_REQUEST, "invalid url format"));
    }
    let run_id = match asked.rid {
        Some(Err(())) => return Ok(line(StatusCode::BAD_REQUEST, "invalid uuid format")),
        Some(Ok(rid)) => Some(RunId::trusted(rid.as_str())),
        None => None,
    };
    let is_post = visit.method == Method::POST;
    let ping = Ping { action: asked.action, run_id, is_post, body, origin, received_at: visit.received_at };
    let heard = state.app().hear(place, &|place: &Place| ping.at(place)).await?;
    Ok(told(state, heard.as_ref(), is_new))
}

/// Whom a ping is for; one that may be made is, where there is none.
async fn find(state: &WebState, asked: &Wanted, query: &Pairs) -> AppResult<(Found, bool)> {
    let app = state.app();
    match &asked.target {
        Target::Id(id) => Ok((app.place(Address::Token(id.to_string())).await?, false)),
        Target::Slug { ping_key, slug } => {
            let Some(project) = app.project_of_ping_key(ping_key).await? else {
                return Ok((Found::None, false));
            };
            let address = || Address::Slug(project.id.clone(), slug.clone());
            let found = app.place(address()).await?;
            if !matches!(found, Found::None) || query.get("create") != Some("1") {
                return Ok((found, false));
            }
            let is_new = create::create(state, &project.id, slug, query).await?;
            Ok((app.place(address()).await?, is_new))
        }
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

fn told(state: &WebState, heard: Option<&Heard>, is_new: bool) -> Response {
    let mut response = match (heard, is_new) {
        (None, _) => return line(StatusCode::NOT_FOUND, "not found"),
        (Some(_), true) => line(StatusCode::CREATED, "Created"),
        (Some(_), false) => line(StatusCode::OK, "OK"),
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert("ping-body-limit", HeaderValue::from(state.settings().ping_body_limit));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("max-age=0, no-cache, no-store, must-revalidate, private"),
    );
    response
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

fn unknown(state: &WebState, asked: &Wanted) -> Response {
    let (subject, sample) = match &asked.target {
        Target::Id(id) => (
            Vain::token(id.as_str()),
            "a ping came for an address that no scheduler has: it was deleted, or given another address",
        ),
        Target::Slug { slug, .. } => (
            slug.clone(),
            "a ping came for a slug that no scheduler has, or under a ping key that no project has: register it, or add ?create=1",
        ),
    };
    vain(state, None, "unknown_address", &subject, sample);
    line(StatusCode::NOT_FOUND, "not found")
}

fn ambiguous(state: &WebState, asked: &Wanted) -> Response {
    let sample = "several schedulers have this slug: give all but one another";
    vain(state, None, "ambiguous_slug", asked.target.name(), sample);
    line(StatusCode::CONFLICT, "ambiguous slug")
}

fn vain(state: &WebState, project: Option<&ProjectId>, problem: &str, subject: &str, sample: &str) {
    state.app().note_vain(Vain { project, dialect: DIALECT, problem, subject, sample });
}

/// A ping id as its path has it: small letters, with dashes.
fn ping_id(text: &str) -> Option<PingId> {
    PingId::parse(text).filter(|id| id.as_str() == text)
}
