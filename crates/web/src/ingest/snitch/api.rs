//! Dead Man's Snitch's API, `/v1/snitches`, under HTTP Basic with an API key as the user. A snitch is a scheduler, known by
//! its token: the alias that it has, else its ping id. Tokens are secrets, so who may only view is refused.

mod asked;
mod interval;
mod refusal;
mod shown;

use app::ingest::Found;
use app::ports::{Filter, Role};
use app::{AppError, Caller, SchedulerView};
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use domain::{ConfigChange, Patch, SchedulerId, WhilePaused};
use serde_json::Value;

use super::super::arrival::Arrival;
use super::super::manage::Manage;
use super::super::push::token;
use super::super::{as_it_is, basic, kept};
use super::DIALECT;
use crate::state::WebState;
use crate::wire::json;
use asked::{Pause, Snitch};
use refusal::Refusal;
use shown::shown;

const PATH: &str = "/v1/snitches/";
const BODY_BYTES_MAX: usize = 64 * 1024;

type Answer = Result<Response, Refusal>;

pub(super) fn routes() -> Router<WebState> {
    Router::new()
        .route("/v1/snitches", get(list).post(create))
        .route("/v1/snitches/{token}", get(show).patch(change).delete(remove))
        .route("/v1/snitches/{token}/tags", post(add_tags))
        .route("/v1/snitches/{token}/tags/{tag}", delete(remove_tag))
        .route("/v1/snitches/{token}/pause", post(pause))
        .route("/v1/snitches/{token}/unpause", post(unpause))
}

/// Who asks.
async fn caller(state: &WebState, arrival: &Arrival) -> Result<Caller, Refusal> {
    let manage = Manage { state, visit: &arrival.visit, dialect: DIALECT };
    let key = basic::user(&arrival.headers).unwrap_or_default();
    let caller = manage.caller(&key).await?.ok_or(Refusal::BadKey)?;
    caller.must_be(Role::Reporter)?;
    Ok(caller)
}

/// Who asks, and for which snitch, as it is now: what is known of its token may be older.
async fn asked(state: &WebState, arrival: &Arrival) -> Result<(Caller, SchedulerView), Refusal> {
    let caller = caller(state, arrival).await?;
    let text = arrival.after(PATH).first().copied().unwrap_or_default();
    let Found::One(place) = state.app().place(token(text)).await? else { return Err(Refusal::NotFound) };
    if place.key.project != caller.project {
        return Err(Refusal::NotFound);
    }
    match state.app().scheduler(&caller, place.key.id).await {
        Ok(view) => Ok((caller, view)),
        Err(AppError::Forbidden(_)) => Err(Refusal::NotFound),
        Err(error) => Err(error.into()),
    }
}

async fn sent(body: Body) -> Result<Value, Refusal> {
    let body = kept(body, BODY_BYTES_MAX).await;
    if body.bytes.is_empty() {
        return Ok(Value::Null);
    }
    let unreadable = |why: String| Refusal::invalid("body", why);
    if body.is_cut {
        return Err(unreadable(format!("has more than {BODY_BYTES_MAX} bytes")));
    }
    json::parse(&body.bytes).map_err(unreadable)
}

/// A snitch as it is after what was asked.
fn told(state: &WebState, arrival: &Arrival, status: StatusCode, view: &SchedulerView) -> Response {
    as_it_is((status, Json(shown(view, &arrival.site(state)))))
}

async fn list(State(state): State<WebState>, arrival: Arrival) -> Answer {
    let caller = caller(&state, &arrival).await?;
    let manage = Manage { state: &state, visit: &arrival.visit, dialect: DIALECT };
    let wanted: Vec<&str> =
        arrival.query.given("tags").into_iter().flat_map(|tags| tags.split(',')).collect();
    let has = |view: &SchedulerView| {
        wanted.iter().all(|tag| view.scheduler.config.tags.iter().any(|own| own == tag.trim()))
    };
    let site = arrival.site(&state);
    let every = manage.every(&caller, Filter::default()).await?;
    let snitches: Vec<Value> = every.iter().filter(|view| has(view)).map(|view| shown(view, &site)).collect();
    Ok(as_it_is(Json(snitches)))
}

