//! One monitor: shown, replaced, deleted, paused, copied.

use app::{AppResult, Caller, SchedulerView};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::{ConfigChange, Duration, Patch, SchedulerId};
use serde_json::Value;

use super::super::super::arrival::Arrival;
use super::super::super::{as_it_is, decoded};
use super::super::monitor::like;
use super::answer::{failed, no, problems};
use super::shown::shown;
use super::{caller, sent, take};
use crate::state::WebState;

const PATH: &str = "/api/monitors/";
/// The longest pause that has an end, in hours.
const HOURS_MAX: i64 = 24 * 366;

/// Who asks, and for which monitor.
async fn asked(state: &WebState, arrival: &Arrival) -> Result<(Caller, SchedulerId), Response> {
    let caller = caller(state, arrival).await?;
    let key = arrival.after(PATH).first().map(|key| decoded(key)).unwrap_or_default();
    match SchedulerId::parse(&key) {
        Ok(id) => Ok((caller, id)),
        Err(_) => Err(no(StatusCode::NOT_FOUND, "Not found")),
    }
}

fn told(answer: AppResult<SchedulerView>) -> Response {
    answer.map_or_else(failed, |view| as_it_is(Json(shown(&view))))
}

pub(super) async fn show(State(state): State<WebState>, arrival: Arrival) -> Response {
    match asked(&state, &arrival).await {
        Ok((caller, id)) => told(state.app().scheduler(&caller, id).await),
        Err(refusal) => refusal,
    }
}

pub(super) async fn replace(State(state): State<WebState>, arrival: Arrival, body: Body) -> Response {
    let (caller, id) = match asked(&state, &arrival).await {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let mut monitor = match sent(body).await {
        Ok(monitor) => monitor,
        Err(refusal) => return refusal,
    };
    if let Value::Object(fields) = &mut monitor {
        fields.insert("key".to_owned(), id.as_str().into());
    }
    match Box::pin(take(&state, &caller, &[monitor], false)).await {
        Ok(monitors) => as_it_is(Json(monitors.into_iter().next())),
        Err(refusal) => refusal,
    }
}

pub(super) async fn delete(State(state): State<WebState>, arrival: Arrival) -> Response {
    let (caller, id) = match asked(&state, &arrival).await {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let deleted = state.app().delete(&caller, id).await;
    deleted.map_or_else(failed, |()| as_it_is(StatusCode::NO_CONTENT))
}

pub(super) async fn pause(State(state): State<WebState>, arrival: Arrival) -> Response {
    match asked(&state, &arrival).await {
        Ok((caller, id)) => told(state.app().pause(&caller, id, None).await),
        Err(refusal) => refusal,
    }
}

/// For so many hours; for none at all is to go on.
pub(super) async fn pause_for(State(state): State<WebState>, arrival: Arrival) -> Response {
    let (caller, id) = match asked(&state, &arrival).await {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let hours = arrival.after(PATH).last().and_then(|hours| hours.parse::<i64>().ok());
    match hours {
        Some(0) => told(state.app().resume(&caller, id).await),
        Some(hours) if (1..=HOURS_MAX).contains(&hours) => {
            let until = state.app().now() + Duration::HOUR.times(hours);
            told(state.app().pause(&caller, id, Some(until)).await)
        }
        _ => problems(vec![format!("hours must be 0 to {HOURS_MAX}")]),
    }
}

/// A monitor like another: `{"key": …, "name": …}`, the copy being called by its name.
pub(super) async fn clone(State(state): State<WebState>, arrival: Arrival, body: Body) -> Response {
    let caller = match caller(&state, &arrival).await {
        Ok(caller) => caller,
        Err(refusal) => return refusal,
    };
    let asked = match sent(body).await {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let text = |name: &str| asked.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let Some(key) = text("key") else { return problems(vec!["key is required".to_owned()]) };
    let name = text("name").map_or_else(|| format!("{key} copy"), str::to_owned);
    let copied = copy(&state, &caller, key, &name).await;
    copied.map_or_else(failed, |view| match view {
        Some(view) => as_it_is((StatusCode::CREATED, Json(shown(&view)))),
        None => problems(vec![format!("name '{name}' would make a key that is taken, or none")]),
    })
}

async fn copy(state: &WebState, caller: &Caller, key: &str, name: &str) -> AppResult<Option<SchedulerView>> {
    let app = state.app();
    let original = app.scheduler(caller, SchedulerId::trusted(key)).await?.scheduler.config;
    let Ok(id) = SchedulerId::parse(&domain::ping::slugify(name)) else { return Ok(None) };
    let change = ConfigChange {
        job_name: Some(domain::time::shorten(name, 254)),
        tags: Patch::Set(original.tags.clone()),
        ..like(&original)
    };
    if !app.create_only(caller, id.clone(), change).await? {
        return Ok(None);
    }
    app.scheduler(caller, id).await.map(Some)
}
