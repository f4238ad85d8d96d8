//! Better Stack's API of heartbeats, `/api/v2/heartbeats`, with an API key as the bearer token: what its Terraform provider
//! calls. A heartbeat is a scheduler, known by its id: a period from the end of a run, with a grace.

mod asked;
mod refusal;
mod shown;

use app::ports::{Filter, Role};
use app::{AppResult, Caller, SchedulerView};
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use domain::SchedulerId;
use serde_json::{Value, json};

use super::super::arrival::Arrival;
use super::super::manage::Manage;
use super::super::{as_it_is, decoded, kept};
use super::DIALECT;
use crate::auth::bearer;
use crate::state::WebState;
use crate::wire::json::parse;
use asked::Heartbeat;
use refusal::Refusal;

const ALL: &str = "/api/v2/heartbeats";
const PATH: &str = "/api/v2/heartbeats/";
const BODY_BYTES_MAX: usize = 64 * 1024;
const PAGE_DEFAULT: usize = 50;
const PAGE_MAX: usize = 250;

type Answer = Result<Response, Refusal>;

pub(super) fn routes() -> Router<WebState> {
    Router::new()
        .route(ALL, get(list).post(create))
        .route("/api/v2/heartbeats/{id}", get(show).patch(change).delete(remove))
}

async fn caller(state: &WebState, arrival: &Arrival) -> Result<Caller, Refusal> {
    let manage = Manage { state, visit: &arrival.visit, dialect: DIALECT };
    let key = bearer(&arrival.headers).unwrap_or_default();
    manage.caller(&key).await?.ok_or(Refusal::BadKey)
}

async fn asked(state: &WebState, arrival: &Arrival) -> Result<(Caller, SchedulerId), Refusal> {
    let caller = caller(state, arrival).await?;
    let id = arrival.after(PATH).first().map(|id| decoded(id)).unwrap_or_default();
    SchedulerId::parse(&id).map(|id| (caller, id)).map_err(|_| Refusal::NotFound)
}

async fn sent(body: Body) -> Result<Heartbeat, Refusal> {
    let body = kept(body, BODY_BYTES_MAX).await;
    if body.is_cut {
        return Err(Refusal::invalid("body", format!("has more than {BODY_BYTES_MAX} bytes")));
    }
    let sent = parse(&body.bytes).map_err(|why| Refusal::invalid("body", why))?;
    Heartbeat::read(&sent).map_err(Refusal::Invalid)
}

/// A heartbeat as its caller may see it: its address is a secret.
fn resource(state: &WebState, arrival: &Arrival, caller: &Caller, view: &SchedulerView) -> Value {
    let site = (caller.role >= Role::Reporter).then(|| arrival.site(state));
    shown::resource(view, site.as_deref())
}

async fn list(State(state): State<WebState>, arrival: Arrival) -> Answer {
    let caller = caller(&state, &arrival).await?;
    let manage = Manage { state: &state, visit: &arrival.visit, dialect: DIALECT };
    let number = |name: &str, otherwise: usize| {
        arrival.query.given(name).and_then(|number| number.parse().ok()).unwrap_or(otherwise)
    };
    let (page, size) = (number("page", 1).max(1), number("per_page", PAGE_DEFAULT).clamp(1, PAGE_MAX));
    let every = manage.every(&caller, Filter::default()).await?;
    let here = every.iter().skip((page - 1).saturating_mul(size)).take(size);
    let data: Vec<Value> = here.map(|view| resource(&state, &arrival, &caller, view)).collect();
    let last = every.len().div_ceil(size).max(1);
    let root = arrival.site(&state);
    let at = |page: usize| format!("{root}{ALL}?page={page}&per_page={size}");
    let pagination = json!({
        "first": at(1), "last": at(last),
        "prev": (page > 1).then(|| at(page - 1)), "next": (page < last).then(|| at(page + 1)),
    });
    Ok(as_it_is(Json(json!({ "data": data, "pagination": pagination }))))
}

async fn create(State(state): State<WebState>, arrival: Arrival, body: Body) -> Answer {
    let caller = caller(&state, &arrival).await?;
    let heartbeat = sent(body).await?;
    let missing = heartbeat.missing();
    let (Some(name), true) = (heartbeat.name.clone(), missing.is_empty()) else {
        return Err(Refusal::Invalid(missing));
    };
    if heartbeat.paused == Some(true) {
        caller.must_be(Role::ServiceOwner)?;
    }
    let manage = Manage { state: &state, visit: &arrival.visit, dialect: DIALECT };
    let made = manage.make(&caller, &name, heartbeat.change(None)).await?;
    let view = made.ok_or_else(|| Refusal::invalid("name", "is that of a hundred others".to_owned()))?;
    left_out(manage, &caller, &view, &heartbeat);
    let view = set_paused(&state, &caller, view, heartbeat.paused).await?;
    let data = resource(&state, &arrival, &caller, &view);
    Ok(as_it_is((StatusCode::CREATED, Json(json!({ "data": data })))))
}

async fn show(State(state): State<WebState>, arrival: Arrival) -> Answer {
    let (caller, id) = asked(&state, &arrival).await?;
    let view = state.app().scheduler(&caller, id).await?;
    Ok(as_it_is(Json(json!({ "data": resource(&state, &arrival, &caller, &view) }))))
}

async fn change(State(state): State<WebState>, arrival: Arrival, body: Body) -> Answer {
    let (caller, id) = asked(&state, &arrival).await?;
    let heartbeat = sent(body).await?;
    let now = state.app().scheduler(&caller, id.clone()).await?.scheduler.config;
    let view = state.app().patch(&caller, id, heartbeat.change(now.schedule.as_ref()), None).await?;
    let manage = Manage { state: &state, visit: &arrival.visit, dialect: DIALECT };
    left_out(manage, &caller, &view, &heartbeat);
    let view = set_paused(&state, &caller, view, heartbeat.paused).await?;
    Ok(as_it_is(Json(json!({ "data": resource(&state, &arrival, &caller, &view) }))))
}

async fn remove(State(state): State<WebState>, arrival: Arrival) -> Answer {
    let (caller, id) = asked(&state, &arrival).await?;
    state.app().delete(&caller, id).await?;
    Ok(as_it_is(StatusCode::NO_CONTENT))
}

async fn set_paused(
    state: &WebState,
    caller: &Caller,
    view: SchedulerView,
    paused: Option<bool>,
) -> AppResult<SchedulerView> {
    let (id, is_paused) = (view.scheduler.key.id.clone(), view.scheduler.state.paused.is_some());
    match paused {
        Some(true) if !is_paused => state.app().pause(caller, id, None).await,
        Some(false) if is_paused => state.app().resume(caller, id).await,
        _ => Ok(view),
    }
}

/// Counts what of a heartbeat has no place here and would be missed.
fn left_out(manage: Manage<'_>, caller: &Caller, view: &SchedulerView, heartbeat: &Heartbeat) {
    if heartbeat.has_maintenance {
        let id = view.scheduler.key.id.as_str();
        let sample =
            "the maintenance of a heartbeat was left out: make a maintenance window for the scheduler";
        manage.vain(Some(&caller.project), "left_out", id, sample);
    }
}