async fn create(State(state): State<WebState>, arrival: Arrival, body: Body) -> Answer {
    let caller = caller(&state, &arrival).await?;
    let snitch = Snitch::read(&sent(body).await?).map_err(Refusal::Invalid)?;
    let (Some(name), true) = (snitch.name.clone(), snitch.schedule.is_some()) else {
        return Err(Refusal::Invalid(snitch.missing()));
    };
    let manage = Manage { state: &state, visit: &arrival.visit, dialect: DIALECT };
    let change = ConfigChange { while_paused: Patch::Set(WhilePaused::Resume), ..snitch.change() };
    let made = manage.make(&caller, &name, change).await?;
    let view = made.ok_or_else(|| Refusal::invalid("name", "is that of a hundred others".to_owned()))?;
    Ok(told(&state, &arrival, StatusCode::CREATED, &view))
}

async fn show(State(state): State<WebState>, arrival: Arrival) -> Answer {
    let (_, view) = asked(&state, &arrival).await?;
    Ok(told(&state, &arrival, StatusCode::OK, &view))
}

async fn change(State(state): State<WebState>, arrival: Arrival, body: Body) -> Answer {
    let (caller, now) = asked(&state, &arrival).await?;
    let snitch = Snitch::read(&sent(body).await?).map_err(Refusal::Invalid)?;
    let view = state.app().patch(&caller, now.scheduler.key.id, snitch.change(), None).await?;
    Ok(told(&state, &arrival, StatusCode::OK, &view))
}

async fn remove(State(state): State<WebState>, arrival: Arrival) -> Answer {
    let (caller, now) = asked(&state, &arrival).await?;
    state.app().delete(&caller, now.scheduler.key.id).await?;
    Ok(done())
}

async fn add_tags(State(state): State<WebState>, arrival: Arrival, body: Body) -> Answer {
    let (caller, now) = asked(&state, &arrival).await?;
    let more = asked::tags(&sent(body).await?).map_err(|why| Refusal::invalid("tags", why))?;
    let mut tags = now.scheduler.config.tags.clone();
    tags.extend(more.into_iter().filter(|tag| !now.scheduler.config.tags.contains(tag)));
    let tags = asked::bounded(tags).map_err(|why| Refusal::invalid("tags", why))?;
    Ok(as_it_is(Json(set_tags(&state, &caller, now.scheduler.key.id, tags).await?)))
}

async fn remove_tag(State(state): State<WebState>, arrival: Arrival) -> Answer {
    let (caller, now) = asked(&state, &arrival).await?;
    let tag = arrival.after(PATH).get(2).map(|tag| super::super::decoded(tag)).unwrap_or_default();
    let tags = now.scheduler.config.tags.iter().filter(|own| **own != tag).cloned().collect();
    set_tags(&state, &caller, now.scheduler.key.id, tags).await?;
    Ok(done())
}

async fn set_tags(
    state: &WebState,
    caller: &Caller,
    id: SchedulerId,
    tags: Vec<String>,
) -> Result<Vec<String>, Refusal> {
    let change = ConfigChange { tags: Patch::Set(tags), ..ConfigChange::default() };
    let view = state.app().patch(caller, id, change, None).await?;
    Ok(view.scheduler.config.tags.clone())
}

async fn pause(State(state): State<WebState>, arrival: Arrival, body: Body) -> Answer {
    let (caller, now) = asked(&state, &arrival).await?;
    let pause = Pause::read(&sent(body).await?).map_err(|why| Refusal::invalid("until", why))?;
    let (id, while_paused) = (now.scheduler.key.id.clone(), now.scheduler.config.while_paused());
    state.app().pause(&caller, id.clone(), pause.until).await?;
    let wanted = if pause.ends_healthy { WhilePaused::Resume } else { WhilePaused::Record };
    if while_paused != wanted {
        let change = ConfigChange { while_paused: Patch::Set(wanted), ..ConfigChange::default() };
        state.app().patch(&caller, id, change, None).await?;
    }
    Ok(done())
}

async fn unpause(State(state): State<WebState>, arrival: Arrival) -> Answer {
    let (caller, now) = asked(&state, &arrival).await?;
    state.app().resume(&caller, now.scheduler.key.id).await?;
    Ok(done())
}

fn done() -> Response {
    as_it_is(StatusCode::NO_CONTENT).into_response()
}
