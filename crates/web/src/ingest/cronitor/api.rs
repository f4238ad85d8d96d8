//! Cronitor's monitor API, as its command line, its libraries and its Kubernetes agent call it: `/api/monitors`, under HTTP
//! Basic with an API key as the user. Monitors are jobs or heartbeats; checks of sites are refused, since we make none.
//!
//! A monitor is a scheduler: its key the id, its group the service, its name the job. A list of them is taken as a whole
//! or not at all, as far as what is wrong can be foreseen.

mod answer;
mod asked;
mod change;
mod one;
mod phrase;
mod shown;
mod yaml;

use app::Caller;
use app::ports::Filter;
use app::{AppResult, SchedulerView};
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use domain::SchedulerId;
use serde_json::{Value, json};

use super::super::arrival::Arrival;
use super::super::manage::Manage;
use super::super::{as_it_is, basic, kept};
use super::DIALECT;
use crate::state::WebState;
use crate::wire::json::parse;
use answer::{failed, limited, no, problems};
use asked::Monitor;
use shown::shown;

/// Most bytes of a list of monitors.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most monitors that are taken at once.
const MONITORS_MAX: usize = 1000;
const PAGE_DEFAULT: usize = 50;
const PAGE_MAX: usize = 1000;

pub(super) fn routes() -> Router<WebState> {
    Router::new()
        .route("/api/monitors", get(list).put(put_json).post(create))
        .route("/api/monitors.yaml", get(yaml::list).put(yaml::put))
        .route("/api/monitors/clone", post(one::clone))
        .route("/api/monitors/{key}", get(one::show).delete(one::delete).merge(put(one::replace)))
        .route("/api/monitors/{key}/pause", get(one::pause))
        .route("/api/monitors/{key}/pause/{hours}", get(one::pause_for))
}

/// Who asks, if anybody; else the refusal.
async fn caller(state: &WebState, arrival: &Arrival) -> Result<Caller, Response> {
    let manage = Manage { state, visit: &arrival.visit, dialect: DIALECT };
    let key = basic::user(&arrival.headers).unwrap_or_default();
    match manage.caller(&key).await {
        Ok(Some(caller)) => Ok(caller),
        Ok(None) => Err(no(StatusCode::FORBIDDEN, "Invalid API key")),
        Err(held) => Err(limited(held)),
    }
}

async fn list(State(state): State<WebState>, arrival: Arrival) -> Response {
    let caller = match caller(&state, &arrival).await {
        Ok(caller) => caller,
        Err(refusal) => return refusal,
    };
    let number = |name: &str, otherwise: usize| {
        arrival.query.given(name).and_then(|number| number.parse().ok()).unwrap_or(otherwise)
    };
    let (page, size) = (number("page", 1).max(1), number("pageSize", PAGE_DEFAULT).clamp(1, PAGE_MAX));
    let all = match all(&state, &caller, &arrival).await {
        Ok(all) => all,
        Err(error) => return failed(error),
    };
    let monitors: Vec<Value> =
        all.iter().skip((page - 1).saturating_mul(size)).take(size).map(shown).collect();
    as_it_is(Json(json!({
        "monitors": monitors, "page": page, "page_size": size, "total_monitor_count": all.len(),
    })))
}

/// Every monitor that a query asks for, by key.
async fn all(state: &WebState, caller: &Caller, arrival: &Arrival) -> AppResult<Vec<SchedulerView>> {
    let text = |name: &str| arrival.query.given(name).map(str::to_owned);
    let filter =
        Filter { service: text("group"), tag: text("tag"), prefix: text("search"), ..Filter::default() };
    let manage = Manage { state, visit: &arrival.visit, dialect: DIALECT };
    let mut every = manage.every(caller, filter).await?;
    every.retain(|view| shown::is_meant(view, &arrival.query));
    Ok(every)
}

async fn put_json(State(state): State<WebState>, arrival: Arrival, body: Body) -> Response {
    let caller = match caller(&state, &arrival).await {
        Ok(caller) => caller,
        Err(refusal) => return refusal,
    };
    let sent = match sent(body).await {
        Ok(sent) => sent,
        Err(refusal) => return refusal,
    };
    let (is_bare, rollback) = (sent.is_array(), sent.get("rollback") == Some(&Value::Bool(true)));
    let items = if is_bare { Some(&sent) } else { sent.get("monitors") };
    let Some(items) = items.and_then(Value::as_array) else {
        return problems(vec!["monitors must be a list of monitors".to_owned()]);
    };
    match Box::pin(take(&state, &caller, items, rollback)).await {
        Ok(monitors) if is_bare => as_it_is(Json(monitors)),
        Ok(monitors) => as_it_is(Json(json!({ "monitors": monitors }))),
        Err(refusal) => refusal,
    }
}

async fn create(State(state): State<WebState>, arrival: Arrival, body: Body) -> Response {
    let caller = match caller(&state, &arrival).await {
        Ok(caller) => caller,
        Err(refusal) => return refusal,
    };
    let sent = match sent(body).await {
        Ok(sent) => sent,
        Err(refusal) => return refusal,
    };
    if let Ok(monitor) = Monitor::read(&sent)
        && state.app().scheduler(&caller, monitor.id.clone()).await.is_ok()
    {
        return problems(vec![format!("key '{}' is taken: PUT changes a monitor", monitor.id)]);
    }
    match Box::pin(take(&state, &caller, &[sent], false)).await {
        Ok(monitors) => as_it_is((StatusCode::CREATED, Json(monitors.into_iter().next()))),
        Err(refusal) => refusal,
    }
}

/// The body, as JSON.
async fn sent(body: Body) -> Result<Value, Response> {
    let body = kept(body, BODY_BYTES_MAX).await;
    if body.is_cut {
        return Err(no(StatusCode::PAYLOAD_TOO_LARGE, &format!("at most {BODY_BYTES_MAX} bytes are taken")));
    }
    parse(&body.bytes).map_err(|why| problems(vec![why]))
}

/// Registers monitors, or, where they are to be rolled back, says what would come of it. What can be foreseen to be wrong
/// with one of them stops all of them.
async fn take(
    state: &WebState,
    caller: &Caller,
    sent: &[Value],
    rollback: bool,
) -> Result<Vec<Value>, Response> {
    if sent.len() > MONITORS_MAX {
        return Err(problems(vec![format!("at most {MONITORS_MAX} monitors are taken at once")]));
    }
    let read: Vec<_> = sent.iter().map(Monitor::read).collect();
    let wrong: Vec<String> = read.iter().filter_map(|read| read.as_ref().err()).flatten().cloned().collect();
    if !wrong.is_empty() {
        return Err(problems(wrong));
    }
    let monitors: Vec<Monitor> = read.into_iter().flatten().collect();
    let mut foreseen = Vec::new();
    for monitor in &monitors {
        let change = change::of(state, caller, monitor).await.map_err(failed)?;
        let outlook = state.app().foresee_registration(caller, monitor.id.clone(), change.clone()).await;
        foreseen.push((change, outlook.map_err(failed)?.then.view));
    }
    if monitors.iter().any(|monitor| monitor.paused.is_some()) {
        caller.must_be(app::ports::Role::ServiceOwner).map_err(failed)?;
    }
    if rollback {
        return Ok(foreseen.iter().map(|(_, view)| shown(view)).collect());
    }
    let mut taken = Vec::new();
    for (monitor, (change, _)) in monitors.iter().zip(foreseen) {
        let registered = state.app().register(caller, monitor.id.clone(), change).await.map_err(failed)?;
        let view = match monitor.paused {
            Some(paused) if paused != registered.view.scheduler.state.paused.is_some() => {
                set_paused(state, caller, monitor.id.clone(), paused).await.map_err(failed)?
            }
            _ => registered.view,
        };
        taken.push(shown(&view));
    }
    Ok(taken)
}

async fn set_paused(
    state: &WebState,
    caller: &Caller,
    id: SchedulerId,
    paused: bool,
) -> AppResult<SchedulerView> {
    if paused { state.app().pause(caller, id, None).await } else { state.app().resume(caller, id).await }
}
